### Signing in.

login-title = Sign in
login-title-app = Sign in · { $app }
login-heading = Sign in to your account
login-heading-app = Sign in to continue to { $app }
login-heading-again = Sign in again to continue
login-username = Username or e-mail
login-username-missing = Enter your username or e-mail
login-password-missing = Enter your password
login-wrong = The username or the password is not right
login-failed = We could not sign you in
login-too-many = Too many tries
login-busy = Very busy right now
login-wait = Wait { $span }, then try again. If you have forgotten your password, ask whoever looks after this server.
login-busy-wait = Your password was not checked. Try again in { $span }.
login-signed-out-elsewhere = You signed out in another tab. Sign in again to go on.
login-session-ended = Your session has ended. Sign in again to go on.
login-new-account = New accounts are made by whoever looks after this server. Ask them for one, or sign in if you have one.
login-device = Sign in to go on with your device.

### Choosing an account.

switch-title = Choose account
switch-title-app = Choose account · { $app }
switch-somebody-else = You are signed in as somebody else
switch-asked-for = { $app } asked for **{ $asked }**. In this browser you are signed in as:
switch-asked-for-another = { $app } asked for another account. In this browser you are signed in as:
switch-asked-for-unknown-app = The app asked for another account. In this browser you are signed in as:
switch-choose = Choose an account
switch-which = { $app } asks which account to use.
switch-continue-as = Continue as { $name }

### Signing out.

logout-title = Sign out
logout-title-app = Sign out · { $app }
logout-heading = Sign out of { $server }?
logout-asked = **{ $app }** asks to sign you out here as well. As long as you are signed in here, the next app lets you in without asking.
logout-next = The next app that you open will ask for your password again.
logout-several = { $count ->
    [one] { $count } person is signed in in this browser.
   *[other] { $count } people are signed in in this browser.
  }
logout-everybody = Sign everybody out
logout-only = Sign out only { $name }
logout-stay = Stay signed in
signed-out-title = Signed out
signed-out-one = One account is signed out
signed-out-one-more = Somebody else is still signed in in this browser.
signed-out-heading = You are signed out
signed-out-everywhere = Every session of your account has ended, on this device and on all others.
signed-out-here = Your session on this device has ended.
signed-out-told = The apps that you used are being told.
signed-out-told-then = The apps that you used are being told; then you go on to { $app }.
signed-out-of = Signing out of { $app }
signed-out-again = Sign in again
continue-to = Continue to { $app }
