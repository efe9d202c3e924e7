### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = Usted no ha hecho nada mal. No se ha compartido nada.
error-trace = Número de traza { $trace }
error-start-again = Empezar de nuevo en { $app }
error-back-to = Volver a { $app }
error-go-on = Seguir con el inicio de sesión
error-another-code = Escribir otro código

error-expired = Este inicio de sesión ya no es válido
error-expired-more = Ha terminado, es demasiado antiguo o se empezó en otro navegador. Empiece de nuevo en la aplicación desde la que ha venido.
error-cross-site = Esta página se ha abierto desde otro sitio o no está actualizada
error-cross-site-more = Vuelva al lugar donde empezó, recargue la página e inténtelo de nuevo.
error-not-found = Esta página no existe
error-not-found-more = Compruebe la dirección o empiece de nuevo en la aplicación desde la que ha venido.
error-method = Esta página no se puede usar así
error-method-more = Vuelva atrás y use los botones de la página.
error-too-large = Demasiados datos de una vez
error-too-large-more = Vuelva atrás y envíe menos. Si una aplicación le ha traído aquí, avise a quien la gestiona.
error-misdirected = Este servidor tiene otro nombre
error-misdirected-more = Compruebe la dirección. Si es correcta, tiene que arreglarlo quien administra este servidor.
error-too-many = Demasiadas solicitudes
error-too-many-more = Espere { $span } y vuelva a intentarlo.
error-internal = Algo ha fallado por nuestra parte
error-internal-more = Vuelva a intentarlo en un momento. Si sigue igual, indique el número de abajo a quien administra este servidor.
error-unavailable = El servidor está muy ocupado ahora
error-unavailable-more = Vuelva a intentarlo dentro de { $span }.

error-app-unknown = No conocemos la aplicación que le ha traído aquí
error-wrong-place = La aplicación nos pidió enviarle a un lugar equivocado
error-cookies = Su navegador bloquea nuestras cookies
error-cookies-more = Para iniciar sesión hace falta una cookie que solo se envía a este servidor. Permita las cookies para esta dirección y vuelva a intentarlo.
error-not-signed-in = No ha iniciado sesión
error-link = Este enlace ya no funciona
error-device-gone = Este código ya se ha usado o ha caducado
error-other = No se puede responder a esta solicitud

error-advice-developer = Vuelva a la aplicación. Si ocurre otra vez, envíe los detalles de abajo a quien la gestiona.
error-advice-operator = Avise a quien administra este servidor e indique el número de abajo.
error-advice-person = Empiece de nuevo en la aplicación.
error-advice-device = Empiece de nuevo en el dispositivo; mostrará un código nuevo.

### On the way back to an app.

returning-title = Volviendo · { $app }
returning-heading = Volviendo a { $app }
returning-more = Si no ocurre nada, pulse el botón.
