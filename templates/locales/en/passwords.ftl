### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = Use a capital letter as well.
password-lacks-lower = Use a small letter as well.
password-lacks-digit = Use a digit as well.
password-lacks-symbol = Use a sign as well that is neither letter nor digit.
password-breached = This password was stolen from another site before, so it is among those that are tried; use another one.

# What was taken is never called bad: how to do better next time.
set-password-done-usual = You are signed out everywhere else. Sign in with the new password. It is much like one that many people use; a few words that only you would put together are harder to guess.
set-password-done-pattern = You are signed out everywhere else. Sign in with the new password. Rows of keys, dates and what repeats are guessed early; a few unusual words are harder to guess.
set-password-done-short = You are signed out everywhere else. Sign in with the new password. One or two more words would make it much harder to guess.
