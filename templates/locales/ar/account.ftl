### The account.

account-title = الحساب · { $name }
account-heading = حسابك
account-switch = تبديل الحساب
account-email-confirmed = { $email } (مؤكَّد)
account-email-not-confirmed = { $email } (غير مؤكَّد)
account-apps = التطبيقات المسموح لها بالوصول
account-no-apps = لا يوجد تطبيق يمكنه الوصول إلى حسابك.
account-since = منذ { $moment }
account-last-used = آخر استخدام: { $moment }
account-not-used = لم يُستخدم بعد
account-take-back = إلغاء الإذن
account-take-back-of = إلغاء إذن الوصول لتطبيق { $app }
account-sessions = الأجهزة والجلسات
account-this-one = هذه الجلسة
account-signed-in = تسجيل الدخول: { $moment }
account-end = إنهاء
account-end-of = إنهاء جلسة { $device } من العنوان { $address }
account-sign-out-here = تسجيل الخروج هنا
account-sign-out-everywhere = تسجيل الخروج من كل مكان
account-ends-all = سيُنهي هذا جميع الجلسات أعلاه، بما فيها هذه الجلسة.
account-ends-only = سيُنهي هذا جلستك الحالية، وهي الجلسة الوحيدة.
account-device = { $browser } على { $system }
account-device-unknown = جهاز غير معروف

### The front door.

home-title = خدمة تسجيل الدخول
home-title-signed-in = مرحبًا بك
home-hello = مرحبًا { $name }
home-signed-in = تعرض صفحة حسابك التطبيقات المسموح لها بالوصول والأماكن التي سجّلت الدخول فيها.
home-heading = مفتاح واحد لجميع تطبيقاتك
home-what = عبر { $server } تسجّل الدخول إلى التطبيقات التي تستخدمها، ولا ترى هذه التطبيقات كلمة مرورك أبدًا. عادةً ما يحضرك التطبيق إلى هنا ثم تعود إليه.

### A new password by a link.

set-password-title = تعيين كلمة المرور
set-password = تعيين كلمة المرور
set-password-done = تم تعيين كلمة مرورك
set-password-done-more = تم تسجيل خروجك من جميع الأماكن الأخرى. سجّل الدخول بكلمة المرور الجديدة.

### Setting the server up.

setup-admin-title = الإعداد: أنت
setup-app-title = الإعداد: التطبيق الأول
setup-done-title = الإعداد: اكتمل · { $app }
setup-step = الخطوة { $step } من { $of }
setup-admin-heading = مرحبًا بك. من أنت؟
setup-admin-lead = ستكون أول مسؤول لهذا الخادم.
setup-name = اسمك
setup-username-hint = اسم قصير لتسجيل الدخول
setup-create-admin = إنشاء المسؤول
setup-app-heading = تطبيقك الأول
setup-app-lead = يكفي اسم وعنوان واحد. يمكنك تغييرهما لاحقًا.
setup-app-name = اسم التطبيق
setup-app-name-hint = يراه الناس عند تسجيل الدخول
setup-redirect-uri = عنوان URI لإعادة التوجيه
setup-redirect-uri-hint = المكان الذي يعود إليه الناس، مثل { $example }
setup-secret-question = هل يستطيع التطبيق حفظ سرّ؟
setup-secret-yes = نعم، فهو يعمل على خادم
setup-secret-yes-more = سيحصل على سرّ العميل
setup-secret-no = لا، فهو يعمل في متصفح أو على هاتف
setup-secret-no-more = سيستخدم PKCE وحده
setup-create-app = إنشاء التطبيق
setup-done-heading = أصبح { $app } جاهزًا
setup-copy-secret = **انسخ السرّ الآن.** لا تُحفظ منه إلا بصمته (hash)، ولا يمكن عرضه مرة أخرى.
setup-client-id = معرّف العميل
setup-client-secret = سرّ العميل
setup-discovery = عنوان الاستكشاف
setup-env = لملف `.env` لديك
setup-env-lines = أسطر متغيرات البيئة
setup-try = تجربة تسجيل الدخول
setup-link-invalid = لم يعد رابط الإعداد هذا صالحًا
setup-link-invalid-more = يعمل كل رابط مرة واحدة ولمدة 15 دقيقة. شغّل `latchkey setup-link` على الخادم لإنشاء رابط آخر.

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = أدخل اسمًا يعرفه الناس. ({ $detail })
setup-email-wrong = أدخل عنوان بريد إلكتروني، مثل ada@example.org. ({ $detail })
setup-username-wrong = اختر اسم مستخدم آخر. ({ $detail })
setup-redirect-uri-wrong = أدخل العنوان كاملًا، مثل { $example }. ({ $detail })
