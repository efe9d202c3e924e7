### Signing in.

login-title = Se connecter
login-title-app = Se connecter · { $app }
login-heading = Connectez-vous à votre compte
login-heading-app = Connectez-vous pour continuer vers { $app }
login-heading-again = Reconnectez-vous pour continuer
login-username = Nom d’utilisateur ou e-mail
login-username-missing = Saisissez votre nom d’utilisateur ou votre e-mail
login-password-missing = Saisissez votre mot de passe
login-wrong = Le nom d’utilisateur ou le mot de passe est incorrect
login-failed = La connexion n’a pas abouti
login-too-many = Trop de tentatives
login-busy = Le serveur est très occupé
login-wait = Attendez { $span }, puis réessayez. Si vous avez oublié votre mot de passe, adressez-vous à la personne qui gère ce serveur.
login-busy-wait = Votre mot de passe n’a pas été vérifié. Réessayez dans { $span }.
login-signed-out-elsewhere = Vous avez fermé votre session dans un autre onglet. Reconnectez-vous pour continuer.
login-session-ended = Votre session a pris fin. Reconnectez-vous pour continuer.
login-new-account = Les nouveaux comptes sont créés par la personne qui gère ce serveur. Demandez-lui d’en créer un, ou connectez-vous si vous en avez déjà un.
login-device = Connectez-vous pour continuer avec votre appareil.

### Choosing an account.

switch-title = Choisir un compte
switch-title-app = Choisir un compte · { $app }
switch-somebody-else = Un autre compte est connecté
switch-asked-for = { $app } demande **{ $asked }**, mais le compte connecté dans ce navigateur est
switch-asked-for-another = { $app } demande un autre compte, mais celui qui est connecté dans ce navigateur est
switch-asked-for-unknown-app = L’application demande un autre compte, mais celui qui est connecté dans ce navigateur est
switch-choose = Choisissez un compte
switch-which = { $app } demande quel compte utiliser.
switch-continue-as = Continuer en tant que { $name }

### Signing out.

logout-title = Se déconnecter
logout-title-app = Se déconnecter · { $app }
logout-heading = Fermer votre session sur { $server } ?
logout-asked = **{ $app }** demande à fermer aussi votre session ici. Tant qu’elle reste ouverte, la prochaine application vous laissera entrer sans rien demander.
logout-next = La prochaine application que vous ouvrirez vous redemandera votre mot de passe.
logout-several = { $count ->
    [one] { $count } personne est connectée dans ce navigateur.
   *[other] { $count } personnes sont connectées dans ce navigateur.
  }
logout-everybody = Déconnecter tout le monde
logout-only = Déconnecter seulement { $name }
logout-stay = Garder la session ouverte
signed-out-title = Déconnexion effectuée
signed-out-one = Un compte est déconnecté
signed-out-one-more = Une autre personne est encore connectée dans ce navigateur.
signed-out-heading = Votre session est fermée
signed-out-everywhere = Toutes les sessions de votre compte ont pris fin, sur cet appareil et sur tous les autres.
signed-out-here = Votre session sur cet appareil a pris fin.
signed-out-told = Les applications que vous avez utilisées en sont informées.
signed-out-told-then = Les applications que vous avez utilisées en sont informées ; vous continuerez ensuite vers { $app }.
signed-out-of = Déconnexion en cours : { $app }
signed-out-again = Se reconnecter
continue-to = Continuer vers { $app }
