# What the language calls itself, and which way it is written (ltr or rtl).
language-name = 简体中文
language-direction = ltr

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = 错误：{ $title }
about = 关于 { $server }
language-switch = 语言：{ $language }
dev-banner = 这是开发服务器，所有数据都会被清除。请勿使用真实密码。
test-banner = 测试模式：同一网络中的任何人都可以访问此服务器。请勿使用真实密码。
look-again = 请检查您填写的内容
copy = 复制
copied = 已复制
copy-what = 复制{ $what }
show = 显示
hide = 隐藏
show-password = 显示密码
hide-password = 隐藏密码
sign-in = 登录
sign-out = 退出登录
cancel = 取消
back = 返回
go-on = 继续
try-again = 重试
go-to-account = 前往您的账号
open-account = 打开您的账号
not-you = 不是 { $name }？
use-another-account = 使用其他账号
unverified-app = **未经验证的应用。** 此服务器尚未核实其运营者的身份。
app-links = { $app }：
app-logo = 标志
app-policy = 隐私政策
app-terms = 使用条款
password = 密码
new-password = 新密码
# $least is a number of characters.
password-hint = 至少 { $least } 个字符。可以用几个不常见的词组合而成。
password-too-short = 请至少使用 { $least } 个字符；几个词连在一起会很好记。
# $most is a number of bytes.
password-too-long = 最多 { $most } 个字节。
password-common = 这个密码太常见，很容易被最先试到；请换一个只有您才想得到的密码。
password-personal = 这个密码与您的名字或此服务器的名称太接近，请换一个。
email = 电子邮箱
username = 用户名
yes = 是
no = 否

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
moment-unknown = 未知
# Spans of time: they stand in sentences such as "Wait 2 minutes, then try again."
seconds = { $count } 秒
minutes = { $count } 分钟
hours = { $count } 小时
days = { $count } 天
ago = { $span }前
