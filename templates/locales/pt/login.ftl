### Signing in.

login-title = Entrar
login-title-app = Entrar · { $app }
login-heading = Entre na sua conta
login-heading-app = Entre para continuar em { $app }
login-heading-again = Entre de novo para continuar
login-username = Nome de usuário ou e-mail
login-username-missing = Digite o seu nome de usuário ou e-mail
login-password-missing = Digite a sua senha
login-wrong = Nome de usuário ou senha incorretos
login-failed = Não foi possível entrar
login-too-many = Muitas tentativas
login-busy = O servidor está muito ocupado agora
login-wait = Espere { $span } e tente de novo. Se você esqueceu a senha, fale com quem administra este servidor.
login-busy-wait = A sua senha não foi verificada. Tente de novo daqui a { $span }.
login-signed-out-elsewhere = Você saiu da conta em outra janela. Entre de novo para continuar.
login-session-ended = A sua sessão terminou. Entre de novo para continuar.
login-new-account = Novas contas são criadas por quem administra este servidor. Peça uma ou, se já tiver conta, entre.
login-device = Entre para continuar com o seu dispositivo.

### Choosing an account.

switch-title = Escolher conta
switch-title-app = Escolher conta · { $app }
switch-somebody-else = Você entrou com outra conta
switch-asked-for = { $app } pediu a conta **{ $asked }**, mas neste navegador você entrou como
switch-asked-for-another = { $app } pediu outra conta, mas neste navegador você entrou como
switch-asked-for-unknown-app = O aplicativo pediu outra conta, mas neste navegador você entrou como
switch-choose = Escolha uma conta
switch-which = { $app } pergunta que conta usar.
switch-continue-as = Continuar como { $name }

### Signing out.

logout-title = Sair
logout-title-app = Sair · { $app }
logout-heading = Sair de { $server }?
logout-asked = **{ $app }** pede que você saia daqui também. Enquanto a sua sessão continuar aberta aqui, o próximo aplicativo deixará você entrar sem perguntar.
logout-next = O próximo aplicativo que você abrir pedirá a sua senha de novo.
logout-several = { $count ->
    [one] Há { $count } pessoa com a sessão aberta neste navegador.
   *[other] Há { $count } pessoas com a sessão aberta neste navegador.
  }
logout-everybody = Sair de todas as contas
logout-only = Sair só da conta de { $name }
logout-stay = Manter a sessão aberta
signed-out-title = Sessão encerrada
signed-out-one = A sessão de uma conta foi encerrada
signed-out-one-more = Outra pessoa ainda está com a sessão aberta neste navegador.
signed-out-heading = Você saiu da sua conta
signed-out-everywhere = Todas as sessões da sua conta foram encerradas, neste dispositivo e em todos os outros.
signed-out-here = A sua sessão neste dispositivo foi encerrada.
signed-out-told = Os aplicativos que você usou estão recebendo o aviso.
signed-out-told-then = Os aplicativos que você usou estão recebendo o aviso; depois você continua em { $app }.
signed-out-of = Encerrando a sessão em { $app }
signed-out-again = Entrar de novo
continue-to = Continuar em { $app }
