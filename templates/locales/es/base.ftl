# What the language calls itself, and which way it is written (ltr or rtl).
language-name = Español
language-direction = ltr

### Around every page, and what several pages say.

# Before the title of a page that shows an error.
error-title = Error: { $title }
about = Acerca de { $server }
language-switch = Idioma: { $language }
dev-banner = Servidor de desarrollo. Todo lo que hay aquí se borrará; no use ninguna contraseña real.
test-banner = Modo de prueba. Este servidor está abierto a cualquiera en su red; no use ninguna contraseña real.
look-again = Revise lo siguiente
copy = Copiar
copied = Copiado
copy-what = Copiar: { $what }
show = Mostrar
hide = Ocultar
show-password = Mostrar la contraseña
hide-password = Ocultar la contraseña
sign-in = Iniciar sesión
sign-out = Cerrar sesión
cancel = Cancelar
back = Volver
go-on = Continuar
try-again = Intentar de nuevo
go-to-account = Ir a su cuenta
open-account = Abrir su cuenta
not-you = ¿No es usted { $name }?
use-another-account = Usar otra cuenta
unverified-app = **Aplicación no verificada.** Aquí nadie ha comprobado quién la gestiona.
app-links = { $app }:
app-logo = Logotipo
app-policy = Política de privacidad
app-terms = Condiciones de uso
password = Contraseña
new-password = Contraseña nueva
# $least is a number of characters.
password-hint = Al menos { $least } caracteres. Unas cuantas palabras poco comunes funcionan bien.
password-too-short = Use al menos { $least } caracteres; varias palabras seguidas son fáciles de recordar.
# $most is a number of bytes.
password-too-long = Use { $most } bytes como máximo.
password-common = Esta contraseña es una de las primeras que se prueban; use una que solo a usted se le ocurriría.
password-personal = Esto es poco más que su nombre o el de este servidor; use otra cosa.
email = Correo electrónico
username = Nombre de usuario
yes = sí
no = no

### Times.

moment = { $day } { $month } { $year }, { $time } UTC
month = { $number ->
    [1] ene
    [2] feb
    [3] mar
    [4] abr
    [5] may
    [6] jun
    [7] jul
    [8] ago
    [9] sept
    [10] oct
    [11] nov
   *[12] dic
  }
moment-unknown = fecha desconocida
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
    [one] { $count } día
   *[other] { $count } días
  }
ago = hace { $span }
