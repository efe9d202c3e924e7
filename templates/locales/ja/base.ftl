# What the language calls itself, and which way it is written (ltr or rtl).
language-name = 日本語
language-direction = ltr

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = エラー: { $title }
about = { $server } について
language-switch = 言語: { $language }
dev-banner = 開発用サーバーです。ここでのデータはすべて破棄されます。実際に使っているパスワードは入力しないでください。
test-banner = テストモードです。このサーバーは、同じネットワークの誰でも利用できます。実際に使っているパスワードは入力しないでください。
look-again = 入力内容をご確認ください
copy = コピー
copied = コピーしました
copy-what = { $what }をコピー
show = 表示
hide = 非表示
show-password = パスワードを表示
hide-password = パスワードを非表示
sign-in = ログイン
sign-out = ログアウト
cancel = キャンセル
back = 戻る
go-on = 続ける
try-again = もう一度試す
go-to-account = アカウントに移動
open-account = アカウントを開く
not-you = { $name } さんではありませんか？
use-another-account = 別のアカウントを使う
unverified-app = **未確認のアプリです。** このサーバーでは、運営者の確認が行われていません。
app-links = { $app }:
app-logo = ロゴ
app-policy = プライバシーポリシー
app-terms = 利用規約
password = パスワード
new-password = 新しいパスワード
# $least is a number of characters.
password-hint = { $least }文字以上。あまり使われない単語をいくつか組み合わせるのがおすすめです。
password-too-short = { $least }文字以上にしてください。いくつかの単語を並べると覚えやすくなります。
# $most is a number of bytes.
password-too-long = { $most }バイト以内にしてください。
password-common = 真っ先に試される、よくあるパスワードです。自分だけが思いつくものにしてください。
password-personal = あなたの名前やこのサーバーの名前とほとんど同じです。別のものにしてください。
email = メールアドレス
username = ユーザー名
yes = はい
no = いいえ

### Times.

moment = { $year }年{ $month }{ $day }日 { $time } UTC
month = { $number ->
    [1] 1月
    [2] 2月
    [3] 3月
    [4] 4月
    [5] 5月
    [6] 6月
    [7] 7月
    [8] 8月
    [9] 9月
    [10] 10月
    [11] 11月
   *[12] 12月
  }
moment-unknown = 不明
# Spans of time: they stand in sentences such as "Wait 2 minutes, then try again."
seconds = { $count }秒
minutes = { $count }分
hours = { $count }時間
days = { $count }日
ago = { $span }前
