### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = استخدم حرفًا كبيرًا أيضًا.
password-lacks-lower = استخدم حرفًا صغيرًا أيضًا.
password-lacks-digit = استخدم رقمًا أيضًا.
password-lacks-symbol = استخدم أيضًا رمزًا ليس حرفًا ولا رقمًا.
password-breached = سُرقت كلمة المرور هذه من موقع آخر من قبل، فهي من الكلمات التي تُجرَّب؛ استخدم غيرها.

# What was taken is never called bad: how to do better next time.
set-password-done-usual = تم تسجيل خروجك من جميع الأماكن الأخرى. سجّل الدخول بكلمة المرور الجديدة. إنها تشبه كلمة مرور يستخدمها كثيرون؛ بضع كلمات لا يجمع بينها سواك أصعب تخمينًا.
set-password-done-pattern = تم تسجيل خروجك من جميع الأماكن الأخرى. سجّل الدخول بكلمة المرور الجديدة. صفوف المفاتيح والتواريخ والتكرار تُخمَّن مبكرًا؛ بضع كلمات غير مألوفة أصعب تخمينًا.
set-password-done-short = تم تسجيل خروجك من جميع الأماكن الأخرى. سجّل الدخول بكلمة المرور الجديدة. كلمة أو كلمتان إضافيتان تجعلانها أصعب تخمينًا بكثير.
