### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = You did nothing wrong. Nothing was shared.
error-trace = Trace number { $trace }
error-start-again = Start again at { $app }
error-back-to = Back to { $app }
error-go-on = Go on with the sign-in
error-another-code = Enter another code

error-expired = This sign-in is over
error-expired-more = It is finished, too old, or was begun in another browser. Start again at the app you came from.
error-cross-site = This page was opened from another site or is out of date
error-cross-site-more = Go back to where you started, reload the page and try again.
error-not-found = There is no page here
error-not-found-more = Check the address, or start again at the app you came from.
error-method = This page cannot be used that way
error-method-more = Go back and use the buttons on the page.
error-too-large = That was too much to read
error-too-large-more = Go back and send less. If an app sent you here, tell whoever runs it.
error-misdirected = This is not the right address of this server
error-misdirected-more = Check the address. If it is right, whoever looks after this server has to repair it.
error-too-many = Too many requests
error-too-many-more = Wait { $span }, then try again.
error-internal = Something broke on our side
error-internal-more = Try again in a moment. If it stays, give the number below to whoever looks after this server.
error-unavailable = Very busy right now
error-unavailable-more = Try again in { $span }.

error-app-unknown = The app that sent you here is not known
error-wrong-place = The app asked us to send you to the wrong place
error-cookies = Your browser blocks our cookies
error-cookies-more = Signing in needs one cookie that is only sent to this server. Allow cookies for this address, then try again.
error-not-signed-in = You are not signed in
error-link = This link does not work any more
error-device-gone = This code has been used already, or has expired
error-other = This request cannot be answered

error-advice-developer = Go back to the app. If it happens again, send the details below to whoever runs the app.
error-advice-operator = Tell whoever looks after this server, with the number below.
error-advice-person = Start again from the app.
error-advice-device = Start again on the device; it shows a new code.

### On the way back to an app.

returning-title = Returning · { $app }
returning-heading = Returning to { $app }
returning-more = If nothing happens, press the button.
