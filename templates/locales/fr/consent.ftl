### What an app may do.

consent-title = Autoriser l’accès · { $app }
consent-heading = Autoriser { $app } à utiliser votre compte ?
consent-return = Vous reviendrez ensuite sur **{ $host }**
consent-unverified = **Application non vérifiée.** Personne ici n’a vérifié qui la gère. Ne continuez que si vous faites confiance à { $host }.
consent-may = { $app } pourra
consent-where = Où
consent-how-long = Combien de temps
consent-until-taken-back = Jusqu’à ce que vous retiriez l’accès dans votre compte, { $span } au maximum
consent-while-signed-in = Tant que votre session reste ouverte dans ce navigateur
consent-each-time = Pendant { $span } après chaque connexion
consent-once = Pendant { $span }
consent-allow = Autoriser

scope-openid = Savoir qui vous êtes
scope-openid-value = par un identifiant de votre compte
scope-profile = Voir votre nom et votre profil
scope-email = Voir votre adresse e-mail
scope-address = Voir votre adresse postale
scope-phone = Voir votre numéro de téléphone
scope-offline-access = Garder l’accès en votre absence
scope-other = Utiliser « { $scope } » pour vous

claim-name = Voir votre nom complet
claim-family-name = Voir votre nom de famille
claim-given-name = Voir votre prénom
claim-middle-name = Voir votre deuxième prénom
claim-nickname = Voir votre surnom
claim-preferred-username = Voir votre nom d’utilisateur
claim-profile = Voir l’adresse de votre page de profil
claim-picture = Voir l’adresse de votre photo
claim-website = Voir l’adresse de votre site web
claim-gender = Voir votre genre
claim-birthdate = Voir votre date de naissance
claim-zoneinfo = Voir votre fuseau horaire
claim-locale = Voir votre langue
claim-updated-at = Voir quand votre profil a changé pour la dernière fois
claim-email = Voir votre adresse e-mail
claim-email-verified = Voir si votre adresse e-mail est confirmée
claim-address = Voir votre adresse postale
claim-phone-number = Voir votre numéro de téléphone
claim-phone-number-verified = Voir si votre numéro de téléphone est confirmé
claim-other = Voir une information sur vous

### Devices.

device-title = Associer un appareil
device-failed = Cela n’a pas fonctionné
device-too-many = Trop de tentatives
device-wait = Le code n’a pas été vérifié. Attendez { $span }, puis réessayez.
device-missing = Saisissez le code affiché sur votre appareil
device-wrong = Aucun appareil n’attend avec ce code
device-code = Code affiché sur votre appareil
device-hint = Huit lettres. Majuscules et trait d’union sont sans importance.
device-hint-filled = Ne continuez que si l’appareil devant vous affiche exactement ce code.
device-hint-wrong = Comparez-le avec votre appareil, ou recommencez sur celui-ci pour en obtenir un nouveau.
device-warning = Ne continuez que si vous avez commencé sur un appareil qui se trouve devant vous. Aucun service d’assistance ne vous demandera jamais de saisir un code.
device-answer-title = Associer un appareil · { $app }
device-answer-heading = Associer { $app } sur un appareil à votre compte ?
device-answer-code = Votre appareil doit afficher ce code :
device-asked = Demande
device-from = Depuis
device-elsewhere = Un autre réseau que celui où vous êtes en ce moment
device-agent = Appareil
device-agent-unknown = non précisé
device-may = La personne qui tient l’appareil pourra
device-yes = Oui, l’associer
device-no = Ce n’est pas le mien
device-done = Vous pouvez revenir à votre appareil
device-done-more = Il continuera tout seul dans quelques secondes. Votre compte indique ce qu’il peut faire et comment y mettre fin.
device-denied = L’appareil n’a pas été associé
device-denied-more = Il ne reçoit rien de votre compte. Vous pouvez fermer cette page.
