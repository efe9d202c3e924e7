### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = Sie haben nichts falsch gemacht. Es wurde nichts weitergegeben.
error-trace = Trace-Nummer { $trace }
error-start-again = Bei { $app } neu beginnen
error-back-to = Zurück zu { $app }
error-go-on = Weiter mit der Anmeldung
error-another-code = Anderen Code eingeben

error-expired = Diese Anmeldung gilt nicht mehr
error-expired-more = Sie ist abgeschlossen, zu alt oder wurde in einem anderen Browser begonnen. Beginnen Sie neu in der App, aus der Sie gekommen sind.
error-cross-site = Diese Seite wurde von einer anderen Website aus geöffnet oder ist veraltet
error-cross-site-more = Gehen Sie dorthin zurück, wo Sie begonnen haben, laden Sie die Seite neu und versuchen Sie es noch einmal.
error-not-found = Diese Seite gibt es nicht
error-not-found-more = Prüfen Sie die Adresse, oder beginnen Sie neu in der App, aus der Sie gekommen sind.
error-method = So lässt sich diese Seite nicht verwenden
error-method-more = Gehen Sie zurück und verwenden Sie die Schaltflächen auf der Seite.
error-too-large = Das war zu viel auf einmal
error-too-large-more = Gehen Sie zurück und senden Sie weniger. Wenn eine App Sie hierhergeschickt hat, sagen Sie der Person Bescheid, die sie betreibt.
error-misdirected = Dieser Server hat einen anderen Namen
error-misdirected-more = Prüfen Sie die Adresse. Wenn sie stimmt, muss die Person, die diesen Server betreut, das beheben.
error-too-many = Zu viele Anfragen
error-too-many-more = Versuchen Sie es in { $span } noch einmal.
error-internal = Bei uns ist etwas schiefgegangen
error-internal-more = Versuchen Sie es gleich noch einmal. Wenn es dabei bleibt, geben Sie die Nummer unten an die Person weiter, die diesen Server betreut.
error-unavailable = Gerade ist sehr viel los
error-unavailable-more = Versuchen Sie es in { $span } noch einmal.

error-app-unknown = Die App, aus der Sie kommen, ist hier nicht bekannt
error-wrong-place = Die App wollte Sie an eine falsche Adresse schicken
error-cookies = Ihr Browser blockiert unsere Cookies
error-cookies-more = Zum Anmelden ist ein Cookie nötig, das nur an diesen Server gesendet wird. Erlauben Sie Cookies für diese Adresse und versuchen Sie es dann noch einmal.
error-not-signed-in = Sie sind nicht angemeldet
error-link = Dieser Link funktioniert nicht mehr
error-device-gone = Dieser Code wurde schon verwendet oder ist abgelaufen
error-other = Diese Anfrage lässt sich nicht beantworten

error-advice-developer = Gehen Sie zurück zur App. Wenn es wieder passiert, schicken Sie die Angaben unten an die Person, die die App betreibt.
error-advice-operator = Sagen Sie der Person Bescheid, die diesen Server betreut, und nennen Sie die Nummer unten.
error-advice-person = Beginnen Sie neu in der App.
error-advice-device = Beginnen Sie am Gerät von vorn; es zeigt dann einen neuen Code.

### On the way back to an app.

returning-title = Zurück · { $app }
returning-heading = Es geht zurück zu { $app }
returning-more = Wenn nichts passiert, klicken Sie auf die Schaltfläche.
