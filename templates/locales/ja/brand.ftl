### What the foot of each page links to.

brand-privacy = プライバシー
brand-terms = 利用規約
brand-help = ヘルプ
