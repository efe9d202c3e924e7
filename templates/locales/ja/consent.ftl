### What an app may do.

consent-title = アクセスの許可 · { $app }
consent-heading = { $app } にアカウントの使用を許可しますか？
consent-return = **{ $host }** に戻ります
consent-unverified = **未確認のアプリです。** このサーバーでは、運営者の確認が行われていません。{ $host } を信頼できる場合にだけ続けてください。
consent-may = { $app } ができるようになること
consent-where = 対象
consent-how-long = 期間
consent-until-taken-back = アカウントのページで取り消すまで（最長{ $span }）
consent-while-signed-in = このブラウザでログインしている間
consent-each-time = ログインするたびに{ $span }
consent-once = 許可してから{ $span }
consent-allow = 許可する

scope-openid = あなたが誰かを知る
scope-openid-value = アカウントの識別子によって
scope-profile = 名前とプロフィールを見る
scope-email = メールアドレスを見る
scope-address = 住所を見る
scope-phone = 電話番号を見る
scope-offline-access = あなたが利用していない間も接続を保つ
scope-other = あなたに代わって「{ $scope }」を使う

claim-name = 氏名を見る
claim-family-name = 姓を見る
claim-given-name = 名を見る
claim-middle-name = ミドルネームを見る
claim-nickname = ニックネームを見る
claim-preferred-username = ユーザー名を見る
claim-profile = プロフィールページのアドレスを見る
claim-picture = プロフィール画像のアドレスを見る
claim-website = ウェブサイトのアドレスを見る
claim-gender = 性別を見る
claim-birthdate = 生年月日を見る
claim-zoneinfo = タイムゾーンを見る
claim-locale = 言語を見る
claim-updated-at = プロフィールの最終更新日時を見る
claim-email = メールアドレスを見る
claim-email-verified = メールアドレスが確認済みかどうかを見る
claim-address = 住所を見る
claim-phone-number = 電話番号を見る
claim-phone-number-verified = 電話番号が確認済みかどうかを見る
claim-other = あなたに関する情報を見る

### Devices.

device-title = デバイスの接続
device-failed = 接続できませんでした
device-too-many = 試行回数が多すぎます
device-wait = コードの確認は行われていません。{ $span }待ってから、もう一度お試しください。
device-missing = デバイスに表示されているコードを入力してください
device-wrong = このコードで待機しているデバイスはありません
device-code = デバイスに表示されたコード
device-hint = 英字8文字です。大文字と小文字の違いや、ハイフンの有無は問いません。
device-hint-filled = 目の前のデバイスにまったく同じコードが表示されている場合にだけ続けてください。
device-hint-wrong = デバイスの表示と見比べてください。または、デバイスで最初からやり直して新しいコードを取得してください。
device-warning = 目の前のデバイスでご自身が始めた場合にだけ続けてください。サポート担当者がコードの入力をお願いすることは決してありません。
device-answer-title = デバイスの接続 · { $app }
device-answer-heading = デバイスの { $app } をあなたのアカウントに接続しますか？
device-answer-code = デバイスに次のコードが表示されていることを確認してください:
device-asked = リクエスト日時
device-from = リクエスト元
device-elsewhere = 今お使いのネットワークとは別のネットワークです
device-agent = デバイス
device-agent-unknown = 情報なし
device-may = このデバイスを持つ人ができるようになること
device-yes = はい、接続します
device-no = 自分のデバイスではありません
device-done = デバイスに戻ってください
device-done-more = 数秒以内に自動で続きが始まります。このデバイスに許可した内容の確認や取り消しは、アカウントのページでできます。
device-denied = デバイスは接続されませんでした
device-denied-more = このデバイスがあなたのアカウントの情報を受け取ることはありません。このページは閉じてかまいません。
