### Signing in.

login-title = تسجيل الدخول
login-title-app = تسجيل الدخول · { $app }
login-heading = سجّل الدخول إلى حسابك
login-heading-app = سجّل الدخول للمتابعة إلى { $app }
login-heading-again = سجّل الدخول مرة أخرى للمتابعة
login-username = اسم المستخدم أو البريد الإلكتروني
login-username-missing = أدخل اسم المستخدم أو البريد الإلكتروني
login-password-missing = أدخل كلمة المرور
login-wrong = اسم المستخدم أو كلمة المرور غير صحيحة
login-failed = تعذّر تسجيل دخولك
login-too-many = محاولات كثيرة جدًا
login-busy = الخادم مشغول جدًا الآن
login-wait = انتظر لمدة { $span }، ثم حاول مرة أخرى. إذا نسيت كلمة المرور، فتواصل مع مسؤول هذا الخادم.
login-busy-wait = لم يتم التحقق من كلمة مرورك. حاول مرة أخرى بعد { $span }.
login-signed-out-elsewhere = لقد سجّلت الخروج في علامة تبويب أخرى. سجّل الدخول مرة أخرى للمتابعة.
login-session-ended = انتهت جلستك. سجّل الدخول مرة أخرى للمتابعة.
login-new-account = الحسابات الجديدة ينشئها مسؤول هذا الخادم. اطلب منه حسابًا، أو سجّل الدخول إذا كان لديك حساب.
login-device = سجّل الدخول لمتابعة ربط جهازك.

### Choosing an account.

switch-title = اختيار حساب
switch-title-app = اختيار حساب · { $app }
switch-somebody-else = لقد سجّلت الدخول بحساب آخر
switch-asked-for = طلب تطبيق { $app } الحساب **{ $asked }**، لكنك في هذا المتصفح مسجّل الدخول باسم
switch-asked-for-another = طلب تطبيق { $app } حسابًا آخر، لكنك في هذا المتصفح مسجّل الدخول باسم
switch-asked-for-unknown-app = طلب التطبيق حسابًا آخر، لكنك في هذا المتصفح مسجّل الدخول باسم
switch-choose = اختر حسابًا
switch-which = يسأل تطبيق { $app } عن الحساب الذي تريد استخدامه.
switch-continue-as = المتابعة باسم { $name }

### Signing out.

logout-title = تسجيل الخروج
logout-title-app = تسجيل الخروج · { $app }
logout-heading = هل تريد تسجيل الخروج من { $server }؟
logout-asked = يطلب تطبيق **{ $app }** تسجيل خروجك من هنا أيضًا. ما دمت مسجّل الدخول هنا، فسيُدخلك التطبيق التالي دون سؤال.
logout-next = سيطلب منك التطبيق التالي الذي تفتحه كلمة مرورك من جديد.
logout-several = { $count ->
    [zero] لا أحد مسجّل الدخول في هذا المتصفح.
    [one] شخص واحد مسجّل الدخول في هذا المتصفح.
    [two] شخصان مسجّلا الدخول في هذا المتصفح.
    [few] { $count } أشخاص مسجّلو الدخول في هذا المتصفح.
    [many] { $count } شخصًا مسجّلو الدخول في هذا المتصفح.
   *[other] { $count } شخص مسجّلو الدخول في هذا المتصفح.
  }
logout-everybody = تسجيل خروج الجميع
logout-only = تسجيل خروج { $name } فقط
logout-stay = إبقاء تسجيل الدخول
signed-out-title = تم تسجيل الخروج
signed-out-one = تم تسجيل الخروج من حساب واحد
signed-out-one-more = لا يزال شخص آخر مسجّل الدخول في هذا المتصفح.
signed-out-heading = تم تسجيل خروجك
signed-out-everywhere = انتهت جميع جلسات حسابك على هذا الجهاز وعلى جميع الأجهزة الأخرى.
signed-out-here = انتهت جلستك على هذا الجهاز.
signed-out-told = يجري إبلاغ التطبيقات التي استخدمتها.
signed-out-told-then = يجري إبلاغ التطبيقات التي استخدمتها، ثم ستنتقل إلى { $app }.
signed-out-of = جارٍ تسجيل الخروج من { $app }
signed-out-again = تسجيل الدخول مرة أخرى
continue-to = المتابعة إلى { $app }
