### What an app may do.

consent-title = Zugriff erlauben · { $app }
consent-heading = Darf { $app } Ihr Konto verwenden?
consent-return = Danach geht es zurück zu **{ $host }**
consent-unverified = **Nicht geprüfte App.** Hier hat niemand geprüft, wer sie betreibt. Fahren Sie nur fort, wenn Sie { $host } vertrauen.
consent-may = { $app } kann dann
consent-where = Wo
consent-how-long = Wie lange
consent-until-taken-back = Bis Sie den Zugriff in Ihrem Konto widerrufen; endet spätestens nach { $span }
consent-while-signed-in = Solange Sie in diesem Browser angemeldet sind
consent-each-time = Nach jeder Anmeldung von Neuem; endet jeweils nach { $span }
consent-once = Endet nach { $span }
consent-allow = Erlauben

scope-openid = Erfahren, wer Sie sind
scope-openid-value = über eine Kennung Ihres Kontos
scope-profile = Ihren Namen und Ihr Profil sehen
scope-email = Ihre E-Mail-Adresse sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-offline-access = Verbunden bleiben, auch wenn Sie nicht da sind
scope-other = „{ $scope }“ für Sie verwenden

claim-name = Ihren vollständigen Namen sehen
claim-family-name = Ihren Nachnamen sehen
claim-given-name = Ihren Vornamen sehen
claim-middle-name = Ihren zweiten Vornamen sehen
claim-nickname = Ihren Spitznamen sehen
claim-preferred-username = Ihren Benutzernamen sehen
claim-profile = Die Adresse Ihrer Profilseite sehen
claim-picture = Die Adresse Ihres Bildes sehen
claim-website = Die Adresse Ihrer Website sehen
claim-gender = Ihr Geschlecht sehen
claim-birthdate = Ihr Geburtsdatum sehen
claim-zoneinfo = Ihre Zeitzone sehen
claim-locale = Ihre Sprache sehen
claim-updated-at = Sehen, wann sich Ihr Profil zuletzt geändert hat
claim-email = Ihre E-Mail-Adresse sehen
claim-email-verified = Sehen, ob Ihre E-Mail-Adresse bestätigt ist
claim-address = Ihre Postanschrift sehen
claim-phone-number = Ihre Telefonnummer sehen
claim-phone-number-verified = Sehen, ob Ihre Telefonnummer bestätigt ist
claim-other = Etwas über Sie sehen

### Devices.

device-title = Gerät verbinden
device-failed = Das hat nicht geklappt
device-too-many = Zu viele Versuche
device-wait = Der Code wurde nicht geprüft. Versuchen Sie es in { $span } noch einmal.
device-missing = Geben Sie den Code ein, den Ihr Gerät anzeigt
device-wrong = Kein Gerät wartet mit diesem Code
device-code = Code auf Ihrem Gerät
device-hint = Acht Buchstaben. Groß- und Kleinschreibung und der Bindestrich spielen keine Rolle.
device-hint-filled = Fahren Sie nur fort, wenn das Gerät vor Ihnen genau diesen Code anzeigt.
device-hint-wrong = Vergleichen Sie ihn mit Ihrem Gerät, oder beginnen Sie dort von vorn, um einen neuen zu erhalten.
device-warning = Fahren Sie nur fort, wenn Sie dies auf einem Gerät vor Ihnen begonnen haben. Niemand vom Support wird Sie je bitten, einen Code einzugeben.
device-answer-title = Gerät verbinden · { $app }
device-answer-heading = { $app } auf einem Gerät mit Ihrem Konto verbinden?
device-answer-code = Ihr Gerät muss diesen Code anzeigen:
device-asked = Angefragt
device-from = Von
device-elsewhere = Ein anderes Netzwerk als das, in dem Sie gerade sind
device-agent = Gerät
device-agent-unknown = keine Angabe
device-may = Wer das Gerät in der Hand hat, kann dann
device-yes = Ja, verbinden
device-no = Nicht mein Gerät
device-done = Sie können zu Ihrem Gerät zurückkehren
device-done-more = Dort geht es in wenigen Sekunden von selbst weiter. Was das Gerät darf und wie Sie das beenden, sehen Sie in Ihrem Konto.
device-denied = Das Gerät wurde nicht verbunden
device-denied-more = Es erhält nichts aus Ihrem Konto. Sie können diese Seite schließen.
