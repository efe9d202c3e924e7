# What the language calls itself, and which way it is written (ltr or rtl).
language-name = Français
language-direction = ltr

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = Erreur : { $title }
about = À propos · { $server }
language-switch = Langue : { $language }
dev-banner = Serveur de développement. Tout ce qui se trouve ici sera effacé ; n’utilisez pas de vrai mot de passe.
test-banner = Mode test. Ce serveur est ouvert à tous sur son réseau ; n’utilisez pas de vrai mot de passe.
look-again = À vérifier
copy = Copier
copied = Copié
copy-what = Copier : { $what }
show = Afficher
hide = Masquer
show-password = Afficher le mot de passe
hide-password = Masquer le mot de passe
sign-in = Se connecter
sign-out = Se déconnecter
cancel = Annuler
back = Retour
go-on = Continuer
try-again = Réessayer
go-to-account = Aller à votre compte
open-account = Ouvrir votre compte
not-you = Vous n’êtes pas { $name } ?
use-another-account = Utiliser un autre compte
unverified-app = **Application non vérifiée.** Personne ici n’a vérifié qui la gère.
app-links = { $app } :
app-logo = Logo
app-policy = Politique de confidentialité
app-terms = Conditions d’utilisation
password = Mot de passe
new-password = Nouveau mot de passe
# $least is a number of characters.
password-hint = Au moins { $least } caractères. Quelques mots peu courants conviennent très bien.
password-too-short = Utilisez au moins { $least } caractères ; quelques mots à la suite se retiennent facilement.
# $most is a number of bytes.
password-too-long = Utilisez { $most } octets au maximum.
password-common = Ce mot de passe est l’un des premiers que l’on essaie ; choisissez-en un auquel personne d’autre ne penserait.
password-personal = C’est à peine plus que votre nom ou celui de ce serveur ; choisissez autre chose.
email = E-mail
username = Nom d’utilisateur
yes = oui
no = non

### Times.

moment = { $day ->
    [1] 1er { $month } { $year } à { $time } UTC
   *[other] { $day } { $month } { $year } à { $time } UTC
  }
month = { $number ->
    [1] janv.
    [2] févr.
    [3] mars
    [4] avr.
    [5] mai
    [6] juin
    [7] juil.
    [8] août
    [9] sept.
    [10] oct.
    [11] nov.
   *[12] déc.
  }
moment-unknown = date inconnue
# Spans of time: they stand in sentences such as "Wait 2 minutes, then try again."
seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
  }
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
  }
hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
  }
days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
  }
ago = il y a { $span }
