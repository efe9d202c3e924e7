### The second step of signing in.

factor-title = Deuxième étape
factor-title-app = Deuxième étape · { $app }
factor-digits = Saisissez le code à 6 chiffres
factor-digits-lead = Ouvrez votre application d’authentification et saisissez le code qu’elle affiche.
factor-noted = Saisissez un code de récupération
factor-noted-lead = Chacun des codes que vous avez notés sert une fois.
factor-code = Code
factor-recovery-code = Code de récupération
factor-use-digits = Utiliser l’application d’authentification
factor-use-noted = Utiliser un code de récupération
factor-remember = Ne plus demander dans ce navigateur pendant { $time }
factor-start-over = Recommencer
factor-missing = Saisissez le code
factor-wrong = Ce code n’est pas correct ou a déjà servi
factor-failed = Nous n’avons pas pu confirmer qu’il s’agit de vous
factor-too-many = Trop de codes incorrects
factor-wait = Attendez { $time }, puis réessayez avec un nouveau code.
factor-over = Cette connexion est terminée
factor-over-more = Elle a abouti, a duré plus de dix minutes ou a reçu trop de codes incorrects.
factor-lost = Pas d’accès à votre application ? Utilisez un code de récupération ou adressez-vous à la personne qui gère ce serveur.

### Setting up an authenticator app.

enrol-title = Configurer une application d’authentification
enrol-required = La connexion demande ici une deuxième étape. La configurer prend une minute, une seule fois.
enrol-scan = Scannez ceci avec une application d’authentification sur votre téléphone.
enrol-qr = Code QR pour l’application d’authentification
enrol-key = Ou saisissez cette clé dans l’application
enrol-key-what = la clé
enrol-open = Ouvrir dans une application sur cet appareil
enrol-code = Le code à 6 chiffres affiché par l’application
enrol-name = Nom
enrol-name-hint = Pour distinguer vos applications
enrol-confirm = Confirmer
enrol-too-old = Cela a pris un peu trop de temps. Scannez le nouveau code.
enrol-wrong = Ce code n’est pas correct. Vérifiez l’heure de l’appareil et saisissez le code affiché maintenant.

### Recovery codes.

codes-title = Vos codes de récupération
codes-lead = Chacun vous connecte une fois si vous n’avez pas accès à votre application. Gardez-les en lieu sûr : **ils ne seront plus affichés.**
codes-what = les codes
codes-print = Imprimer
codes-saved = Je les ai enregistrés

### The page of the sign-in methods.

security-title = Méthodes de connexion
security-password-lead = Vous vous connectez d’abord avec votre mot de passe.
security-apps = Applications d’authentification
security-apps-none = Ajoutez une deuxième étape : un code d’une application sur votre téléphone, demandé après le mot de passe.
security-app = Application d’authentification
security-add = Ajouter une application d’authentification
security-change = Modifier
security-change-of = Modifier { $app }
security-name = Nom
security-rename = Renommer
security-remove = Supprimer
security-remove-of = Supprimer { $app }
security-last = Votre compte doit avoir une deuxième étape ; la dernière application reste donc. Ajoutez-en d’abord une autre.
security-codes = Codes de récupération
security-codes-lead = Pour les moments où vous n’avez pas accès à votre application.
security-codes-left = { $left } sur { $count } restants
security-codes-new = Créer de nouveaux codes
security-codes-void = Les anciens cesseront de fonctionner.
security-browsers = Navigateurs mémorisés
security-browsers-lead = Seul votre mot de passe y est demandé.
security-browsers-none = Aucun navigateur n’est mémorisé.
security-until = Jusqu’au { $moment }
security-forget = Oublier
security-forget-of = Oublier { $device }
security-forget-all = Tout oublier
security-renamed = Le nom est modifié.
security-removed = L’application est supprimée et les navigateurs mémorisés sont oubliés.
security-forgotten = La deuxième étape y sera de nouveau demandée.
security-name-missing = Saisissez un nom.
