### The second step of signing in.

factor-title = Segundo paso
factor-title-app = Segundo paso · { $app }
factor-digits = Introduzca el código de 6 cifras
factor-digits-lead = Abra su aplicación de autenticación y escriba el código que muestra ahora.
factor-noted = Introduzca un código de recuperación
factor-noted-lead = Cada uno de los códigos que anotó sirve una vez.
factor-code = Código
factor-recovery-code = Código de recuperación
factor-use-digits = Usar la aplicación de autenticación
factor-use-noted = Usar un código de recuperación
factor-remember = No volver a preguntar en este navegador durante { $time }
factor-start-over = Empezar de nuevo
factor-missing = Introduzca el código
factor-wrong = Este código no es correcto o ya se usó
factor-failed = No pudimos confirmar que es usted
factor-too-many = Demasiados códigos incorrectos
factor-wait = Espere { $time } e inténtelo de nuevo con un código nuevo.
factor-over = Este inicio de sesión ha terminado
factor-over-more = Se completó, duró más de diez minutos o tuvo demasiados códigos incorrectos.
factor-lost = ¿No tiene acceso a su aplicación? Use un código de recuperación o pregunte a quien administra este servidor.

### Setting up an authenticator app.

enrol-title = Configurar una aplicación de autenticación
enrol-required = Aquí hace falta un segundo paso para iniciar sesión. Configurarlo lleva un minuto, una sola vez.
enrol-scan = Escanee esto con una aplicación de autenticación en su teléfono.
enrol-qr = Código QR para la aplicación de autenticación
enrol-key = O escriba esta clave en la aplicación
enrol-key-what = la clave
enrol-open = Abrir en una aplicación de este dispositivo
enrol-code = El código de 6 cifras que muestra la aplicación
enrol-name = Nombre
enrol-name-hint = Para distinguir sus aplicaciones
enrol-confirm = Confirmar
enrol-too-old = Tardó un poco demasiado. Escanee el código nuevo.
enrol-wrong = Este código no es correcto. Compruebe la hora del dispositivo y escriba el código que se muestra ahora.

### Recovery codes.

codes-title = Sus códigos de recuperación
codes-lead = Cada uno le permite entrar una vez cuando no tiene acceso a su aplicación. Guárdelos en un lugar seguro: **no se volverán a mostrar.**
codes-what = los códigos
codes-print = Imprimir
codes-saved = Los he guardado

### The page of the sign-in methods.

security-title = Métodos de inicio de sesión
security-password-lead = Primero inicia sesión con su contraseña.
security-apps = Aplicaciones de autenticación
security-apps-none = Añada un segundo paso: un código de una aplicación de su teléfono, que se pide después de la contraseña.
security-app = Aplicación de autenticación
security-add = Añadir una aplicación de autenticación
security-change = Cambiar
security-change-of = Cambiar { $app }
security-name = Nombre
security-rename = Cambiar nombre
security-remove = Quitar
security-remove-of = Quitar { $app }
security-last = Su cuenta debe tener un segundo paso, así que la última aplicación se queda. Añada otra primero.
security-codes = Códigos de recuperación
security-codes-lead = Para cuando no tenga acceso a su aplicación.
security-codes-left = Quedan { $left } de { $count }
security-codes-new = Crear códigos nuevos
security-codes-void = Los anteriores dejarán de funcionar.
security-browsers = Navegadores recordados
security-browsers-lead = Allí solo se pide su contraseña.
security-browsers-none = No hay ningún navegador recordado.
security-until = Hasta el { $moment }
security-forget = Olvidar
security-forget-of = Olvidar { $device }
security-forget-all = Olvidar todos
security-renamed = El nombre ha cambiado.
security-removed = La aplicación se ha quitado y los navegadores recordados se han olvidado.
security-forgotten = Allí se le volverá a pedir el segundo paso.
security-name-missing = Introduzca un nombre.
