### The account.

account-title = 账号 · { $name }
account-heading = 您的账号
account-switch = 切换账号
account-email-confirmed = { $email }（已确认）
account-email-not-confirmed = { $email }（未确认）
account-apps = 有访问权限的应用
account-no-apps = 没有应用可以访问您的账号。
account-since = 授权时间：{ $moment }
account-last-used = 上次使用：{ $moment }
account-not-used = 尚未使用
account-take-back = 撤销
account-take-back-of = 撤销 { $app } 的访问权限
account-sessions = 设备和会话
account-this-one = 当前会话
account-signed-in = 登录时间：{ $moment }
account-end = 结束
account-end-of = 结束 { $device }（{ $address }）的会话
account-sign-out-here = 在此处退出登录
account-sign-out-everywhere = 在所有设备上退出登录
account-ends-all = 将结束以上所有会话，包括当前会话。
account-ends-only = 将结束当前会话，这是唯一的会话。
account-device = { $system } 上的 { $browser }
account-device-unknown = 未知设备

### The front door.

home-title = 登录服务
home-title-signed-in = 欢迎
home-hello = { $name }，您好
home-signed-in = 您可以在账号页面查看哪些应用有访问权限，以及您在哪些地方登录了。
home-heading = 一把钥匙，打开所有应用
home-what = { $server } 帮您登录您使用的应用，而应用永远看不到您的密码。通常，应用会把您带到这里，登录后再带您回去。

### A new password by a link.

set-password-title = 设置您的密码
set-password = 设置密码
set-password-done = 您的密码已设置
set-password-done-more = 您在其他所有地方都已退出登录。请使用新密码登录。

### Setting the server up.

setup-admin-title = 初始设置：关于您
setup-app-title = 初始设置：第一个应用
setup-done-title = 初始设置：完成 · { $app }
setup-step = 第 { $step } 步，共 { $of } 步
setup-admin-heading = 欢迎！请问您是？
setup-admin-lead = 您将成为此服务器的第一位管理员。
setup-name = 您的姓名
setup-username-hint = 简短，用于登录
setup-create-admin = 创建管理员
setup-app-heading = 您的第一个应用
setup-app-lead = 只需一个名称和一个地址，两者以后都可以更改。
setup-app-name = 应用名称
setup-app-name-hint = 用户登录时会看到
setup-redirect-uri = 重定向 URI
setup-redirect-uri-hint = 用户登录后返回的地址，例如 { $example }
setup-secret-question = 该应用能保守密钥吗？
setup-secret-yes = 能，它在服务器上运行
setup-secret-yes-more = 它会获得一个客户端密钥
setup-secret-no = 不能，它在浏览器或手机上运行
setup-secret-no-more = 它只使用 PKCE
setup-create-app = 创建应用
setup-done-heading = { $app } 已准备就绪
setup-copy-secret = **请立即复制密钥。** 服务器只保存密钥的摘要，无法再次显示。
setup-client-id = 客户端 ID
setup-client-secret = 客户端密钥
setup-discovery = 发现文档
setup-env = 用于您的 `.env`
setup-env-lines = 环境变量
setup-try = 试试登录
setup-link-invalid = 此设置链接已失效
setup-link-invalid-more = 每个链接只能使用一次，有效期为 15 分钟。如需新链接，请在服务器上运行 `latchkey setup-link`。

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = 请输入一个大家能认出的名称。（{ $detail }）
setup-email-wrong = 请输入电子邮箱，例如 ada@example.org。（{ $detail }）
setup-username-wrong = 请换一个用户名。（{ $detail }）
setup-redirect-uri-wrong = 请输入完整的地址，例如 { $example }。（{ $detail }）
