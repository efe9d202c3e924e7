### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = あなたの操作に問題はありません。情報は一切共有されていません。
error-trace = 追跡番号 { $trace }
error-start-again = { $app } からやり直す
error-back-to = { $app } に戻る
error-go-on = ログインを続ける
error-another-code = 別のコードを入力

error-expired = このログインは終了しました
error-expired-more = すでに完了しているか、時間が経ちすぎているか、別のブラウザで始められたものです。元のアプリからやり直してください。
error-cross-site = このページは別のサイトから開かれたか、古くなっています
error-cross-site-more = 元のページに戻り、再読み込みしてから、もう一度お試しください。
error-not-found = ページが見つかりません
error-not-found-more = アドレスを確認するか、元のアプリからやり直してください。
error-method = このページはその方法では利用できません
error-method-more = 前のページに戻り、ページ上のボタンを使ってください。
error-too-large = 送信された内容が大きすぎます
error-too-large-more = 前のページに戻り、内容を減らして送信してください。アプリからここに移動した場合は、アプリの運営者にお知らせください。
error-misdirected = このサーバーの正しい名前は別のものです
error-misdirected-more = アドレスを確認してください。アドレスが正しい場合は、このサーバーの管理者による修正が必要です。
error-too-many = リクエストが多すぎます
error-too-many-more = { $span }待ってから、もう一度お試しください。
error-internal = サーバーで問題が発生しました
error-internal-more = しばらくしてから、もう一度お試しください。解決しない場合は、下の番号をこのサーバーの管理者にお伝えください。
error-unavailable = ただいま大変混み合っています
error-unavailable-more = { $span }後にもう一度お試しください。

error-app-unknown = 移動元のアプリが登録されていません
error-wrong-place = アプリが指定した移動先が正しくありません
error-cookies = ブラウザで Cookie がブロックされています
error-cookies-more = ログインには、このサーバーだけに送信される Cookie が1つ必要です。このアドレスの Cookie を許可してから、もう一度お試しください。
error-not-signed-in = ログインしていません
error-link = このリンクは使えなくなりました
error-device-gone = このコードは使用済みか、有効期限が切れています
error-other = このリクエストには応答できません

error-advice-developer = アプリに戻ってください。もう一度起きる場合は、下の詳細をアプリの運営者にお送りください。
error-advice-operator = 下の番号を添えて、このサーバーの管理者にお知らせください。
error-advice-person = アプリからやり直してください。
error-advice-device = デバイスでやり直してください。新しいコードが表示されます。

### On the way back to an app.

returning-title = 戻っています · { $app }
returning-heading = { $app } に戻っています
returning-more = 画面が変わらない場合は、ボタンを押してください。
