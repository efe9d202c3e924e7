### What the foot of each page links to.

brand-privacy = Privacidad
brand-terms = Condiciones
brand-help = Ayuda
