### What the foot of each page links to.

brand-privacy = Datenschutz
brand-terms = Nutzungsbedingungen
brand-help = Hilfe
