# What the language calls itself, and which way it is written (ltr or rtl).
language-name = العربية
language-direction = rtl

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = خطأ: { $title }
about = حول { $server }
language-switch = اللغة: { $language }
dev-banner = هذا خادم للتطوير، وكل ما فيه سيُحذف. لا تستخدم كلمة مرور حقيقية.
test-banner = وضع الاختبار: هذا الخادم مفتوح لأي شخص على شبكته. لا تستخدم كلمة مرور حقيقية.
look-again = يُرجى مراجعة ما أدخلته
copy = نسخ
copied = تم النسخ
copy-what = نسخ { $what }
show = إظهار
hide = إخفاء
show-password = إظهار كلمة المرور
hide-password = إخفاء كلمة المرور
sign-in = تسجيل الدخول
sign-out = تسجيل الخروج
cancel = إلغاء
back = رجوع
go-on = متابعة
try-again = إعادة المحاولة
go-to-account = الانتقال إلى حسابك
open-account = فتح حسابك
not-you = لست { $name }؟
use-another-account = استخدام حساب آخر
unverified-app = **تطبيق لم يتم التحقق منه.** لم يتحقق أحد هنا من الجهة التي تديره.
app-links = { $app }:
app-logo = الشعار
app-policy = سياسة الخصوصية
app-terms = شروط الاستخدام
password = كلمة المرور
new-password = كلمة المرور الجديدة
# $least is a number of characters.
password-hint = { $least ->
    [few] { $least } أحرف على الأقل. بضع كلمات غير مألوفة خيار جيد.
    [many] { $least } حرفًا على الأقل. بضع كلمات غير مألوفة خيار جيد.
   *[other] { $least } حرف على الأقل. بضع كلمات غير مألوفة خيار جيد.
  }
password-too-short = { $least ->
    [few] استخدم { $least } أحرف على الأقل؛ بضع كلمات متتالية يسهل تذكّرها.
    [many] استخدم { $least } حرفًا على الأقل؛ بضع كلمات متتالية يسهل تذكّرها.
   *[other] استخدم { $least } حرف على الأقل؛ بضع كلمات متتالية يسهل تذكّرها.
  }
# $most is a number of bytes.
password-too-long = استخدم { $most } بايت على الأكثر.
password-common = هذه من كلمات المرور التي تُجرَّب أولًا؛ استخدم كلمة مرور لا تخطر إلا ببالك.
password-personal = تكاد كلمة المرور هذه تكون اسمك أو اسم هذا الخادم؛ استخدم غيرها.
email = البريد الإلكتروني
username = اسم المستخدم
yes = نعم
no = لا

### Times.

moment = { $day } { $month } { $year }، { $time } بتوقيت UTC
month = { $number ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
  }
moment-unknown = وقت غير معروف
# Spans of time: they stand in sentences such as "Wait 2 minutes, then try again."
seconds = { $count ->
    [one] ثانية واحدة
    [two] ثانيتين
    [few] { $count } ثوانٍ
   *[other] { $count } ثانية
  }
minutes = { $count ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $count } دقائق
   *[other] { $count } دقيقة
  }
hours = { $count ->
    [one] ساعة واحدة
    [two] ساعتين
    [few] { $count } ساعات
   *[other] { $count } ساعة
  }
days = { $count ->
    [one] يوم واحد
    [two] يومين
    [few] { $count } أيام
    [many] { $count } يومًا
   *[other] { $count } يوم
  }
ago = قبل { $span }
