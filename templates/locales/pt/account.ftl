### The account.

account-title = Conta · { $name }
account-heading = A sua conta
account-switch = Trocar de conta
account-email-confirmed = { $email } (confirmado)
account-email-not-confirmed = { $email } (não confirmado)
account-apps = Aplicativos com acesso
account-no-apps = Nenhum aplicativo tem acesso à sua conta.
account-since = Desde { $moment }
account-last-used = último uso em { $moment }
account-not-used = ainda não usado
account-take-back = Retirar
account-take-back-of = Retirar o acesso de { $app }
account-sessions = Dispositivos e sessões
account-this-one = Esta
account-signed-in = Sessão iniciada em { $moment }
account-end = Encerrar
account-end-of = Encerrar a sessão: { $device }, { $address }
account-sign-out-here = Sair aqui
account-sign-out-everywhere = Sair em todos os lugares
account-ends-all = Encerra todas as sessões acima, inclusive esta.
account-ends-only = Encerra esta sessão; é a única.
account-device = { $browser } em { $system }
account-device-unknown = Dispositivo desconhecido

### The front door.

home-title = Serviço de acesso
home-title-signed-in = Boas-vindas
home-hello = Olá, { $name }
home-signed-in = Na sua conta você vê quais aplicativos têm acesso e onde a sua sessão está aberta.
home-heading = Uma só chave para todos os seus aplicativos
home-what = Com { $server } você entra nos aplicativos que usa. Eles nunca veem a sua senha. Normalmente, um aplicativo traz você até aqui e depois leva de volta.

### A new password by a link.

set-password-title = Defina a sua senha
set-password = Definir senha
set-password-done = A sua senha foi definida
set-password-done-more = A sua sessão foi encerrada em todos os outros lugares. Entre com a nova senha.

### Setting the server up.

setup-admin-title = Configuração: você
setup-app-title = Configuração: primeiro aplicativo
setup-done-title = Configuração: pronto · { $app }
setup-step = Passo { $step } de { $of }
setup-admin-heading = Olá. Quem é você?
setup-admin-lead = A sua conta será a primeira conta de administração deste servidor.
setup-name = O seu nome
setup-username-hint = Curto, para entrar
setup-create-admin = Criar conta de administração
setup-app-heading = O seu primeiro aplicativo
setup-app-lead = Um nome e um endereço bastam. Você pode mudar os dois depois.
setup-app-name = Nome do aplicativo
setup-app-name-hint = Aparece quando as pessoas entram
setup-redirect-uri = URI de redirecionamento
setup-redirect-uri-hint = Para onde as pessoas voltam, por exemplo { $example }
setup-secret-question = O aplicativo consegue guardar um segredo?
setup-secret-yes = Sim, ele funciona em um servidor
setup-secret-yes-more = Recebe um segredo do cliente
setup-secret-no = Não, ele funciona em um navegador ou em um telefone
setup-secret-no-more = Usa apenas PKCE
setup-create-app = Criar aplicativo
setup-done-heading = { $app }: tudo pronto
setup-copy-secret = **Copie o segredo agora.** Só o hash dele fica guardado, e não será possível mostrá-lo de novo.
setup-client-id = ID do cliente
setup-client-secret = Segredo do cliente
setup-discovery = Discovery
setup-env = Para o seu `.env`
setup-env-lines = variáveis de ambiente
setup-try = Testar um login
setup-link-invalid = Este link de configuração já não funciona
setup-link-invalid-more = Cada link funciona uma única vez e durante 15 minutos. Para criar outro, execute `latchkey setup-link` no servidor.

# What is wrong with a field; $detail says more, in English.
setup-name-wrong = Digite um nome que as pessoas reconheçam. ({ $detail })
setup-email-wrong = Digite um e-mail, por exemplo ada@example.org. ({ $detail })
setup-username-wrong = Escolha outro nome de usuário. ({ $detail })
setup-redirect-uri-wrong = Digite o endereço completo, por exemplo { $example }. ({ $detail })
