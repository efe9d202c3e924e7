### The account.

account-title = アカウント · { $name }
account-heading = あなたのアカウント
account-switch = アカウントを切り替える
account-email-confirmed = { $email }（確認済み）
account-email-not-confirmed = { $email }（未確認）
account-apps = アクセスを許可したアプリ
account-no-apps = あなたのアカウントにアクセスできるアプリはありません。
account-since = 許可: { $moment }
account-last-used = 最終使用: { $moment }
account-not-used = まだ使用されていません
account-take-back = 取り消す
account-take-back-of = { $app } のアクセス許可を取り消す
account-sessions = デバイスとセッション
account-this-one = 現在のセッション
account-signed-in = ログイン: { $moment }
account-end = 終了
account-end-of = { $device }（{ $address }）のセッションを終了
account-sign-out-here = ここからログアウト
account-sign-out-everywhere = すべてのデバイスからログアウト
account-ends-all = 現在のセッションも含め、上のセッションをすべて終了します。
account-ends-only = 現在のセッションを終了します。ほかにセッションはありません。
account-device = { $system } の { $browser }
account-device-unknown = 不明なデバイス

### The front door.

home-title = ログインサービス
home-title-signed-in = ようこそ
home-hello = こんにちは、{ $name } さん
home-signed-in = アカウントのページでは、アクセスを許可したアプリと、ログイン中のデバイスを確認できます。
home-heading = ひとつの鍵で、すべてのアプリへ
home-what = { $server } は、お使いのアプリへのログインを引き受けます。パスワードがアプリに知られることはありません。通常は、アプリからここに移動し、ログイン後にアプリへ戻ります。

### A new password by a link.

set-password-title = パスワードの設定
set-password = パスワードを設定
set-password-done = パスワードを設定しました
set-password-done-more = ほかの場所ではすべてログアウトされました。新しいパスワードでログインしてください。

### Setting the server up.

setup-admin-title = 初期設定: あなたについて
setup-app-title = 初期設定: 最初のアプリ
setup-done-title = 初期設定: 完了 · { $app }
setup-step = ステップ { $step }/{ $of }
setup-admin-heading = ようこそ。あなたについて教えてください
setup-admin-lead = あなたがこのサーバーの最初の管理者になります。
setup-name = 名前
setup-username-hint = ログインに使う短い名前
setup-create-admin = 管理者を作成
setup-app-heading = 最初のアプリ
setup-app-lead = 名前とアドレスを1つずつ入力するだけです。どちらも後で変更できます。
setup-app-name = アプリの名前
setup-app-name-hint = ログインするときに表示されます
setup-redirect-uri = リダイレクト URI
setup-redirect-uri-hint = ログイン後に戻る場所（例: { $example }）
setup-secret-question = アプリはシークレットを安全に保管できますか？
setup-secret-yes = はい。サーバーで動作します
setup-secret-yes-more = クライアントシークレットが発行されます
setup-secret-no = いいえ。ブラウザやスマートフォンで動作します
setup-secret-no-more = PKCE だけを使います
setup-create-app = アプリを作成
setup-done-heading = { $app } の準備ができました
setup-copy-secret = **今すぐシークレットをコピーしてください。** ハッシュ値としてのみ保存されるため、もう一度表示することはできません。
setup-client-id = クライアント ID
setup-client-secret = クライアントシークレット
setup-discovery = ディスカバリー
setup-env = `.env` に書く内容
setup-env-lines = 環境変数
setup-try = ログインを試す
setup-link-invalid = この初期設定リンクは使えなくなりました
setup-link-invalid-more = リンクは15分間有効で、一度だけ使えます。新しいリンクを作るには、サーバーで `latchkey setup-link` を実行してください。

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = ほかの人が見て分かる名前を入力してください。（{ $detail }）
setup-email-wrong = ada@example.org のようなメールアドレスを入力してください。（{ $detail }）
setup-username-wrong = 別のユーザー名を選んでください。（{ $detail }）
setup-redirect-uri-wrong = { $example } のように、アドレス全体を入力してください。（{ $detail }）
