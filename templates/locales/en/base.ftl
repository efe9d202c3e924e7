# What the language calls itself, and which way it is written (ltr or rtl).
language-name = English
language-direction = ltr

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = Error: { $title }
about = About { $server }
language-switch = Language: { $language }
dev-banner = Development server. Everything here is thrown away; use no real password.
test-banner = Test mode. This server is open to anybody on its network; use no real password.
look-again = Please look again
copy = Copy
copied = Copied
copy-what = Copy { $what }
show = Show
hide = Hide
show-password = Show password
hide-password = Hide password
sign-in = Sign in
sign-out = Sign out
cancel = Cancel
back = Back
go-on = Continue
try-again = Try again
go-to-account = Go to your account
open-account = Open your account
not-you = Not { $name }?
use-another-account = Use another account
unverified-app = **Unverified app.** Nobody here has checked who runs it.
app-links = { $app }:
app-logo = Logo
app-policy = Privacy policy
app-terms = Terms of use
password = Password
new-password = New password
# $least is a number of characters.
password-hint = At least { $least } characters. A few unusual words work well.
password-too-short = Use at least { $least } characters; a few words in a row are easy to remember.
# $most is a number of bytes.
password-too-long = Use at most { $most } bytes.
password-common = This is one of the passwords that are tried first; use one that only you would think of.
password-personal = This is little more than your name or this server's; use something else.
email = E-mail
username = Username
yes = yes
no = no

### Times.

moment = { $day } { $month } { $year }, { $time } UTC
month = { $number ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
  }
moment-unknown = unknown
# Spans of time: they stand in sentences such as "Wait 2 minutes, then try again."
seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
  }
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
  }
hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
  }
days = { $count ->
    [one] { $count } day
   *[other] { $count } days
  }
ago = { $span } ago
