### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = Vous n’avez rien fait de mal. Rien n’a été transmis.
error-trace = Numéro de trace { $trace }
error-start-again = Recommencer sur { $app }
error-back-to = Retour à { $app }
error-go-on = Poursuivre la connexion
error-another-code = Saisir un autre code

error-expired = Cette connexion n’est plus valable
error-expired-more = Elle est terminée, trop ancienne ou a été commencée dans un autre navigateur. Recommencez depuis l’application d’où vous venez.
error-cross-site = Cette page a été ouverte depuis un autre site ou n’est plus à jour
error-cross-site-more = Revenez là où vous avez commencé, rechargez la page et réessayez.
error-not-found = Cette page n’existe pas
error-not-found-more = Vérifiez l’adresse, ou recommencez depuis l’application d’où vous venez.
error-method = Cette page ne s’utilise pas ainsi
error-method-more = Revenez en arrière et utilisez les boutons de la page.
error-too-large = Trop de données d’un coup
error-too-large-more = Revenez en arrière et envoyez-en moins. Si vous venez d’une application, signalez-le à la personne qui la gère.
error-misdirected = Ce serveur porte un autre nom
error-misdirected-more = Vérifiez l’adresse. Si elle est correcte, c’est à la personne qui gère ce serveur de corriger le problème.
error-too-many = Trop de demandes
error-too-many-more = Attendez { $span }, puis réessayez.
error-internal = Un problème est survenu de notre côté
error-internal-more = Réessayez dans un instant. Si le problème persiste, communiquez le numéro ci-dessous à la personne qui gère ce serveur.
error-unavailable = Le serveur est très occupé
error-unavailable-more = Réessayez dans { $span }.

error-app-unknown = L’application d’où vous venez n’est pas connue ici
error-wrong-place = L’application nous a demandé de vous envoyer au mauvais endroit
error-cookies = Votre navigateur bloque nos cookies
error-cookies-more = La connexion nécessite un cookie, envoyé uniquement à ce serveur. Autorisez les cookies pour cette adresse, puis réessayez.
error-not-signed-in = Aucune session n’est ouverte
error-link = Ce lien ne fonctionne plus
error-device-gone = Ce code a déjà été utilisé ou a expiré
error-other = Impossible de répondre à cette demande

error-advice-developer = Revenez à l’application. Si cela se reproduit, envoyez les détails ci-dessous à la personne qui gère l’application.
error-advice-operator = Prévenez la personne qui gère ce serveur, en lui donnant le numéro ci-dessous.
error-advice-person = Recommencez depuis l’application.
error-advice-device = Recommencez sur l’appareil ; il affichera un nouveau code.

### On the way back to an app.

returning-title = Retour · { $app }
returning-heading = Retour vers { $app }
returning-more = Si rien ne se passe, appuyez sur le bouton.
