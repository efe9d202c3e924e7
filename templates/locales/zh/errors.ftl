### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = 您没有做错什么，也没有任何信息被共享。
error-trace = 跟踪编号 { $trace }
error-start-again = 从 { $app } 重新开始
error-back-to = 返回 { $app }
error-go-on = 继续登录
error-another-code = 输入其他代码

error-expired = 本次登录已结束
error-expired-more = 它已完成、已过期，或是在另一个浏览器中开始的。请从原来的应用重新开始。
error-cross-site = 此页面是从其他网站打开的，或已过时
error-cross-site-more = 请返回您开始的地方，刷新页面后重试。
error-not-found = 找不到页面
error-not-found-more = 请检查网址，或从原来的应用重新开始。
error-method = 不能以这种方式使用此页面
error-method-more = 请返回，并使用页面上的按钮。
error-too-large = 发送的内容太多
error-too-large-more = 请返回并减少发送的内容。如果是应用把您带到这里的，请告知该应用的运营者。
error-misdirected = 此服务器使用的是另一个名称
error-misdirected-more = 请检查网址。如果网址正确，则需要由此服务器的管理员修复。
error-too-many = 请求过多
error-too-many-more = 请等待 { $span }，然后重试。
error-internal = 我们这边出了问题
error-internal-more = 请稍后重试。如果问题仍然存在，请将下方的编号告知此服务器的管理员。
error-unavailable = 当前访问量很大
error-unavailable-more = 请在 { $span }后重试。

error-app-unknown = 无法识别把您带到这里的应用
error-wrong-place = 应用要求将您转到错误的地方
error-cookies = 您的浏览器阻止了我们的 Cookie
error-cookies-more = 登录需要一个只会发送到此服务器的 Cookie。请允许此网址使用 Cookie，然后重试。
error-not-signed-in = 您尚未登录
error-link = 此链接已失效
error-device-gone = 此代码已被使用或已过期
error-other = 无法处理此请求

error-advice-developer = 请返回应用。如果再次出现此问题，请将下方的详细信息发送给该应用的运营者。
error-advice-operator = 请联系此服务器的管理员，并提供下方的编号。
error-advice-person = 请从应用重新开始。
error-advice-device = 请在设备上重新开始，设备会显示新的代码。

### On the way back to an app.

returning-title = 正在返回 · { $app }
returning-heading = 正在返回 { $app }
returning-more = 如果没有反应，请点按按钮。
