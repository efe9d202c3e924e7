### The second step of signing in.

factor-title = 第二步验证
factor-title-app = 第二步验证 · { $app }
factor-digits = 请输入 6 位验证码
factor-digits-lead = 打开您的身份验证器应用，输入当前显示的验证码。
factor-noted = 请输入恢复码
factor-noted-lead = 您记下的每个恢复码只能使用一次。
factor-code = 验证码
factor-recovery-code = 恢复码
factor-use-digits = 使用身份验证器应用
factor-use-noted = 使用恢复码
factor-remember = 在此浏览器中 { $time } 内不再询问
factor-start-over = 重新开始
factor-missing = 请输入验证码
factor-wrong = 验证码不正确，或已被使用过
factor-failed = 我们无法确认是您本人
factor-too-many = 错误的验证码太多
factor-wait = 请等待 { $time }，然后用新的验证码重试。
factor-over = 此次登录已结束
factor-over-more = 它已完成、超过了十分钟，或错误的验证码太多。
factor-lost = 无法使用您的应用？请使用恢复码，或联系本服务器的管理员。

### Setting up an authenticator app.

enrol-title = 设置身份验证器应用
enrol-required = 在此登录需要第二步验证。设置只需一分钟，仅此一次。
enrol-scan = 请用手机上的身份验证器应用扫描此码。
enrol-qr = 身份验证器应用的二维码
enrol-key = 或在应用中输入此密钥
enrol-key-what = 密钥
enrol-open = 在此设备的应用中打开
enrol-code = 应用显示的 6 位验证码
enrol-name = 名称
enrol-name-hint = 用于区分您的应用
enrol-confirm = 确认
enrol-too-old = 时间稍长了一些。请扫描新的二维码。
enrol-wrong = 验证码不正确。请检查设备的时钟，并输入当前显示的验证码。

### Recovery codes.

codes-title = 您的恢复码
codes-lead = 当您无法使用应用时，每个恢复码可让您登录一次。请妥善保管：**它们不会再次显示。**
codes-what = 恢复码
codes-print = 打印
codes-saved = 我已保存

### The page of the sign-in methods.

security-title = 登录方式
security-password-lead = 您首先使用密码登录。
security-apps = 身份验证器应用
security-apps-none = 添加第二步验证：输入密码后，再输入手机应用中的验证码。
security-app = 身份验证器应用
security-add = 添加身份验证器应用
security-change = 更改
security-change-of = 更改 { $app }
security-name = 名称
security-rename = 重命名
security-remove = 移除
security-remove-of = 移除 { $app }
security-last = 您的账户必须有第二步验证，因此最后一个应用会保留。请先添加另一个。
security-codes = 恢复码
security-codes-lead = 供您无法使用应用时使用。
security-codes-left = { $count } 个中剩余 { $left } 个
security-codes-new = 生成新的恢复码
security-codes-void = 旧的恢复码将失效。
security-browsers = 已记住的浏览器
security-browsers-lead = 在这些浏览器中只需输入密码。
security-browsers-none = 没有已记住的浏览器。
security-until = 有效期至 { $moment }
security-forget = 忘记
security-forget-of = 忘记 { $device }
security-forget-all = 全部忘记
security-renamed = 名称已更改。
security-removed = 应用已移除，已记住的浏览器也已清除。
security-forgotten = 在那里将再次要求第二步验证。
security-name-missing = 请输入名称。
