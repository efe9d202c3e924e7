### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = لم ترتكب أي خطأ، ولم تتم مشاركة أي معلومات.
error-trace = رقم التتبع { $trace }
error-start-again = البدء من جديد من { $app }
error-back-to = العودة إلى { $app }
error-go-on = متابعة تسجيل الدخول
error-another-code = إدخال رمز آخر

error-expired = انتهت عملية تسجيل الدخول هذه
error-expired-more = إما أنها اكتملت، أو مضى عليها وقت طويل، أو بدأت في متصفح آخر. ابدأ من جديد من التطبيق الذي أتيت منه.
error-cross-site = فُتحت هذه الصفحة من موقع آخر أو أصبحت قديمة
error-cross-site-more = ارجع إلى حيث بدأت، وأعد تحميل الصفحة، ثم حاول مرة أخرى.
error-not-found = لا توجد صفحة هنا
error-not-found-more = تحقق من العنوان، أو ابدأ من جديد من التطبيق الذي أتيت منه.
error-method = لا يمكن استخدام هذه الصفحة بهذه الطريقة
error-method-more = ارجع واستخدم الأزرار الموجودة في الصفحة.
error-too-large = حجم ما أُرسل كبير جدًا
error-too-large-more = ارجع وأرسل قدرًا أقل. إذا كان تطبيق قد أحضرك إلى هنا، فأبلغ الجهة التي تديره.
error-misdirected = لهذا الخادم اسم آخر
error-misdirected-more = تحقق من العنوان. إذا كان صحيحًا، فعلى مسؤول هذا الخادم إصلاح المشكلة.
error-too-many = طلبات كثيرة جدًا
error-too-many-more = انتظر لمدة { $span }، ثم حاول مرة أخرى.
error-internal = حدث خلل من جانبنا
error-internal-more = حاول مرة أخرى بعد قليل. إذا استمرت المشكلة، فأعطِ الرقم أدناه لمسؤول هذا الخادم.
error-unavailable = الخادم مشغول جدًا الآن
error-unavailable-more = حاول مرة أخرى بعد { $span }.

error-app-unknown = التطبيق الذي أحضرك إلى هنا غير معروف
error-wrong-place = طلب التطبيق إرسالك إلى مكان غير صحيح
error-cookies = متصفحك يحظر ملفات تعريف الارتباط الخاصة بنا
error-cookies-more = يحتاج تسجيل الدخول إلى ملف تعريف ارتباط واحد لا يُرسَل إلا إلى هذا الخادم. اسمح بملفات تعريف الارتباط لهذا العنوان، ثم حاول مرة أخرى.
error-not-signed-in = لم تسجّل الدخول
error-link = لم يعد هذا الرابط صالحًا
error-device-gone = تم استخدام هذا الرمز من قبل، أو انتهت صلاحيته
error-other = تتعذّر الاستجابة لهذا الطلب

error-advice-developer = ارجع إلى التطبيق. إذا تكرر ذلك، فأرسل التفاصيل أدناه إلى الجهة التي تدير التطبيق.
error-advice-operator = أبلغ مسؤول هذا الخادم، واذكر له الرقم أدناه.
error-advice-person = ابدأ من جديد من التطبيق.
error-advice-device = ابدأ من جديد على الجهاز؛ سيعرض رمزًا جديدًا.

### On the way back to an app.

returning-title = جارٍ العودة · { $app }
returning-heading = جارٍ العودة إلى { $app }
returning-more = إذا لم يحدث شيء، فاضغط على الزر.
