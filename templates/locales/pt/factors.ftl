### The second step of signing in.

factor-title = Segundo passo
factor-title-app = Segundo passo · { $app }
factor-digits = Digite o código de 6 dígitos
factor-digits-lead = Abra seu aplicativo autenticador e digite o código que ele mostra agora.
factor-noted = Digite um código de recuperação
factor-noted-lead = Cada um dos códigos que você anotou vale uma vez.
factor-code = Código
factor-recovery-code = Código de recuperação
factor-use-digits = Usar o aplicativo autenticador
factor-use-noted = Usar um código de recuperação
factor-remember = Não perguntar de novo neste navegador por { $time }
factor-start-over = Recomeçar
factor-missing = Digite o código
factor-wrong = Este código não está certo ou já foi usado
factor-failed = Não pudemos confirmar que é você
factor-too-many = Códigos errados demais
factor-wait = Espere { $time } e tente de novo com um código novo.
factor-over = Este login terminou
factor-over-more = Ele foi concluído, levou mais de dez minutos ou teve códigos errados demais.
factor-lost = Sem acesso ao seu aplicativo? Use um código de recuperação ou fale com quem cuida deste servidor.

### Setting up an authenticator app.

enrol-title = Configurar um aplicativo autenticador
enrol-required = Entrar aqui exige um segundo passo. Configurá-lo leva um minuto, uma só vez.
enrol-scan = Escaneie isto com um aplicativo autenticador no seu telefone.
enrol-qr = Código QR para o aplicativo autenticador
enrol-key = Ou digite esta chave no aplicativo
enrol-key-what = a chave
enrol-open = Abrir em um aplicativo neste dispositivo
enrol-code = O código de 6 dígitos que o aplicativo mostra
enrol-name = Nome
enrol-name-hint = Para diferenciar seus aplicativos
enrol-confirm = Confirmar
enrol-too-old = Demorou um pouco demais. Escaneie o código novo.
enrol-wrong = Este código não está certo. Confira o relógio do dispositivo e digite o código mostrado agora.

### Recovery codes.

codes-title = Seus códigos de recuperação
codes-lead = Cada um deixa você entrar uma vez quando não tiver acesso ao aplicativo. Guarde-os em um lugar seguro: **eles não serão mostrados de novo.**
codes-what = os códigos
codes-print = Imprimir
codes-saved = Já os guardei

### The page of the sign-in methods.

security-title = Métodos de login
security-password-lead = Você entra primeiro com sua senha.
security-apps = Aplicativos autenticadores
security-apps-none = Adicione um segundo passo: um código de um aplicativo no seu telefone, pedido depois da senha.
security-app = Aplicativo autenticador
security-add = Adicionar um aplicativo autenticador
security-change = Alterar
security-change-of = Alterar { $app }
security-name = Nome
security-rename = Renomear
security-remove = Remover
security-remove-of = Remover { $app }
security-last = Sua conta precisa ter um segundo passo, por isso o último aplicativo fica. Adicione outro primeiro.
security-codes = Códigos de recuperação
security-codes-lead = Para quando você não tiver acesso ao aplicativo.
security-codes-left = Restam { $left } de { $count }
security-codes-new = Criar códigos novos
security-codes-void = Os antigos deixam de funcionar.
security-browsers = Navegadores lembrados
security-browsers-lead = Neles só a senha é pedida.
security-browsers-none = Nenhum navegador é lembrado.
security-until = Até { $moment }
security-forget = Esquecer
security-forget-of = Esquecer { $device }
security-forget-all = Esquecer todos
security-renamed = O nome foi alterado.
security-removed = O aplicativo foi removido e os navegadores lembrados foram esquecidos.
security-forgotten = O segundo passo será pedido lá de novo.
security-name-missing = Digite um nome.
