### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = Verwenden Sie auch einen Großbuchstaben.
password-lacks-lower = Verwenden Sie auch einen Kleinbuchstaben.
password-lacks-digit = Verwenden Sie auch eine Ziffer.
password-lacks-symbol = Verwenden Sie auch ein Zeichen, das weder Buchstabe noch Ziffer ist.
password-breached = Dieses Passwort wurde schon einmal bei einem anderen Dienst gestohlen und wird deshalb ausprobiert; wählen Sie ein anderes.

# What was taken is never called bad: how to do better next time.
set-password-done-usual = Überall sonst sind Sie jetzt abgemeldet. Melden Sie sich mit dem neuen Passwort an. Es ähnelt einem, das viele verwenden; ein paar Wörter, die nur Sie so zusammenstellen, sind schwerer zu erraten.
set-password-done-pattern = Überall sonst sind Sie jetzt abgemeldet. Melden Sie sich mit dem neuen Passwort an. Tastenreihen, Daten und Wiederholungen werden früh erraten; ein paar ungewöhnliche Wörter sind schwerer zu erraten.
set-password-done-short = Überall sonst sind Sie jetzt abgemeldet. Melden Sie sich mit dem neuen Passwort an. Mit ein oder zwei Wörtern mehr wäre es viel schwerer zu erraten.
