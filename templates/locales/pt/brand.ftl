### What the foot of each page links to.

brand-privacy = Privacidade
brand-terms = Termos
brand-help = Ajuda
