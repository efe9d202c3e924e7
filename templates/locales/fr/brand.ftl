### What the foot of each page links to.

brand-privacy = Confidentialité
brand-terms = Conditions
brand-help = Aide
