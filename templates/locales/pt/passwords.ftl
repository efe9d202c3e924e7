### New passwords: kinds of characters, stolen ones, how to do better.

password-lacks-upper = Use também uma letra maiúscula.
password-lacks-lower = Use também uma letra minúscula.
password-lacks-digit = Use também um algarismo.
password-lacks-symbol = Use também um sinal que não seja letra nem algarismo.
password-breached = Esta senha já foi roubada de outro site e por isso está entre as que são tentadas; use outra.

# What was taken is never called bad: how to do better next time.
set-password-done-usual = A sua sessão foi encerrada em todos os outros lugares. Entre com a nova senha. Ela se parece com uma que muitas pessoas usam; algumas palavras que só você juntaria são mais difíceis de adivinhar.
set-password-done-pattern = A sua sessão foi encerrada em todos os outros lugares. Entre com a nova senha. Fileiras de teclas, datas e repetições são adivinhadas logo; algumas palavras pouco comuns são mais difíceis de adivinhar.
set-password-done-short = A sua sessão foi encerrada em todos os outros lugares. Entre com a nova senha. Com uma ou duas palavras a mais ela seria muito mais difícil de adivinhar.
