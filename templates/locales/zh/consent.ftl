### What an app may do.

consent-title = 允许访问 · { $app }
consent-heading = 允许 { $app } 使用您的账号吗？
consent-return = 您将返回 **{ $host }**
consent-unverified = **未经验证的应用。** 此服务器尚未核实其运营者的身份。只有在您信任 { $host } 时才继续。
consent-may = { $app } 将可以
consent-where = 适用范围
consent-how-long = 有效期
consent-until-taken-back = 直到您在账号页面中撤销，最长 { $span }
consent-while-signed-in = 您在此浏览器中保持登录期间
consent-each-time = 每次登录后 { $span }
consent-once = 允许后 { $span }
consent-allow = 允许

scope-openid = 知道您是谁
scope-openid-value = 通过您的账号标识符
scope-profile = 查看您的姓名和个人资料
scope-email = 查看您的电子邮箱
scope-address = 查看您的通讯地址
scope-phone = 查看您的电话号码
scope-offline-access = 在您离开时保持连接
scope-other = 代您使用“{ $scope }”

claim-name = 查看您的全名
claim-family-name = 查看您的姓氏
claim-given-name = 查看您的名字
claim-middle-name = 查看您的中间名
claim-nickname = 查看您的昵称
claim-preferred-username = 查看您的用户名
claim-profile = 查看您个人主页的网址
claim-picture = 查看您头像的网址
claim-website = 查看您网站的网址
claim-gender = 查看您的性别
claim-birthdate = 查看您的出生日期
claim-zoneinfo = 查看您所在的时区
claim-locale = 查看您使用的语言
claim-updated-at = 查看您的个人资料上次更改的时间
claim-email = 查看您的电子邮箱
claim-email-verified = 查看您的电子邮箱是否已确认
claim-address = 查看您的通讯地址
claim-phone-number = 查看您的电话号码
claim-phone-number-verified = 查看您的电话号码是否已确认
claim-other = 查看与您有关的某项信息

### Devices.

device-title = 连接设备
device-failed = 未能连接
device-too-many = 尝试次数过多
device-wait = 尚未核对该代码。请等待 { $span }，然后重试。
device-missing = 请输入设备上显示的代码
device-wrong = 没有设备在等待此代码
device-code = 设备上的代码
device-hint = 八个字母，不区分大小写，连字符可有可无。
device-hint-filled = 只有在您面前的设备显示完全相同的代码时才继续。
device-hint-wrong = 请与设备上的代码核对，或在设备上重新开始以获取新代码。
device-warning = 只有当您自己在面前的设备上发起了此操作时才继续。客服人员绝不会要求您输入代码。
device-answer-title = 连接设备 · { $app }
device-answer-heading = 将设备上的 { $app } 连接到您的账号吗？
device-answer-code = 您的设备上必须显示此代码：
device-asked = 请求时间
device-from = 请求来源
device-elsewhere = 与您当前所在的网络不同
device-agent = 设备
device-agent-unknown = 未说明
device-may = 持有此设备的人将可以
device-yes = 是，连接
device-no = 这不是我的设备
device-done = 您可以回到设备上了
device-done-more = 设备会在几秒钟内自动继续。您可以在账号页面中查看它的权限，也可以随时撤销。
device-denied = 设备未连接
device-denied-more = 它不会从您的账号获得任何信息。您可以关闭此页面。
