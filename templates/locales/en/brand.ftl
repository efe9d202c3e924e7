### What the foot of each page links to.

brand-privacy = Privacy
brand-terms = Terms
brand-help = Help
