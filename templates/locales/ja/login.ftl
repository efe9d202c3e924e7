### Signing in.

login-title = ログイン
login-title-app = ログイン · { $app }
login-heading = アカウントにログイン
login-heading-app = ログインして { $app } に進む
login-heading-again = 続けるには、もう一度ログインしてください
login-username = ユーザー名またはメールアドレス
login-username-missing = ユーザー名またはメールアドレスを入力してください
login-password-missing = パスワードを入力してください
login-wrong = ユーザー名またはパスワードが正しくありません
login-failed = ログインできませんでした
login-too-many = 試行回数が多すぎます
login-busy = ただいま大変混み合っています
login-wait = { $span }待ってから、もう一度お試しください。パスワードを忘れた場合は、このサーバーの管理者にお問い合わせください。
login-busy-wait = パスワードの確認は行われていません。{ $span }後にもう一度お試しください。
login-signed-out-elsewhere = 別のタブでログアウトしました。続けるには、もう一度ログインしてください。
login-session-ended = セッションが終了しました。続けるには、もう一度ログインしてください。
login-new-account = 新しいアカウントは、このサーバーの管理者が作成します。管理者に作成を依頼するか、アカウントをお持ちの場合はログインしてください。
login-device = デバイスの接続を続けるには、ログインしてください。

### Choosing an account.

switch-title = アカウントの選択
switch-title-app = アカウントの選択 · { $app }
switch-somebody-else = 別のアカウントでログインしています
switch-asked-for = { $app } は **{ $asked }** を求めていますが、このブラウザでは次のアカウントでログインしています
switch-asked-for-another = { $app } は別のアカウントを求めていますが、このブラウザでは次のアカウントでログインしています
switch-asked-for-unknown-app = アプリは別のアカウントを求めていますが、このブラウザでは次のアカウントでログインしています
switch-choose = アカウントを選択
switch-which = { $app } で使うアカウントを選んでください。
switch-continue-as = { $name } さんとして続ける

### Signing out.

logout-title = ログアウト
logout-title-app = ログアウト · { $app }
logout-heading = { $server } からログアウトしますか？
logout-asked = **{ $app }** が、ここからもログアウトするよう求めています。ここにログインしている間は、次に使うアプリにも確認なしで入れます。
logout-next = 次にアプリを開くときは、もう一度パスワードの入力が必要になります。
logout-several = このブラウザでは{ $count }人がログインしています。
logout-everybody = 全員ログアウト
logout-only = { $name } さんだけログアウト
logout-stay = ログインしたままにする
signed-out-title = ログアウトしました
signed-out-one = 1つのアカウントからログアウトしました
signed-out-one-more = このブラウザでは、まだ別の人がログインしています。
signed-out-heading = ログアウトしました
signed-out-everywhere = このデバイスと他のすべてのデバイスで、あなたのアカウントのセッションがすべて終了しました。
signed-out-here = このデバイスのセッションが終了しました。
signed-out-told = ご利用になったアプリに通知しています。
signed-out-told-then = ご利用になったアプリに通知しています。その後、{ $app } に移動します。
signed-out-of = { $app } からログアウトしています
signed-out-again = もう一度ログイン
continue-to = { $app } に進む
