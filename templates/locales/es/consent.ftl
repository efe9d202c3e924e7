### What an app may do.

consent-title = Permitir el acceso · { $app }
consent-heading = ¿Permitir que { $app } use su cuenta?
consent-return = Después volverá a **{ $host }**
consent-unverified = **Aplicación no verificada.** Aquí nadie ha comprobado quién la gestiona. Continúe solo si confía en { $host }.
consent-may = { $app } podrá
consent-where = Dónde
consent-how-long = Cuánto tiempo
consent-until-taken-back = Hasta que retire el acceso en su cuenta, { $span } como máximo
consent-while-signed-in = Mientras tenga la sesión abierta en este navegador
consent-each-time = Durante { $span } cada vez que inicie sesión
consent-once = Durante { $span }
consent-allow = Permitir

scope-openid = Saber quién es usted
scope-openid-value = mediante un identificador de su cuenta
scope-profile = Ver su nombre y su perfil
scope-email = Ver su correo electrónico
scope-address = Ver su dirección postal
scope-phone = Ver su número de teléfono
scope-offline-access = Mantener el acceso cuando usted no esté
scope-other = Usar «{ $scope }» por usted

claim-name = Ver su nombre completo
claim-family-name = Ver sus apellidos
claim-given-name = Ver su nombre de pila
claim-middle-name = Ver su segundo nombre
claim-nickname = Ver su apodo
claim-preferred-username = Ver su nombre de usuario
claim-profile = Ver la dirección de su página de perfil
claim-picture = Ver la dirección de su foto
claim-website = Ver la dirección de su sitio web
claim-gender = Ver su género
claim-birthdate = Ver su fecha de nacimiento
claim-zoneinfo = Ver su zona horaria
claim-locale = Ver su idioma
claim-updated-at = Ver cuándo cambió su perfil por última vez
claim-email = Ver su correo electrónico
claim-email-verified = Ver si su correo electrónico está confirmado
claim-address = Ver su dirección postal
claim-phone-number = Ver su número de teléfono
claim-phone-number-verified = Ver si su número de teléfono está confirmado
claim-other = Ver algún dato sobre usted

### Devices.

device-title = Conectar un dispositivo
device-failed = No ha funcionado
device-too-many = Demasiados intentos
device-wait = El código no se ha comprobado. Espere { $span } y vuelva a intentarlo.
device-missing = Escriba el código que muestra su dispositivo
device-wrong = Ningún dispositivo espera con este código
device-code = Código de su dispositivo
device-hint = Ocho letras. No importan las mayúsculas ni el guion.
device-hint-filled = Continúe solo si el dispositivo que tiene delante muestra exactamente este código.
device-hint-wrong = Compárelo con su dispositivo o empiece allí de nuevo para obtener otro.
device-warning = Continúe solo si ha empezado esto en un dispositivo que tiene delante. Nadie del servicio de asistencia le pedirá nunca que escriba un código.
device-answer-title = Conectar un dispositivo · { $app }
device-answer-heading = ¿Conectar { $app } en un dispositivo con su cuenta?
device-answer-code = Su dispositivo debe mostrar este código:
device-asked = Solicitud
device-from = Desde
device-elsewhere = Una red distinta de la que usted usa ahora
device-agent = Dispositivo
device-agent-unknown = no lo indica
device-may = Quien tenga el dispositivo podrá
device-yes = Sí, conectarlo
device-no = No es el mío
device-done = Ya puede volver a su dispositivo
device-done-more = Continuará por sí solo en unos segundos. En su cuenta puede ver qué se le permite y cómo retirar ese permiso.
device-denied = El dispositivo no se ha conectado
device-denied-more = No recibe nada de su cuenta. Puede cerrar esta página.
