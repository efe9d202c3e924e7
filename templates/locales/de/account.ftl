### The account.

account-title = Konto · { $name }
account-heading = Ihr Konto
account-switch = Konto wechseln
account-email-confirmed = { $email } (bestätigt)
account-email-not-confirmed = { $email } (nicht bestätigt)
account-apps = Apps mit Zugriff
account-no-apps = Keine App hat Zugriff auf Ihr Konto.
account-since = Seit dem { $moment }
account-last-used = zuletzt verwendet am { $moment }
account-not-used = noch nicht verwendet
account-take-back = Widerrufen
account-take-back-of = Zugriff von { $app } widerrufen
account-sessions = Geräte und Sitzungen
account-this-one = Diese hier
account-signed-in = Angemeldet am { $moment }
account-end = Beenden
account-end-of = Sitzung beenden: { $device }, { $address }
account-sign-out-here = Hier abmelden
account-sign-out-everywhere = Überall abmelden
account-ends-all = Beendet alle Sitzungen oben, auch diese hier.
account-ends-only = Beendet diese Sitzung; es ist die einzige.
account-device = { $browser } auf { $system }
account-device-unknown = Unbekanntes Gerät

### The front door.

home-title = Anmeldedienst
home-title-signed-in = Willkommen
home-hello = Hallo, { $name }
home-signed-in = In Ihrem Konto sehen Sie, welche Apps Zugriff haben und wo Sie angemeldet sind.
home-heading = Ein Schlüssel für alle Ihre Apps
home-what = { $server } meldet Sie bei den Apps an, die Sie verwenden. Ihr Passwort bekommen diese nie zu sehen. Meist bringt eine App Sie hierher und danach wieder zurück.

### A new password by a link.

set-password-title = Passwort festlegen
set-password = Passwort festlegen
set-password-done = Ihr Passwort ist festgelegt
set-password-done-more = Überall sonst sind Sie jetzt abgemeldet. Melden Sie sich mit dem neuen Passwort an.

### Setting the server up.

setup-admin-title = Einrichten: Sie
setup-app-title = Einrichten: erste App
setup-done-title = Einrichten: fertig · { $app }
setup-step = Schritt { $step } von { $of }
setup-admin-heading = Willkommen. Wer sind Sie?
setup-admin-lead = Ihr Konto wird das erste Admin-Konto dieses Servers.
setup-name = Ihr Name
setup-username-hint = Kurz, zum Anmelden
setup-create-admin = Admin anlegen
setup-app-heading = Ihre erste App
setup-app-lead = Ein Name und eine Adresse genügen. Beides können Sie später ändern.
setup-app-name = Name der App
setup-app-name-hint = Wird beim Anmelden angezeigt
setup-redirect-uri = Redirect-URI
setup-redirect-uri-hint = Wohin es nach der Anmeldung zurückgeht, zum Beispiel { $example }
setup-secret-question = Kann die App ein Geheimnis für sich behalten?
setup-secret-yes = Ja, sie läuft auf einem Server
setup-secret-yes-more = Sie erhält ein Client-Secret
setup-secret-no = Nein, sie läuft im Browser oder auf einem Telefon
setup-secret-no-more = Sie verwendet nur PKCE
setup-create-app = App anlegen
setup-done-heading = { $app } ist bereit
setup-copy-secret = **Kopieren Sie das Secret jetzt.** Es wird nur als Hash gespeichert und lässt sich nicht noch einmal anzeigen.
setup-client-id = Client-ID
setup-client-secret = Client-Secret
setup-discovery = Discovery
setup-env = Für Ihre `.env`
setup-env-lines = Umgebungsvariablen
setup-try = Anmeldung ausprobieren
setup-link-invalid = Dieser Einrichtungslink funktioniert nicht mehr
setup-link-invalid-more = Jeder Link gilt einmal und 15 Minuten lang. Mit `latchkey setup-link` auf dem Server erzeugen Sie einen neuen.

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = Geben Sie einen Namen ein, den man wiedererkennt. ({ $detail })
setup-email-wrong = Geben Sie eine E-Mail-Adresse ein, zum Beispiel ada@example.org. ({ $detail })
setup-username-wrong = Wählen Sie einen anderen Benutzernamen. ({ $detail })
setup-redirect-uri-wrong = Geben Sie die vollständige Adresse ein, zum Beispiel { $example }. ({ $detail })
