### The second step of signing in.

factor-title = 2段階目の確認
factor-title-app = 2段階目の確認 · { $app }
factor-digits = 6桁のコードを入力してください
factor-digits-lead = 認証アプリを開き、いま表示されているコードを入力してください。
factor-noted = リカバリーコードを入力してください
factor-noted-lead = 控えておいたコードは、それぞれ1回だけ使えます。
factor-code = コード
factor-recovery-code = リカバリーコード
factor-use-digits = 認証アプリを使う
factor-use-noted = リカバリーコードを使う
factor-remember = このブラウザーでは{ $time }は再度確認しない
factor-start-over = 最初からやり直す
factor-missing = コードを入力してください
factor-wrong = このコードは正しくないか、すでに使われています
factor-failed = ご本人であることを確認できませんでした
factor-too-many = 間違ったコードが多すぎます
factor-wait = { $time }待ってから、新しいコードでもう一度お試しください。
factor-over = このサインインは終了しました
factor-over-more = すでに完了したか、10分を過ぎたか、間違ったコードが多すぎました。
factor-lost = アプリを使えない場合は、リカバリーコードを使うか、このサーバーの管理者にお問い合わせください。

### Setting up an authenticator app.

enrol-title = 認証アプリを設定する
enrol-required = ここでのサインインには2段階目の確認が必要です。設定は1回だけ、1分ほどで終わります。
enrol-scan = スマートフォンの認証アプリでこれを読み取ってください。
enrol-qr = 認証アプリ用のQRコード
enrol-key = または、このキーをアプリに入力してください
enrol-key-what = キー
enrol-open = この端末のアプリで開く
enrol-code = アプリに表示された6桁のコード
enrol-name = 名前
enrol-name-hint = アプリを区別するための名前です
enrol-confirm = 確認
enrol-too-old = 時間がかかりすぎました。新しいコードを読み取ってください。
enrol-wrong = このコードは正しくありません。端末の時計を確かめ、いま表示されているコードを入力してください。

### Recovery codes.

codes-title = リカバリーコード
codes-lead = アプリを使えないときに、それぞれ1回だけサインインできます。安全な場所に保管してください。**二度と表示されません。**
codes-what = コード
codes-print = 印刷
codes-saved = 保存しました

### The page of the sign-in methods.

security-title = サインインの方法
security-password-lead = 最初にパスワードでサインインします。
security-apps = 認証アプリ
security-apps-none = 2段階目の確認を追加できます。パスワードの後に、スマートフォンのアプリのコードを入力します。
security-app = 認証アプリ
security-add = 認証アプリを追加
security-change = 変更
security-change-of = { $app }を変更
security-name = 名前
security-rename = 名前を変更
security-remove = 削除
security-remove-of = { $app }を削除
security-last = このアカウントには2段階目の確認が必要なため、最後のアプリは削除できません。先に別のアプリを追加してください。
security-codes = リカバリーコード
security-codes-lead = アプリを使えないときのためのコードです。
security-codes-left = { $count }個のうち残り{ $left }個
security-codes-new = 新しいコードを作る
security-codes-void = 以前のコードは使えなくなります。
security-browsers = 記憶されたブラウザー
security-browsers-lead = パスワードだけを確認します。
security-browsers-none = 記憶されたブラウザーはありません。
security-until = { $moment }まで
security-forget = 削除
security-forget-of = { $device }を削除
security-forget-all = すべて削除
security-renamed = 名前を変更しました。
security-removed = アプリを削除し、記憶されたブラウザーも削除しました。
security-forgotten = 次回から2段階目の確認を行います。
security-name-missing = 名前を入力してください。
