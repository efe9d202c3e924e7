### Signing in.

login-title = Anmelden
login-title-app = Anmelden · { $app }
login-heading = Bei Ihrem Konto anmelden
login-heading-app = Anmelden und weiter zu { $app }
login-heading-again = Zum Fortfahren erneut anmelden
login-username = Benutzername oder E-Mail
login-username-missing = Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein
login-password-missing = Geben Sie Ihr Passwort ein
login-wrong = Benutzername oder Passwort stimmt nicht
login-failed = Die Anmeldung hat nicht geklappt
login-too-many = Zu viele Versuche
login-busy = Gerade ist sehr viel los
login-wait = Versuchen Sie es in { $span } noch einmal. Wenn Sie Ihr Passwort vergessen haben, wenden Sie sich an die Person, die diesen Server betreut.
login-busy-wait = Ihr Passwort wurde nicht geprüft. Versuchen Sie es in { $span } noch einmal.
login-signed-out-elsewhere = Sie haben sich in einem anderen Tab abgemeldet. Melden Sie sich wieder an, um fortzufahren.
login-session-ended = Ihre Sitzung ist beendet. Melden Sie sich wieder an, um fortzufahren.
login-new-account = Neue Konten legt die Person an, die diesen Server betreut. Bitten Sie sie um eines, oder melden Sie sich an, wenn Sie schon eines haben.
login-device = Melden Sie sich an, um mit Ihrem Gerät fortzufahren.

### Choosing an account.

switch-title = Konto auswählen
switch-title-app = Konto auswählen · { $app }
switch-somebody-else = Sie sind mit einem anderen Konto angemeldet
switch-asked-for = { $app } hat nach **{ $asked }** gefragt; in diesem Browser sind Sie angemeldet als
switch-asked-for-another = { $app } hat nach einem anderen Konto gefragt; in diesem Browser sind Sie angemeldet als
switch-asked-for-unknown-app = Die App hat nach einem anderen Konto gefragt; in diesem Browser sind Sie angemeldet als
switch-choose = Wählen Sie ein Konto
switch-which = { $app } fragt, welches Konto Sie verwenden möchten.
switch-continue-as = Weiter als { $name }

### Signing out.

logout-title = Abmelden
logout-title-app = Abmelden · { $app }
logout-heading = Bei { $server } abmelden?
logout-asked = **{ $app }** möchte Sie auch hier abmelden. Solange Sie hier angemeldet sind, lässt die nächste App Sie ohne Nachfrage hinein.
logout-next = Die nächste App, die Sie öffnen, fragt dann wieder nach Ihrem Passwort.
logout-several = { $count ->
    [one] In diesem Browser ist { $count } Person angemeldet.
   *[other] In diesem Browser sind { $count } Personen angemeldet.
  }
logout-everybody = Alle abmelden
logout-only = Nur { $name } abmelden
logout-stay = Angemeldet bleiben
signed-out-title = Abgemeldet
signed-out-one = Ein Konto ist abgemeldet
signed-out-one-more = In diesem Browser ist noch jemand angemeldet.
signed-out-heading = Sie sind abgemeldet
signed-out-everywhere = Alle Sitzungen Ihres Kontos sind beendet, auf diesem und auf allen anderen Geräten.
signed-out-here = Ihre Sitzung auf diesem Gerät ist beendet.
signed-out-told = Die Apps, die Sie verwendet haben, werden gerade benachrichtigt.
signed-out-told-then = Die Apps, die Sie verwendet haben, werden gerade benachrichtigt; danach geht es weiter zu { $app }.
signed-out-of = Abmeldung bei { $app }
signed-out-again = Wieder anmelden
continue-to = Weiter zu { $app }
