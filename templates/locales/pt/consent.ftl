### What an app may do.

consent-title = Permitir acesso · { $app }
consent-heading = Permitir que { $app } use a sua conta?
consent-return = Depois você volta para **{ $host }**
consent-unverified = **Aplicativo não verificado.** Ninguém aqui verificou quem é o responsável por ele. Continue só se você confia em { $host }.
consent-may = { $app } poderá
consent-where = Onde
consent-how-long = Por quanto tempo
consent-until-taken-back = Até você retirar o acesso na sua conta, no máximo { $span }
consent-while-signed-in = Enquanto a sua sessão estiver aberta neste navegador
consent-each-time = Por { $span } cada vez que você entrar
consent-once = Por { $span }
consent-allow = Permitir

scope-openid = Saber quem você é
scope-openid-value = por um identificador da sua conta
scope-profile = Ver o seu nome e o seu perfil
scope-email = Ver o seu e-mail
scope-address = Ver o seu endereço postal
scope-phone = Ver o seu número de telefone
scope-offline-access = Manter o acesso quando você não estiver presente
scope-other = Usar “{ $scope }” por você

claim-name = Ver o seu nome completo
claim-family-name = Ver o seu nome de família
claim-given-name = Ver o seu primeiro nome
claim-middle-name = Ver o seu nome do meio
claim-nickname = Ver o seu apelido (nome informal)
claim-preferred-username = Ver o seu nome de usuário
claim-profile = Ver o endereço da sua página de perfil
claim-picture = Ver o endereço da sua foto
claim-website = Ver o endereço do seu site
claim-gender = Ver o seu gênero
claim-birthdate = Ver a sua data de nascimento
claim-zoneinfo = Ver o seu fuso horário
claim-locale = Ver o seu idioma
claim-updated-at = Ver quando o seu perfil mudou pela última vez
claim-email = Ver o seu e-mail
claim-email-verified = Ver se o seu e-mail está confirmado
claim-address = Ver o seu endereço postal
claim-phone-number = Ver o seu número de telefone
claim-phone-number-verified = Ver se o seu número de telefone está confirmado
claim-other = Ver algum dado sobre você

### Devices.

device-title = Conectar um dispositivo
device-failed = Não funcionou
device-too-many = Muitas tentativas
device-wait = O código não foi verificado. Espere { $span } e tente de novo.
device-missing = Digite o código que o seu dispositivo mostra
device-wrong = Nenhum dispositivo espera com este código
device-code = Código no seu dispositivo
device-hint = Oito letras. Maiúsculas e o hífen não fazem diferença.
device-hint-filled = Continue só se o dispositivo à sua frente mostrar exatamente este código.
device-hint-wrong = Compare com o seu dispositivo ou comece de novo nele para receber outro código.
device-warning = Continue só se você começou isto em um dispositivo à sua frente. Ninguém do suporte jamais vai pedir que você digite um código.
device-answer-title = Conectar um dispositivo · { $app }
device-answer-heading = Conectar { $app } em um dispositivo à sua conta?
device-answer-code = O seu dispositivo deve mostrar este código:
device-asked = Pedido
device-from = De
device-elsewhere = Uma rede diferente da que você usa agora
device-agent = Dispositivo
device-agent-unknown = não informado
device-may = Quem estiver com o dispositivo poderá
device-yes = Sim, conectar
device-no = Não é meu
device-done = Você já pode voltar para o seu dispositivo
device-done-more = Ele continua sozinho em alguns segundos. Na sua conta você vê o que ele pode fazer e como retirar esse acesso.
device-denied = O dispositivo não foi conectado
device-denied-more = Ele não recebe nada da sua conta. Você pode fechar esta página.
