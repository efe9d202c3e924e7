### What is said to people when something is refused. What developers read beside it is in English.

error-innocent = Você não fez nada de errado. Nenhum dado foi transmitido.
error-trace = Número de rastreio { $trace }
error-start-again = Começar de novo em { $app }
error-back-to = Voltar para { $app }
error-go-on = Continuar o login
error-another-code = Digitar outro código

error-expired = Este login já não é válido
error-expired-more = Ele já terminou, é antigo demais ou começou em outro navegador. Comece de novo no aplicativo de onde você veio.
error-cross-site = Esta página foi aberta a partir de outro site ou está desatualizada
error-cross-site-more = Volte para onde você começou, recarregue a página e tente de novo.
error-not-found = Esta página não existe
error-not-found-more = Verifique o endereço ou comece de novo no aplicativo de onde você veio.
error-method = Esta página não pode ser usada assim
error-method-more = Volte e use os botões da página.
error-too-large = Muitos dados de uma só vez
error-too-large-more = Volte e envie menos. Se um aplicativo trouxe você até aqui, avise quem é responsável por ele.
error-misdirected = Este servidor tem outro nome
error-misdirected-more = Verifique o endereço. Se estiver certo, quem administra este servidor precisa corrigir isso.
error-too-many = Muitos pedidos
error-too-many-more = Espere { $span } e tente de novo.
error-internal = Algo falhou do nosso lado
error-internal-more = Tente de novo daqui a pouco. Se continuar assim, informe o número abaixo a quem administra este servidor.
error-unavailable = O servidor está muito ocupado agora
error-unavailable-more = Tente de novo daqui a { $span }.

error-app-unknown = O aplicativo que trouxe você até aqui não é conhecido
error-wrong-place = O aplicativo pediu para enviar você ao lugar errado
error-cookies = O seu navegador bloqueia os nossos cookies
error-cookies-more = Para entrar é preciso um cookie, que só é enviado a este servidor. Permita cookies para este endereço e tente de novo.
error-not-signed-in = Você não entrou na sua conta
error-link = Este link já não funciona
error-device-gone = Este código já foi usado ou expirou
error-other = Não é possível responder a este pedido

error-advice-developer = Volte para o aplicativo. Se acontecer de novo, envie os detalhes abaixo a quem é responsável por ele.
error-advice-operator = Avise quem administra este servidor e informe o número abaixo.
error-advice-person = Comece de novo no aplicativo.
error-advice-device = Comece de novo no dispositivo; ele mostrará um novo código.

### On the way back to an app.

returning-title = Voltando · { $app }
returning-heading = Voltando para { $app }
returning-more = Se nada acontecer, use o botão.
