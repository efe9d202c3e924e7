### What an app may do.

consent-title = Allow access · { $app }
consent-heading = Allow { $app } to use your account?
consent-return = You will return to **{ $host }**
consent-unverified = **Unverified app.** Nobody here has checked who runs it. Go on only if you trust { $host }.
consent-may = { $app } will be able to
consent-where = Where
consent-how-long = How long
consent-until-taken-back = Until you take the access back in your account, { $span } at the most
consent-while-signed-in = While you are signed in in this browser
consent-each-time = For { $span } each time you sign in
consent-once = For { $span } from now
consent-allow = Allow

scope-openid = Know who you are
scope-openid-value = by an identifier of your account
scope-profile = See your name and profile
scope-email = See your e-mail address
scope-address = See your postal address
scope-phone = See your phone number
scope-offline-access = Stay connected while you are away
scope-other = Use “{ $scope }” for you

claim-name = See your full name
claim-family-name = See your family name
claim-given-name = See your given name
claim-middle-name = See your middle name
claim-nickname = See your nickname
claim-preferred-username = See your username
claim-profile = See the address of your profile page
claim-picture = See the address of your picture
claim-website = See the address of your website
claim-gender = See your gender
claim-birthdate = See your date of birth
claim-zoneinfo = See your time zone
claim-locale = See your language
claim-updated-at = See when your profile last changed
claim-email = See your e-mail address
claim-email-verified = See whether your e-mail address is confirmed
claim-address = See your postal address
claim-phone-number = See your phone number
claim-phone-number-verified = See whether your phone number is confirmed
claim-other = See something about you

### Devices.

device-title = Connect a device
device-failed = That did not work
device-too-many = Too many tries
device-wait = The code was not checked. Wait { $span }, then try again.
device-missing = Enter the code that your device shows
device-wrong = No device waits with this code
device-code = Code on your device
device-hint = Eight letters. Capitals and the hyphen do not matter.
device-hint-filled = Continue only if the device in front of you shows exactly this code.
device-hint-wrong = Compare it with your device, or begin again there for a new code.
device-warning = Only continue if you started this on a device in front of you. Nobody from support will ever ask you to enter a code.
device-answer-title = Connect a device · { $app }
device-answer-heading = Connect { $app } on a device to your account?
device-answer-code = Your device must show this code:
device-asked = Asked
device-from = From
device-elsewhere = Another network than you are in now
device-agent = Device
device-agent-unknown = it does not say
device-may = Whoever holds the device will be able to
device-yes = Yes, connect it
device-no = It is not mine
device-done = You can go back to your device
device-done-more = It goes on by itself within a few seconds. What it may do, and the way to end that, are in your account.
device-denied = The device was not connected
device-denied-more = It gets nothing from your account. You can close this page.
