### What the foot of each page links to.

brand-privacy = الخصوصية
brand-terms = الشروط
brand-help = المساعدة
