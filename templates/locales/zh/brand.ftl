### What the foot of each page links to.

brand-privacy = 隐私
brand-terms = 条款
brand-help = 帮助
