### Signing in.

login-title = Iniciar sesión
login-title-app = Iniciar sesión · { $app }
login-heading = Inicie sesión en su cuenta
login-heading-app = Inicie sesión para continuar en { $app }
login-heading-again = Vuelva a iniciar sesión para continuar
login-username = Nombre de usuario o correo electrónico
login-username-missing = Escriba su nombre de usuario o correo electrónico
login-password-missing = Escriba su contraseña
login-wrong = El nombre de usuario o la contraseña no son correctos
login-failed = No se ha podido iniciar sesión
login-too-many = Demasiados intentos
login-busy = El servidor está muy ocupado ahora
login-wait = Espere { $span } y vuelva a intentarlo. Si ha olvidado su contraseña, consulte a quien administra este servidor.
login-busy-wait = Su contraseña no se ha comprobado. Vuelva a intentarlo dentro de { $span }.
login-signed-out-elsewhere = Ha cerrado sesión en otra pestaña. Vuelva a iniciar sesión para continuar.
login-session-ended = Su sesión ha terminado. Vuelva a iniciar sesión para continuar.
login-new-account = Las cuentas nuevas las crea quien administra este servidor. Pídale una o, si ya la tiene, inicie sesión.
login-device = Inicie sesión para continuar con su dispositivo.

### Choosing an account.

switch-title = Elegir cuenta
switch-title-app = Elegir cuenta · { $app }
switch-somebody-else = Ha iniciado sesión con otra cuenta
switch-asked-for = { $app } pide la cuenta **{ $asked }**, pero la sesión abierta en este navegador es de
switch-asked-for-another = { $app } pide otra cuenta, pero la sesión abierta en este navegador es de
switch-asked-for-unknown-app = La aplicación pide otra cuenta, pero la sesión abierta en este navegador es de
switch-choose = Elija una cuenta
switch-which = { $app } pregunta qué cuenta quiere usar.
switch-continue-as = Continuar como { $name }

### Signing out.

logout-title = Cerrar sesión
logout-title-app = Cerrar sesión · { $app }
logout-heading = ¿Cerrar sesión en { $server }?
logout-asked = **{ $app }** pide cerrar su sesión también aquí. Mientras siga abierta, la próxima aplicación le dejará entrar sin preguntar.
logout-next = La próxima aplicación que abra volverá a pedirle la contraseña.
logout-several = { $count ->
    [one] Hay { $count } persona con la sesión abierta en este navegador.
   *[other] Hay { $count } personas con la sesión abierta en este navegador.
  }
logout-everybody = Cerrar la sesión de todos
logout-only = Cerrar solo la sesión de { $name }
logout-stay = Mantener la sesión abierta
signed-out-title = Sesión cerrada
signed-out-one = Se ha cerrado la sesión de una cuenta
signed-out-one-more = Otra persona sigue con la sesión abierta en este navegador.
signed-out-heading = Ha cerrado sesión
signed-out-everywhere = Todas las sesiones de su cuenta han terminado, en este dispositivo y en todos los demás.
signed-out-here = Su sesión en este dispositivo ha terminado.
signed-out-told = Se está avisando a las aplicaciones que ha usado.
signed-out-told-then = Se está avisando a las aplicaciones que ha usado; después continuará en { $app }.
signed-out-of = Cerrando sesión en { $app }
signed-out-again = Volver a iniciar sesión
continue-to = Continuar en { $app }
