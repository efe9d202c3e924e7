### What an app may do.

consent-title = السماح بالوصول · { $app }
consent-heading = هل تسمح لتطبيق { $app } باستخدام حسابك؟
consent-return = ستعود إلى **{ $host }**
consent-unverified = **تطبيق لم يتم التحقق منه.** لم يتحقق أحد هنا من الجهة التي تديره. لا تتابع إلا إذا كنت تثق في { $host }.
consent-may = سيتمكن تطبيق { $app } من
consent-where = أين
consent-how-long = المدة
consent-until-taken-back = إلى أن تلغي الإذن من حسابك، ولمدة { $span } كحدٍّ أقصى
consent-while-signed-in = ما دمت مسجّل الدخول في هذا المتصفح
consent-each-time = لمدة { $span } في كل مرة تسجّل فيها الدخول
consent-once = لمدة { $span }
consent-allow = السماح

scope-openid = معرفة هويتك
scope-openid-value = من خلال معرّف لحسابك
scope-profile = الاطلاع على اسمك وملفك الشخصي
scope-email = الاطلاع على عنوان بريدك الإلكتروني
scope-address = الاطلاع على عنوانك البريدي
scope-phone = الاطلاع على رقم هاتفك
scope-offline-access = البقاء على اتصال في أثناء غيابك
scope-other = استخدام «{ $scope }» نيابةً عنك

claim-name = الاطلاع على اسمك الكامل
claim-family-name = الاطلاع على اسم عائلتك
claim-given-name = الاطلاع على اسمك الأول
claim-middle-name = الاطلاع على اسمك الأوسط
claim-nickname = الاطلاع على اسمك المستعار
claim-preferred-username = الاطلاع على اسم المستخدم الخاص بك
claim-profile = الاطلاع على عنوان صفحة ملفك الشخصي
claim-picture = الاطلاع على عنوان صورتك
claim-website = الاطلاع على عنوان موقعك الإلكتروني
claim-gender = معرفة جنسك
claim-birthdate = معرفة تاريخ ميلادك
claim-zoneinfo = معرفة منطقتك الزمنية
claim-locale = معرفة لغتك
claim-updated-at = معرفة وقت آخر تغيير في ملفك الشخصي
claim-email = الاطلاع على عنوان بريدك الإلكتروني
claim-email-verified = معرفة ما إذا كان عنوان بريدك الإلكتروني مؤكَّدًا
claim-address = الاطلاع على عنوانك البريدي
claim-phone-number = الاطلاع على رقم هاتفك
claim-phone-number-verified = معرفة ما إذا كان رقم هاتفك مؤكَّدًا
claim-other = الاطلاع على معلومة عنك

### Devices.

device-title = ربط جهاز
device-failed = لم ينجح ذلك
device-too-many = محاولات كثيرة جدًا
device-wait = لم يتم التحقق من الرمز. انتظر لمدة { $span }، ثم حاول مرة أخرى.
device-missing = أدخل الرمز الظاهر على جهازك
device-wrong = لا يوجد جهاز ينتظر بهذا الرمز
device-code = الرمز الظاهر على جهازك
device-hint = ثمانية أحرف إنجليزية. لا فرق بين الأحرف الكبيرة والصغيرة، ويمكنك إهمال الشرطة.
device-hint-filled = لا تتابع إلا إذا كان الجهاز الذي أمامك يعرض هذا الرمز نفسه تمامًا.
device-hint-wrong = قارنه بما يظهر على جهازك، أو ابدأ من جديد على الجهاز للحصول على رمز جديد.
device-warning = لا تتابع إلا إذا كنت قد بدأت هذا بنفسك على جهاز أمامك. لن يطلب منك فريق الدعم أبدًا إدخال رمز.
device-answer-title = ربط جهاز · { $app }
device-answer-heading = هل تريد ربط { $app } على جهاز بحسابك؟
device-answer-code = يجب أن يعرض جهازك هذا الرمز:
device-asked = وقت الطلب
device-from = مصدر الطلب
device-elsewhere = شبكة غير التي تستخدمها الآن
device-agent = الجهاز
device-agent-unknown = غير مذكور
device-may = سيتمكن من بحوزته الجهاز من
device-yes = نعم، اربطه
device-no = ليس جهازي
device-done = يمكنك العودة إلى جهازك
device-done-more = سيتابع الجهاز تلقائيًا خلال ثوانٍ قليلة. تجد في حسابك ما يُسمح له به وطريقة إنهاء ذلك.
device-denied = لم يتم ربط الجهاز
device-denied-more = لن يحصل على أي شيء من حسابك. يمكنك إغلاق هذه الصفحة.
