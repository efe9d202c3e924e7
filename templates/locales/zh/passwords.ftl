### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = 请再加上一个大写字母。
password-lacks-lower = 请再加上一个小写字母。
password-lacks-digit = 请再加上一个数字。
password-lacks-symbol = 请再加上一个既非字母也非数字的符号。
password-breached = 这个密码曾从其他网站泄露，会被人拿来尝试；请换一个。

# What was taken is never called bad: how to do better next time.
set-password-done-usual = 您在其他所有地方都已退出登录。请使用新密码登录。 它与许多人使用的密码很相似；用几个只有您才会放在一起的词会更难猜。
set-password-done-pattern = 您在其他所有地方都已退出登录。请使用新密码登录。 键盘上的连续按键、日期和重复的内容很快就会被猜到；用几个不常见的词会更难猜。
set-password-done-short = 您在其他所有地方都已退出登录。请使用新密码登录。 再加一两个词就会难猜得多。
