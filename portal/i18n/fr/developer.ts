// French texts of the developer page.

export const developer = {
  title: 'Développeur',
  lead: 'Des exemples prêts à l’emploi pour votre ligne, et la description de l’API.',
  choose: 'Choisissez une ligne pour voir ses exemples.',
  language: 'Langage des exemples',
  languages: { curl: 'curl', php: 'PHP', python: 'Python', typescript: 'TypeScript' },
  needs: {
    curl: '',
    php: 'PHP 8 ; pour appeler, avec l’extension curl.',
    python: 'Python 3 ; pour appeler, avec requests (pip install requests).',
    typescript: 'Node.js 22 ou plus récent, sans autre paquet.',
  },
  callTitle: 'Passer un appel',
  callLead:
    'Les téléphones de la ligne sonnent ; dès que l’un décroche, le correspondant est appelé.',
  callee: 'Numéro à appeler',
  calleeForm:
    'Ce n’est pas un numéro de téléphone : des chiffres, un + au début, des espaces, points ou tirets.',
  passwordNote: 'Donnez le mot de passe SIP de la ligne dans la variable SIP_PASSWORD.',
  apiOff: 'L’API est désactivée pour cette ligne : la demande serait refusée (403).',
  toCti: 'Ouvrir CTI Informatique',
  receiveTitle: 'Recevoir les notifications',
  receiveLead: 'Un récepteur qui lit exactement les paramètres de l’URL de cette ligne.',
  receiveCurl:
    'curl ne peut rien recevoir : voici de quoi essayer votre récepteur avec les trois demandes d’un appel.',
  noUrl:
    'Cette ligne n’a pas encore d’URL de notification. L’exemple suppose les paramètres account, caller, callee, type et callref.',
  inPath: 'Les valeurs placées dans le chemin de l’URL se lisent dans ce chemin.',
  parameters: 'Paramètres reçus',
  parameter: 'Paramètre',
  value: 'Valeur',
  keywords: {
    _ACCOUNT_: 'la ligne',
    _CALLER_: 'l’appelant',
    _CALLEE_: 'l’appelé',
    _CALLREF_: 'la référence de l’appel',
    _N_TYPE_: 'SETUP, CONNECT ou RELEASE',
    _N_VERSION_: 'la version, 1',
    _DREF_: 'la référence du dialogue',
    _DREF_REPLACE_: 'le dialogue remplacé',
    _SESSION_ID_: 'la session',
    _IS_ACD_: 'file d’attente : 0 ou 1',
    _REDIRECTING_NUMBER_: 'la ligne qui renvoie',
    _TSMS_: 'l’heure en millisecondes',
  } as Readonly<Record<string, string>>,
  code: 'le code',
  apiTitle: 'API REST',
  apiLead: 'Tout ce que font ces pages, vos programmes le peuvent aussi, avec un jeton.',
  json: 'Description OpenAPI (JSON)',
  makeToken: 'Créer un jeton',
  operationParameters: 'Paramètres',
  required: 'obligatoire',
  body: 'Corps',
  answers: 'Réponses',
  where: { path: 'chemin', query: 'requête', header: 'en-tête', cookie: 'cookie' } as Readonly<
    Record<string, string>
  >,
  groups: {
    session: 'Se connecter et se déconnecter',
    lines: 'Les lignes et leurs réglages',
    checks: 'Avant d’enregistrer',
    calls: 'L’historique des appels',
    notifications: 'Ce qui a été dit aux logiciels des clients, et si c’est arrivé',
    destinations: 'Ce qui est encore dit des appels d’une ligne, et ce qui est signé',
    events: 'Ce qui se passe en ce moment',
    access: 'Clients, utilisateurs et jetons',
    sandbox: 'Appels simulés',
  } as Readonly<Record<string, string>>,
  /** By method and path of the OpenAPI document, whose own summaries are in English. */
  operations: {
    'POST /session': 'Connecte par nom et mot de passe, ou par un lien unique ; donne le cookie',
    'GET /session': 'Qui demande, par cookie ou par jeton, et ce qu’est ce serveur',
    'DELETE /session': 'Déconnecte : met fin à cette session et à ses flux d’événements',
    'PUT /session/password':
      'Change le mot de passe de qui est connecté ; met fin à ses autres sessions',
    'GET /lines':
      'Les lignes avec leurs postes, leurs appels et leur dernière notification, par numéro',
    'POST /lines':
      'Ajoute une ligne ; sans mot de passe, le serveur en crée un et le montre cette seule fois',
    'GET /lines/{number}': 'Une ligne',
    'PATCH /lines/{number}': 'Modifie ce qui est nommé ; un texte vide efface',
    'DELETE /lines/{number}': 'Supprime une ligne et ses enregistrements ; son historique reste',
    'POST /lines/{number}/password':
      'Crée un nouveau mot de passe pour ses téléphones, qui doivent s’enregistrer de nouveau',
    'POST /lines/{number}/copy':
      'Copie des réglages vers d’autres lignes : vers toutes, ou vers aucune',
    'POST /lines/{number}/test-notification':
      'Envoie un appel d’essai marqué à l’URL de notification et dit ce qui est revenu',
    'GET /lines/{number}/destinations':
      'Ce qui est dit des appels d’une ligne en plus de son URL de notification, et ce qui est signé',
    'POST /lines/{number}/destinations': 'Ajoute une destination',
    'GET /lines/{number}/destinations/{id}': 'Une destination',
    'PATCH /lines/{number}/destinations/{id}':
      'Modifie ce qui est nommé ; ce qui attend déjà part comme avant',
    'DELETE /lines/{number}/destinations/{id}':
      'Supprime une destination et sa clef ; ce qui l’attend part encore, sans signature',
    'POST /lines/{number}/destinations/{id}/test-notification':
      'Envoie un appel d’essai marqué à la destination, même coupée',
    'POST /lines/{number}/destination-preview':
      'Les requêtes qu’une destination recevrait pour un appel ; rien n’est envoyé ni gardé',
    'POST /lines/{number}/secret':
      'Donne une nouvelle clef de signature ; la précédente signe encore 24 heures',
    'DELETE /lines/{number}/secret':
      'Supprime une clef de signature : ce qui part là n’est plus signé',
    'POST /replays':
      'Renvoie des notifications mises de côté ou livrées, dans l’ordre, sous leurs identifiants',
    'GET /lines.csv': 'Les lignes en CSV, sans les mots de passe',
    'POST /lines.csv':
      'Ajoute et modifie des lignes à partir d’un CSV : tout, ou rien si une rangée est fausse',
    'POST /notification-preview':
      'Les trois requêtes qu’une URL de notification enverrait pour un appel',
    'POST /source-ip-test': 'Les adresses qu’accepte un motif d’adresses sources',
    'GET /calls': 'Les appels, les plus récents d’abord',
    'GET /calls/{callref}':
      'Un appel, ses notifications, et les appels d’autres lignes dans le même dialogue',
    'DELETE /numbers/{number}':
      'Efface les données d’un numéro : ses appels sur toutes les lignes, et ce qui en a été dit',
    'GET /notifications': 'Les notifications avec chaque essai, les plus récentes d’abord',
    'GET /notifications/{id}': 'Une notification',
    'POST /notifications/{id}/resend': 'La renvoie : la même requête, avec de nouveaux essais',
    'GET /events': 'Ce qui se passe en ce moment (server-sent events)',
    'GET /customers': 'Les clients',
    'POST /customers': 'Ajoute un client',
    'PATCH /customers/{name}': 'Change l’intitulé d’un client',
    'DELETE /customers/{name}':
      'Supprime un client qui n’a plus de ligne, d’utilisateur ni de jeton',
    'GET /users': 'Les utilisateurs',
    'PUT /users/{name}':
      'Ajoute un utilisateur, ou le modifie ; sans mot de passe, il garde le sien',
    'DELETE /users/{name}': 'Supprime un utilisateur et met fin aussitôt à ses sessions',
    'POST /users/{name}/sign-in-link':
      'Crée pour lui un lien de connexion : il sert une fois, pendant 10 minutes',
    'GET /tokens': 'Les jetons, sans leurs secrets',
    'POST /tokens': 'Crée un jeton ; son secret est montré cette seule fois',
    'DELETE /tokens/{id}':
      'Supprime un jeton : il est refusé dès maintenant, et ses flux d’événements prennent fin',
    'POST /sandbox/simulate':
      'Lance un appel simulé entre une ligne et un autre numéro (dans le bac à sable seulement)',
  } as Readonly<Record<string, string>>,
  others: 'Autres',
};
