### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = 大文字も使ってください。
password-lacks-lower = 小文字も使ってください。
password-lacks-digit = 数字も使ってください。
password-lacks-symbol = 文字でも数字でもない記号も使ってください。
password-breached = 以前ほかのサイトから盗まれたパスワードで、攻撃に使われます。別のものにしてください。

# What was taken is never called bad: how to do better next time.
set-password-done-usual = ほかの場所ではすべてログアウトされました。新しいパスワードでログインしてください。 多くの人が使うパスワードに似ています。自分だけが思いつく単語の組み合わせのほうが推測されにくくなります。
set-password-done-pattern = ほかの場所ではすべてログアウトされました。新しいパスワードでログインしてください。 キーの並び、日付、繰り返しは早く推測されます。あまり使われない単語をいくつか組み合わせると推測されにくくなります。
set-password-done-short = ほかの場所ではすべてログアウトされました。新しいパスワードでログインしてください。 単語をあと一つか二つ加えると、ずっと推測されにくくなります。
