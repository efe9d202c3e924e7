# What the language calls itself, and which way it is written (ltr or rtl).
language-name = Português
language-direction = ltr

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = Erro: { $title }
about = Sobre { $server }
language-switch = Idioma: { $language }
dev-banner = Servidor de desenvolvimento. Tudo aqui será apagado; não use nenhuma senha verdadeira.
test-banner = Modo de teste. Este servidor está aberto a qualquer pessoa na rede dele; não use nenhuma senha verdadeira.
look-again = Verifique de novo
copy = Copiar
copied = Copiado
copy-what = Copiar: { $what }
show = Mostrar
hide = Ocultar
show-password = Mostrar a senha
hide-password = Ocultar a senha
sign-in = Entrar
sign-out = Sair
cancel = Cancelar
back = Voltar
go-on = Continuar
try-again = Tentar de novo
go-to-account = Ir para a sua conta
open-account = Abrir a sua conta
not-you = Você não é { $name }?
use-another-account = Usar outra conta
unverified-app = **Aplicativo não verificado.** Ninguém aqui verificou quem é o responsável por ele.
app-links = { $app }:
app-logo = Logotipo
app-policy = Política de privacidade
app-terms = Termos de uso
password = Senha
new-password = Nova senha
# $least is a number of characters.
password-hint = Pelo menos { $least } caracteres. Algumas palavras pouco comuns funcionam bem.
password-too-short = Use pelo menos { $least } caracteres; algumas palavras seguidas são fáceis de lembrar.
# $most is a number of bytes.
password-too-long = Use no máximo { $most } bytes.
password-common = Esta é uma das primeiras senhas que alguém tentaria; use uma em que só você pensaria.
password-personal = Isto é pouco mais que o seu nome ou o deste servidor; use outra coisa.
email = E-mail
username = Nome de usuário
yes = sim
no = não

### Times.

moment = { $day } de { $month } de { $year }, { $time } UTC
month = { $number ->
    [1] jan.
    [2] fev.
    [3] mar.
    [4] abr.
    [5] mai.
    [6] jun.
    [7] jul.
    [8] ago.
    [9] set.
    [10] out.
    [11] nov.
   *[12] dez.
  }
moment-unknown = data desconhecida
# Spans of time: they stand in sentences such as "Wait 2 minutes, then try again."
seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
  }
minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
  }
hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
  }
days = { $count ->
    [one] { $count } dia
   *[other] { $count } dias
  }
ago = há { $span }
