### The second step of signing in.

factor-title = الخطوة الثانية
factor-title-app = الخطوة الثانية · { $app }
factor-digits = أدخل الرمز المكوّن من 6 أرقام
factor-digits-lead = افتح تطبيق المصادقة واكتب الرمز الذي يعرضه الآن.
factor-noted = أدخل رمز استرداد
factor-noted-lead = كل رمز من الرموز التي دوّنتها يعمل مرة واحدة.
factor-code = الرمز
factor-recovery-code = رمز الاسترداد
factor-use-digits = استخدام تطبيق المصادقة
factor-use-noted = استخدام رمز استرداد
factor-remember = عدم السؤال مجددًا في هذا المتصفح لمدة { $time }
factor-start-over = البدء من جديد
factor-missing = أدخل الرمز
factor-wrong = هذا الرمز غير صحيح أو سبق استخدامه
factor-failed = لم نتمكن من التأكد من هويتك
factor-too-many = رموز خاطئة كثيرة
factor-wait = انتظر { $time }، ثم حاول مجددًا برمز جديد.
factor-over = انتهت عملية الدخول هذه
factor-over-more = إما أنها اكتملت، أو استغرقت أكثر من عشر دقائق، أو أُدخلت فيها رموز خاطئة كثيرة.
factor-lost = لا يمكنك الوصول إلى تطبيقك؟ استخدم رمز استرداد أو اسأل من يدير هذا الخادم.

### Setting up an authenticator app.

enrol-title = إعداد تطبيق مصادقة
enrol-required = يتطلب الدخول هنا خطوة ثانية. يستغرق إعدادها دقيقة، مرة واحدة فقط.
enrol-scan = امسح هذا الرمز بتطبيق مصادقة على هاتفك.
enrol-qr = رمز QR لتطبيق المصادقة
enrol-key = أو اكتب هذا المفتاح في التطبيق
enrol-key-what = المفتاح
enrol-open = الفتح في تطبيق على هذا الجهاز
enrol-code = الرمز المكوّن من 6 أرقام الذي يعرضه التطبيق
enrol-name = الاسم
enrol-name-hint = للتمييز بين تطبيقاتك
enrol-confirm = تأكيد
enrol-too-old = استغرق ذلك وقتًا أطول قليلًا من اللازم. امسح الرمز الجديد.
enrol-wrong = هذا الرمز غير صحيح. تحقق من ساعة الجهاز واكتب الرمز المعروض الآن.

### Recovery codes.

codes-title = رموز الاسترداد الخاصة بك
codes-lead = كل رمز يتيح لك الدخول مرة واحدة عندما لا يمكنك الوصول إلى تطبيقك. احفظها في مكان آمن: **لن تُعرض مرة أخرى.**
codes-what = الرموز
codes-print = طباعة
codes-saved = لقد حفظتها

### The page of the sign-in methods.

security-title = طرق الدخول
security-password-lead = تسجّل الدخول أولًا بكلمة المرور.
security-apps = تطبيقات المصادقة
security-apps-none = أضف خطوة ثانية: رمزًا من تطبيق على هاتفك يُطلب بعد كلمة المرور.
security-app = تطبيق مصادقة
security-add = إضافة تطبيق مصادقة
security-change = تغيير
security-change-of = تغيير { $app }
security-name = الاسم
security-rename = إعادة التسمية
security-remove = إزالة
security-remove-of = إزالة { $app }
security-last = يجب أن تكون لحسابك خطوة ثانية، لذلك يبقى التطبيق الأخير. أضف تطبيقًا آخر أولًا.
security-codes = رموز الاسترداد
security-codes-lead = للحالات التي لا يمكنك فيها الوصول إلى تطبيقك.
security-codes-left = المتبقي { $left } من { $count }
security-codes-new = إنشاء رموز جديدة
security-codes-void = ستتوقف الرموز القديمة عن العمل.
security-browsers = المتصفحات المحفوظة
security-browsers-lead = تُطلب فيها كلمة المرور فقط.
security-browsers-none = لا يوجد متصفح محفوظ.
security-until = حتى { $moment }
security-forget = نسيان
security-forget-of = نسيان { $device }
security-forget-all = نسيان الكل
security-renamed = تم تغيير الاسم.
security-removed = تمت إزالة التطبيق ونسيان المتصفحات المحفوظة.
security-forgotten = ستُطلب منك الخطوة الثانية هناك من جديد.
security-name-missing = أدخل اسمًا.
