# What the language calls itself, and which way it is written (ltr or rtl).
language-name = Deutsch
language-direction = ltr

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = Fehler: { $title }
about = Über { $server }
language-switch = Sprache: { $language }
dev-banner = Entwicklungsserver. Alles hier wird wieder gelöscht; verwenden Sie kein echtes Passwort.
test-banner = Testbetrieb. Dieser Server steht allen in seinem Netzwerk offen; verwenden Sie kein echtes Passwort.
look-again = Bitte noch einmal prüfen
copy = Kopieren
copied = Kopiert
copy-what = { $what } kopieren
show = Anzeigen
hide = Verbergen
show-password = Passwort anzeigen
hide-password = Passwort verbergen
sign-in = Anmelden
sign-out = Abmelden
cancel = Abbrechen
back = Zurück
go-on = Weiter
try-again = Erneut versuchen
go-to-account = Zu Ihrem Konto
open-account = Konto öffnen
not-you = Nicht { $name }?
use-another-account = Anderes Konto verwenden
unverified-app = **Nicht geprüfte App.** Hier hat niemand geprüft, wer sie betreibt.
app-links = { $app }:
app-logo = Logo
app-policy = Datenschutzerklärung
app-terms = Nutzungsbedingungen
password = Passwort
new-password = Neues Passwort
# $least is a number of characters.
password-hint = Mindestens { $least } Zeichen. Gut geeignet sind ein paar ungewöhnliche Wörter.
password-too-short = Verwenden Sie mindestens { $least } Zeichen; ein paar Wörter hintereinander kann man sich leicht merken.
# $most is a number of bytes.
password-too-long = Verwenden Sie höchstens { $most } Byte.
password-common = Dieses Passwort wird von Angreifern als eines der ersten probiert; wählen Sie eines, auf das nur Sie kommen.
password-personal = Das ist kaum mehr als Ihr Name oder der dieses Servers; wählen Sie etwas anderes.
email = E-Mail
username = Benutzername
yes = ja
no = nein

### Times.

moment = { $day }. { $month } { $year }, { $time } UTC
month = { $number ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
  }
moment-unknown = unbekannt
# Spans of time: they stand in sentences such as "Wait 2 minutes, then try again."
# In German they are in the dative, and stand after "in", "vor" and "nach" only.
seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
  }
minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
  }
hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
  }
days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tagen
  }
ago = vor { $span }
