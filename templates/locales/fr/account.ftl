### The account.

account-title = Compte · { $name }
account-heading = Votre compte
account-switch = Changer de compte
account-email-confirmed = { $email } (confirmé)
account-email-not-confirmed = { $email } (non confirmé)
account-apps = Applications ayant accès
account-no-apps = Aucune application n’a accès à votre compte.
account-since = Depuis le { $moment }
account-last-used = dernière utilisation le { $moment }
account-not-used = pas encore utilisé
account-take-back = Retirer
account-take-back-of = Retirer l’accès accordé à { $app }
account-sessions = Appareils et sessions
account-this-one = Celle-ci
account-signed-in = Connexion le { $moment }
account-end = Mettre fin
account-end-of = Mettre fin à la session : { $device }, { $address }
account-sign-out-here = Se déconnecter ici
account-sign-out-everywhere = Se déconnecter partout
account-ends-all = Met fin à toutes les sessions ci-dessus, y compris celle-ci.
account-ends-only = Met fin à cette session ; c’est la seule.
account-device = { $browser } sur { $system }
account-device-unknown = Appareil inconnu

### The front door.

home-title = Service de connexion
home-title-signed-in = Bienvenue
home-hello = Bonjour { $name }
home-signed-in = Votre compte vous montre quelles applications ont accès et où votre session est ouverte.
home-heading = Une seule clé pour toutes vos applications
home-what = { $server } vous connecte aux applications que vous utilisez. Elles ne voient jamais votre mot de passe. En général, une application vous amène ici, puis vous repartez vers elle.

### A new password by a link.

set-password-title = Définissez votre mot de passe
set-password = Définir le mot de passe
set-password-done = Votre mot de passe est défini
set-password-done-more = Toutes vos autres sessions sont fermées. Connectez-vous avec le nouveau mot de passe.

### Setting the server up.

setup-admin-title = Configuration : vous
setup-app-title = Configuration : première application
setup-done-title = Configuration : terminé · { $app }
setup-step = Étape { $step } sur { $of }
setup-admin-heading = Bienvenue. Qui êtes-vous ?
setup-admin-lead = Votre compte sera le premier compte admin de ce serveur.
setup-name = Votre nom
setup-username-hint = Court, pour vous connecter
setup-create-admin = Créer le compte admin
setup-app-heading = Votre première application
setup-app-lead = Un nom et une adresse suffisent. Vous pourrez modifier les deux plus tard.
setup-app-name = Nom de l’application
setup-app-name-hint = Il s’affiche au moment de la connexion
setup-redirect-uri = URI de redirection
setup-redirect-uri-hint = L’adresse de retour après la connexion, par exemple { $example }
setup-secret-question = L’application peut-elle garder un secret ?
setup-secret-yes = Oui, elle tourne sur un serveur
setup-secret-yes-more = Elle reçoit un secret client
setup-secret-no = Non, elle tourne dans un navigateur ou sur un téléphone
setup-secret-no-more = Elle utilise seulement PKCE
setup-create-app = Créer l’application
setup-done-heading = { $app } : tout est prêt
setup-copy-secret = **Copiez le secret maintenant.** Seule son empreinte est conservée ; il ne pourra plus être affiché.
setup-client-id = ID client
setup-client-secret = Secret client
setup-discovery = Discovery
setup-env = Pour votre `.env`
setup-env-lines = variables d’environnement
setup-try = Essayer une connexion
setup-link-invalid = Ce lien de configuration ne fonctionne plus
setup-link-invalid-more = Chaque lien sert une seule fois, pendant 15 minutes. Pour en créer un autre, lancez `latchkey setup-link` sur le serveur.

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = Saisissez un nom que l’on reconnaîtra. ({ $detail })
setup-email-wrong = Saisissez une adresse e-mail, par exemple ada@example.org. ({ $detail })
setup-username-wrong = Choisissez un autre nom d’utilisateur. ({ $detail })
setup-redirect-uri-wrong = Saisissez l’adresse complète, par exemple { $example }. ({ $detail })
