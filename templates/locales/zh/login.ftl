### Signing in.

login-title = 登录
login-title-app = 登录 · { $app }
login-heading = 登录您的账号
login-heading-app = 登录以继续使用 { $app }
login-heading-again = 请重新登录以继续
login-username = 用户名或电子邮箱
login-username-missing = 请输入用户名或电子邮箱
login-password-missing = 请输入密码
login-wrong = 用户名或密码不正确
login-failed = 登录失败
login-too-many = 尝试次数过多
login-busy = 当前访问量很大
login-wait = 请等待 { $span }，然后重试。如果您忘记了密码，请联系此服务器的管理员。
login-busy-wait = 尚未核对您的密码。请在 { $span }后重试。
login-signed-out-elsewhere = 您已在另一个标签页中退出登录。请重新登录以继续。
login-session-ended = 您的会话已结束。请重新登录以继续。
login-new-account = 新账号由此服务器的管理员创建。请向管理员申请；如果您已有账号，请直接登录。
login-device = 请登录以继续连接您的设备。

### Choosing an account.

switch-title = 选择账号
switch-title-app = 选择账号 · { $app }
switch-somebody-else = 您当前登录的是另一个账号
switch-asked-for = { $app } 要求使用 **{ $asked }**，而您在此浏览器中登录的是
switch-asked-for-another = { $app } 要求使用另一个账号，而您在此浏览器中登录的是
switch-asked-for-unknown-app = 该应用要求使用另一个账号，而您在此浏览器中登录的是
switch-choose = 选择账号
switch-which = { $app } 想知道您要使用哪个账号。
switch-continue-as = 以 { $name } 的身份继续

### Signing out.

logout-title = 退出登录
logout-title-app = 退出登录 · { $app }
logout-heading = 要退出登录 { $server } 吗？
logout-asked = **{ $app }** 请求让您在这里也退出登录。只要您在这里保持登录，下一个应用就会直接让您进入，不再询问。
logout-next = 您下次打开应用时，需要重新输入密码。
logout-several = 此浏览器中有 { $count } 人已登录。
logout-everybody = 让所有人退出登录
logout-only = 仅让 { $name } 退出登录
logout-stay = 保持登录
signed-out-title = 已退出登录
signed-out-one = 一个账号已退出登录
signed-out-one-more = 此浏览器中还有其他人处于登录状态。
signed-out-heading = 您已退出登录
signed-out-everywhere = 您的账号在此设备和其他所有设备上的会话均已结束。
signed-out-here = 您在此设备上的会话已结束。
signed-out-told = 正在通知您用过的应用。
signed-out-told-then = 正在通知您用过的应用，随后将前往 { $app }。
signed-out-of = 正在退出 { $app }
signed-out-again = 重新登录
continue-to = 继续前往 { $app }
