### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = Use también una letra mayúscula.
password-lacks-lower = Use también una letra minúscula.
password-lacks-digit = Use también una cifra.
password-lacks-symbol = Use también un signo que no sea letra ni cifra.
password-breached = Esta contraseña ya fue robada en otro sitio, por lo que está entre las que se prueban; use otra.

# What was taken is never called bad: how to do better next time.
set-password-done-usual = Su sesión se ha cerrado en todos los demás sitios. Inicie sesión con la contraseña nueva. Se parece a una que usan muchas personas; unas palabras que solo usted juntaría son más difíciles de adivinar.
set-password-done-pattern = Su sesión se ha cerrado en todos los demás sitios. Inicie sesión con la contraseña nueva. Las filas de teclas, las fechas y las repeticiones se adivinan pronto; unas palabras poco comunes son más difíciles de adivinar.
set-password-done-short = Su sesión se ha cerrado en todos los demás sitios. Inicie sesión con la contraseña nueva. Con una o dos palabras más sería mucho más difícil de adivinar.
