### The account.

account-title = Cuenta · { $name }
account-heading = Su cuenta
account-switch = Cambiar de cuenta
account-email-confirmed = { $email } (confirmado)
account-email-not-confirmed = { $email } (sin confirmar)
account-apps = Aplicaciones con acceso
account-no-apps = Ninguna aplicación tiene acceso a su cuenta.
account-since = Desde el { $moment }
account-last-used = último uso el { $moment }
account-not-used = sin usar todavía
account-take-back = Retirar
account-take-back-of = Retirar el acceso de { $app }
account-sessions = Dispositivos y sesiones
account-this-one = Esta
account-signed-in = Sesión iniciada el { $moment }
account-end = Terminar
account-end-of = Terminar la sesión: { $device }, { $address }
account-sign-out-here = Cerrar sesión aquí
account-sign-out-everywhere = Cerrar sesión en todas partes
account-ends-all = Termina todas las sesiones anteriores, también esta.
account-ends-only = Termina esta sesión; es la única.
account-device = { $browser } en { $system }
account-device-unknown = Dispositivo desconocido

### The front door.

home-title = Servicio de inicio de sesión
home-title-signed-in = Le damos la bienvenida
home-hello = Hola, { $name }
home-signed-in = En su cuenta puede ver qué aplicaciones tienen acceso y dónde tiene la sesión abierta.
home-heading = Una sola llave para todas sus aplicaciones
home-what = { $server } inicia su sesión en las aplicaciones que usa. Ellas nunca ven su contraseña. Normalmente, una aplicación le trae aquí y después vuelve a ella.

### A new password by a link.

set-password-title = Elija su contraseña
set-password = Guardar contraseña
set-password-done = Su contraseña está guardada
set-password-done-more = Su sesión se ha cerrado en todos los demás sitios. Inicie sesión con la contraseña nueva.

### Setting the server up.

setup-admin-title = Configuración: usted
setup-app-title = Configuración: primera aplicación
setup-done-title = Configuración: listo · { $app }
setup-step = Paso { $step } de { $of }
setup-admin-heading = Hola. ¿Quién es usted?
setup-admin-lead = Su cuenta será la primera cuenta de administración de este servidor.
setup-name = Su nombre
setup-username-hint = Corto, para iniciar sesión
setup-create-admin = Crear cuenta de administración
setup-app-heading = Su primera aplicación
setup-app-lead = Bastan un nombre y una dirección. Podrá cambiar ambos más tarde.
setup-app-name = Nombre de la aplicación
setup-app-name-hint = Se muestra al iniciar sesión
setup-redirect-uri = URI de redirección
setup-redirect-uri-hint = Adónde se vuelve tras iniciar sesión, por ejemplo { $example }
setup-secret-question = ¿Puede la aplicación guardar un secreto?
setup-secret-yes = Sí, funciona en un servidor
setup-secret-yes-more = Recibe un secreto de cliente
setup-secret-no = No, funciona en un navegador o en un teléfono
setup-secret-no-more = Usa solo PKCE
setup-create-app = Crear aplicación
setup-done-heading = { $app }: todo listo
setup-copy-secret = **Copie el secreto ahora.** Solo se guarda su huella (hash) y no se podrá mostrar otra vez.
setup-client-id = ID de cliente
setup-client-secret = Secreto de cliente
setup-discovery = Discovery
setup-env = Para su `.env`
setup-env-lines = variables de entorno
setup-try = Probar un inicio de sesión
setup-link-invalid = Este enlace de configuración ya no funciona
setup-link-invalid-more = Cada enlace sirve una sola vez y durante 15 minutos. Para crear otro, ejecute `latchkey setup-link` en el servidor.

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = Escriba un nombre que la gente reconozca. ({ $detail })
setup-email-wrong = Escriba un correo electrónico, por ejemplo ada@example.org. ({ $detail })
setup-username-wrong = Elija otro nombre de usuario. ({ $detail })
setup-redirect-uri-wrong = Escriba la dirección completa, por ejemplo { $example }. ({ $detail })
