### The second step of signing in.

factor-title = Second step
factor-title-app = Second step · { $app }
factor-digits = Enter the 6-digit code
factor-digits-lead = Open your authenticator app and type the code it shows now.
factor-noted = Enter a recovery code
factor-noted-lead = Each of the codes you noted down works once.
factor-code = Code
factor-recovery-code = Recovery code
factor-use-digits = Use the authenticator app
factor-use-noted = Use a recovery code
factor-remember = Do not ask again in this browser for { $time }
factor-start-over = Start over
factor-missing = Enter the code
factor-wrong = This code is not right, or it was used before
factor-failed = We could not confirm it is you
factor-too-many = Too many wrong codes
factor-wait = Wait { $time }, then try again with a new code.
factor-over = This sign-in has ended
factor-over-more = It was finished, took longer than ten minutes, or had too many wrong codes.
factor-lost = No access to your app? Use a recovery code, or ask whoever looks after this server.

### Setting up an authenticator app.

enrol-title = Set up an authenticator app
enrol-required = Signing in here needs a second step. Setting it up takes a minute, once.
enrol-scan = Scan this with an authenticator app on your phone.
enrol-qr = QR code for the authenticator app
enrol-key = Or type this key into the app
enrol-key-what = the key
enrol-open = Open in an app on this device
enrol-code = The 6-digit code that the app shows
enrol-name = Name
enrol-name-hint = To tell your apps apart
enrol-confirm = Confirm
enrol-too-old = That took a little too long. Scan the new code.
enrol-wrong = This code is not right. Check the clock of the device, and type the code shown now.

### Recovery codes.

codes-title = Your recovery codes
codes-lead = Each of them signs you in once when you have no access to your app. Keep them somewhere safe: **they are not shown again.**
codes-what = the codes
codes-print = Print
codes-saved = I have saved them

### The page of the sign-in methods.

security-title = Sign-in methods
security-password-lead = You sign in with your password first.
security-apps = Authenticator apps
security-apps-none = Add a second step: a code from an app on your phone, asked for after your password.
security-app = Authenticator app
security-add = Add an authenticator app
security-change = Change
security-change-of = Change { $app }
security-name = Name
security-rename = Rename
security-remove = Remove
security-remove-of = Remove { $app }
security-last = Your account must have a second step, so the last app stays. Add another one first.
security-codes = Recovery codes
security-codes-lead = For when you have no access to your app.
security-codes-left = { $left } of { $count } left
security-codes-new = Make new codes
security-codes-void = The old ones then stop working.
security-browsers = Remembered browsers
security-browsers-lead = They are asked for your password only.
security-browsers-none = No browser is remembered.
security-until = Until { $moment }
security-forget = Forget
security-forget-of = Forget { $device }
security-forget-all = Forget all
security-renamed = The name is changed.
security-removed = The app is removed, and remembered browsers are forgotten.
security-forgotten = You will be asked for the second step there again.
security-name-missing = Enter a name.
