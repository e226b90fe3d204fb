// French texts of the developer page.

export const developer = {
  title: 'Développeur',
  lead: 'Des exemples prêts à l’emploi pour votre ligne, et la description de l’API.',
  choose: 'Choisissez une ligne pour voir ses exemples.',
  language: 'Langage des exemples',
  languages: { curl: 'curl', php: 'PHP', python: 'Python', typescript: 'TypeScript' },
  needs: {
    curl: '',
    php: 'PHP 8 ; pour appeler, avec l’extension curl.',
    python: 'Python 3 ; pour appeler, avec requests (pip install requests).',
    typescript: 'Node.js 22 ou plus récent, sans autre paquet.',
  },
  callTitle: 'Passer un appel',
  callLead:
    'Les téléphones de la ligne sonnent ; dès que l’un décroche, le correspondant est appelé.',
  callee: 'Numéro à appeler',
  passwordNote: 'Donnez le mot de passe SIP de la ligne dans la variable SIP_PASSWORD.',
  apiOff: 'L’API est désactivée pour cette ligne : la demande serait refusée (403).',
  toCti: 'Ouvrir CTI Informatique',
  receiveTitle: 'Recevoir les notifications',
  receiveLead: 'Un récepteur qui lit exactement les paramètres de l’URL de cette ligne.',
  receiveCurl:
    'curl ne peut rien recevoir : voici de quoi essayer votre récepteur avec les trois demandes d’un appel.',
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
    _IS_ACD_: 'file d’attente : 0 ou 1',
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
  others: 'Autres',
};
