// French texts of a line's further destinations and of its signing keys, on the tab CTI Informatique.

export const destinations = {
  title: 'Autres destinations',
  lead: 'D’autres logiciels à prévenir des appels de cette ligne, chacun à sa façon. Une destination en panne n’en retient aucune autre, et la case API Keyyo ne les concerne pas.',
  count: (now: number, most: number) => `${now} sur ${most}`,
  list: 'Autres destinations de la ligne',
  add: 'Ajouter une destination',
  addAction: 'Ajouter',
  change: 'Modifier la destination',
  none: 'Aucune autre destination',
  noneText:
    'L’URL de notification ci-dessus suffit à un seul logiciel. Pour un second, ajoutez-le ici.',
  full: (most: number) => `Une ligne a ${most} destinations au plus : supprimez-en une d’abord.`,
  added: 'Destination ajoutée.',
  saved: 'Destination enregistrée.',
  switchedOn: 'Destination activée.',
  switchedOff: 'Destination coupée : rien ne lui est plus dit.',
  on: 'Active',
  off: 'Coupée',
  enabled: 'Destination active',
  enabledHint: 'Coupée, elle garde ses réglages et rien ne lui est dit.',
  test: 'Tester',
  testHint: 'Envoie pour de bon un appel d’essai à cette destination.',
  remove: 'Supprimer',
  removeTitle: (name: string) => `Supprimer la destination ${name} ?`,
  removeText:
    'Rien ne lui sera plus dit, et sa clef de signature est supprimée. Ce qui l’attend déjà part encore, sans signature.',
  removed: 'Destination supprimée.',
  name: 'Intitulé',
  nameHint: 'Pour vous y retrouver, comme Zammad du support. Facultatif.',
  format: 'Forme de l’envoi',
  formats: {
    get: 'GET, comme l’URL de notification',
    'standard-webhooks': 'Standard Webhooks (POST en JSON)',
    zammad: 'Zammad, CTI générique',
  },
  formatHints: {
    get: 'Tout est dans l’URL, par des mots-clefs. Pour un logiciel fait pour Keyyo, ou un petit script.',
    'standard-webhooks':
      'Un POST en JSON que des bibliothèques de tout langage savent vérifier. Pour ce que vous développez vous-même.',
    zammad:
      'Ce que Zammad attend. Pour Zammad seulement : l’URL est celle qu’il montre sous Intégrations, CTI (generic).',
  },
  url: 'URL de la destination',
  urlHints: {
    get: 'Avec les mots-clefs de l’URL de notification ; type= est ajouté s’il n’y a pas _N_TYPE_.',
    'standard-webhooks': 'Envoyée telle quelle ; les mots-clefs y restent possibles.',
    zammad: 'Comme https://SERVEUR/api/v1/cti/JETON',
  },
  direction: 'Appels',
  directions: {
    any: 'Entrants et sortants',
    incoming: 'Entrants seulement',
    outgoing: 'Sortants seulement',
  },
  types: 'Événements',
  typesMissing: 'Choisissez au moins un événement.',
  typeWords: {
    SETUP: 'L’appel se présente',
    CONNECT: 'Au décroché',
    RELEASE: 'Au raccrochage',
  },
  allTypes: 'Tous les événements',
  numbers: 'Débuts de numéros',
  numbersHint:
    'Un par ligne, au format international sans plus : 336 pour les mobiles français. Vide : tous les numéros, aussi les masqués.',
  numbersRead: (numbers: string) =>
    `Seulement les correspondants dont le numéro commence par ${numbers}`,
  allNumbers: 'Tous les numéros',
  numberCount: { one: '# début de numéro', other: '# débuts de numéros' },
  preview: 'Ce que cette destination recevra',
  previewLead: (caller: string) =>
    `Exemple : un appel avec le mobile ${caller}, décroché puis raccroché. Le JSON est mis en forme pour la lecture.`,
  previewNone: 'Écrivez une URL pour voir ce qui sera envoyé.',
  body: 'Corps',

  keysTitle: 'Signature',
  keysLead:
    'Avec une clef, chaque envoi porte une signature : votre logiciel sait qu’il vient d’ici, qu’il est entier et récent.',
  keysCaption: 'Clefs de signature de la ligne',
  verify: 'Comment vérifier une signature',
  place: 'Destination',
  places: { url: 'URL de notification', buzzee: 'Delos Buzzee' },
  unnamed: (id: number) => `Destination ${id}`,
  key: 'Clef',
  unsigned: 'Non signée',
  signed: 'Signée',
  since: 'depuis',
  until: 'L’ancienne clef signe encore jusqu’au',
  make: 'Créer une clef',
  rotate: 'Remplacer la clef',
  removeKey: 'Supprimer la clef',
  makeTitle: (place: string) => `Signer : ${place}`,
  rotateTitle: (place: string) => `Remplacer la clef : ${place}`,
  makeText:
    'Chaque envoi portera une signature dès maintenant. Un logiciel qui ne la vérifie pas n’en est pas gêné.',
  rotateText:
    'La nouvelle clef signe dès maintenant. L’ancienne signe encore pendant 24 heures : le temps de donner la nouvelle à votre logiciel.',
  rotateTwice:
    'Une clef plus ancienne signe encore. Si vous remplacez la clef maintenant, cette plus ancienne cesse aussitôt.',
  own: 'J’ai déjà une clef',
  ownKey: 'Votre clef',
  ownKeyHint: 'whsec_ et le base64 de 24 à 64 octets. Vide : Carillon en crée une.',
  made: (place: string) => `Clef de signature : ${place}`,
  secretLabel: 'la clef de signature',
  madeText: 'Donnez-la à votre logiciel : c’est avec elle qu’il vérifie chaque envoi.',
  done: 'Terminé',
  removeKeyTitle: (place: string) => `Supprimer la clef : ${place} ?`,
  removeKeyText:
    'Dès le prochain envoi, plus rien n’est signé vers cette destination. Un logiciel qui vérifie les signatures refusera ce qu’il reçoit.',
  keyRemoved: 'Clef supprimée.',

  verifyTitle: 'Vérifier une signature',
  verifyLead:
    'Où une clef est en place, chaque envoi porte Webhook-Id, Webhook-Timestamp et Webhook-Signature, comme le veut Standard Webhooks.',
  verifyContent:
    'Est signé « id.timestamp.contenu ». Le contenu est le corps d’un POST, octet pour octet ; d’un GET, le chemin avec ses paramètres, comme dans la ligne de requête. Refusez ce qui a plus de 5 minutes d’écart avec votre horloge.',
  verifyKeys: 'Créer ou remplacer une clef',
};
