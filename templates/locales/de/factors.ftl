### The second step of signing in.

factor-title = Zweiter Schritt
factor-title-app = Zweiter Schritt · { $app }
factor-digits = Geben Sie den 6-stelligen Code ein
factor-digits-lead = Öffnen Sie Ihre Authenticator-App und tippen Sie den Code ein, den sie jetzt zeigt.
factor-noted = Geben Sie einen Wiederherstellungscode ein
factor-noted-lead = Jeder der Codes, die Sie notiert haben, gilt einmal.
factor-code = Code
factor-recovery-code = Wiederherstellungscode
factor-use-digits = Authenticator-App verwenden
factor-use-noted = Wiederherstellungscode verwenden
factor-remember = In diesem Browser { $time } lang nicht mehr fragen
factor-start-over = Neu beginnen
factor-missing = Geben Sie den Code ein
factor-wrong = Dieser Code stimmt nicht oder wurde schon verwendet
factor-failed = Wir konnten nicht bestätigen, dass Sie es sind
factor-too-many = Zu viele falsche Codes
factor-wait = Warten Sie { $time } und versuchen Sie es dann mit einem neuen Code.
factor-over = Diese Anmeldung ist beendet
factor-over-more = Sie wurde abgeschlossen, dauerte länger als zehn Minuten oder hatte zu viele falsche Codes.
factor-lost = Kein Zugriff auf Ihre App? Verwenden Sie einen Wiederherstellungscode oder wenden Sie sich an die Betreuung dieses Servers.

### Setting up an authenticator app.

enrol-title = Authenticator-App einrichten
enrol-required = Die Anmeldung hier braucht einen zweiten Schritt. Das Einrichten dauert eine Minute und ist nur einmal nötig.
enrol-scan = Scannen Sie dies mit einer Authenticator-App auf Ihrem Telefon.
enrol-qr = QR-Code für die Authenticator-App
enrol-key = Oder tippen Sie diesen Schlüssel in die App
enrol-key-what = den Schlüssel
enrol-open = In einer App auf diesem Gerät öffnen
enrol-code = Der 6-stellige Code, den die App zeigt
enrol-name = Name
enrol-name-hint = Um Ihre Apps zu unterscheiden
enrol-confirm = Bestätigen
enrol-too-old = Das hat etwas zu lange gedauert. Scannen Sie den neuen Code.
enrol-wrong = Dieser Code stimmt nicht. Prüfen Sie die Uhr des Geräts und tippen Sie den jetzt angezeigten Code ein.

### Recovery codes.

codes-title = Ihre Wiederherstellungscodes
codes-lead = Jeder meldet Sie einmal an, wenn Sie keinen Zugriff auf Ihre App haben. Bewahren Sie sie sicher auf: **Sie werden nicht noch einmal angezeigt.**
codes-what = die Codes
codes-print = Drucken
codes-saved = Ich habe sie gesichert

### The page of the sign-in methods.

security-title = Anmeldemethoden
security-password-lead = Sie melden sich zuerst mit Ihrem Passwort an.
security-apps = Authenticator-Apps
security-apps-none = Fügen Sie einen zweiten Schritt hinzu: einen Code aus einer App auf Ihrem Telefon, nach dem Passwort gefragt.
security-app = Authenticator-App
security-add = Authenticator-App hinzufügen
security-change = Ändern
security-change-of = { $app } ändern
security-name = Name
security-rename = Umbenennen
security-remove = Entfernen
security-remove-of = { $app } entfernen
security-last = Ihr Konto muss einen zweiten Schritt haben, deshalb bleibt die letzte App. Fügen Sie zuerst eine andere hinzu.
security-codes = Wiederherstellungscodes
security-codes-lead = Für den Fall, dass Sie keinen Zugriff auf Ihre App haben.
security-codes-left = { $left } von { $count } übrig
security-codes-new = Neue Codes erstellen
security-codes-void = Die alten gelten dann nicht mehr.
security-browsers = Gemerkte Browser
security-browsers-lead = Dort wird nur nach dem Passwort gefragt.
security-browsers-none = Kein Browser ist gemerkt.
security-until = Bis { $moment }
security-forget = Vergessen
security-forget-of = { $device } vergessen
security-forget-all = Alle vergessen
security-renamed = Der Name ist geändert.
security-removed = Die App ist entfernt, und gemerkte Browser sind vergessen.
security-forgotten = Dort werden Sie wieder nach dem zweiten Schritt gefragt.
security-name-missing = Geben Sie einen Namen ein.
