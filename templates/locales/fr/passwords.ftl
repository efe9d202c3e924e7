### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = Ajoutez aussi une lettre majuscule.
password-lacks-lower = Ajoutez aussi une lettre minuscule.
password-lacks-digit = Ajoutez aussi un chiffre.
password-lacks-symbol = Ajoutez aussi un signe qui n’est ni une lettre ni un chiffre.
password-breached = Ce mot de passe a déjà été volé sur un autre site et fait donc partie de ceux que l’on essaie ; choisissez-en un autre.

# What was taken is never called bad: how to do better next time.
set-password-done-usual = Toutes vos autres sessions sont fermées. Connectez-vous avec le nouveau mot de passe. Il ressemble à un mot de passe très répandu ; quelques mots que personne d’autre n’associerait sont plus difficiles à deviner.
set-password-done-pattern = Toutes vos autres sessions sont fermées. Connectez-vous avec le nouveau mot de passe. Les suites de touches, les dates et les répétitions se devinent vite ; quelques mots peu courants sont plus difficiles à deviner.
set-password-done-short = Toutes vos autres sessions sont fermées. Connectez-vous avec le nouveau mot de passe. Un ou deux mots de plus le rendraient bien plus difficile à deviner.
