### The account.

account-title = Account · { $name }
account-heading = Your account
account-switch = Switch account
account-email-confirmed = { $email } (confirmed)
account-email-not-confirmed = { $email } (not confirmed)
account-apps = Apps with access
account-no-apps = No app has access to your account.
account-since = Since { $moment }
account-last-used = last used { $moment }
account-not-used = not used yet
account-take-back = Take back
account-take-back-of = Take back access of { $app }
account-sessions = Devices & sessions
account-this-one = This one
account-signed-in = Signed in { $moment }
account-end = End
account-end-of = End the session of { $device } at { $address }
account-sign-out-here = Sign out here
account-sign-out-everywhere = Sign out everywhere
account-ends-all = Ends every session above, this one too.
account-ends-only = Ends this session; it is the only one.
account-device = { $browser } on { $system }
account-device-unknown = Unknown device

### The front door.

home-title = Sign-in service
home-title-signed-in = Welcome
home-hello = Hello, { $name }
home-signed-in = Your account page shows which apps have access and where you are signed in.
home-heading = One key for all your apps
home-what = { $server } signs you in to the apps you use. They never see your password. Usually an app brings you here and takes you back.

### A new password by a link.

set-password-title = Set your password
set-password = Set password
set-password-done = Your password is set
set-password-done-more = You are signed out everywhere else. Sign in with the new password.

### Setting the server up.

setup-admin-title = Set up: you
setup-app-title = Set up: first app
setup-done-title = Set up: done · { $app }
setup-step = Step { $step } of { $of }
setup-admin-heading = Welcome. Who are you?
setup-admin-lead = You will be the first admin of this server.
setup-name = Your name
setup-username-hint = Short, for signing in
setup-create-admin = Create admin
setup-app-heading = Your first app
setup-app-lead = A name and one address are enough. You can change both later.
setup-app-name = Name of the app
setup-app-name-hint = People see it when they sign in
setup-redirect-uri = Redirect URI
setup-redirect-uri-hint = Where people return to, like { $example }
setup-secret-question = Can the app keep a secret?
setup-secret-yes = Yes, it runs on a server
setup-secret-yes-more = It gets a client secret
setup-secret-no = No, it runs in a browser or on a phone
setup-secret-no-more = It uses PKCE alone
setup-create-app = Create app
setup-done-heading = { $app } is ready
setup-copy-secret = **Copy the secret now.** It is kept only as a digest and cannot be shown again.
setup-client-id = Client ID
setup-client-secret = Client secret
setup-discovery = Discovery
setup-env = For your `.env`
setup-env-lines = environment lines
setup-try = Try a sign-in
setup-link-invalid = This set-up link no longer works
setup-link-invalid-more = Each link works once and for 15 minutes. Run `latchkey setup-link` on the server to make another.

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = Enter a name that people will recognise. ({ $detail })
setup-email-wrong = Enter an e-mail address, like ada@example.org. ({ $detail })
setup-username-wrong = Choose another username. ({ $detail })
setup-redirect-uri-wrong = Enter the whole address, like { $example }. ({ $detail })
