// French texts of the erasure of a number's data, for operators.

export const erase = {
  open: 'Effacer un numéro…',
  title: 'Effacer les données d’un numéro',
  lead: 'Pour une personne qui demande l’effacement de ses données. Tous les appels avec son numéro, sur toutes les lignes, et tout ce qui en a été dit à vos logiciels disparaissent de ce serveur.',
  stays:
    'Restent : les sauvegardes, les journaux, ce que vos logiciels ont reçu, et ce que quelqu’un a écrit dans un intitulé ou une URL.',
  number: 'Numéro à effacer',
  numberHint: 'Sous toute forme usuelle : 06 12 34 56 78 ou +33 6 12 34 56 78',
  numberForm: 'Ce n’est pas un numéro de téléphone : écrivez-le comme 06 12 34 56 78.',
  look: 'Chercher ses appels',
  found: (number: string) => ({
    one: `# appel avec le ${number} sera effacé.`,
    other: `# appels avec le ${number} seront effacés.`,
  }),
  foundMore: (count: string, number: string) =>
    `Plus de ${count} appels avec le ${number} seront effacés.`,
  foundNone: (number: string) =>
    `Aucun appel avec le ${number} n’est gardé. L’effacement s’assure aussi qu’il n’en reste aucune trace.`,
  confirm: 'Confirmation',
  sure: 'Je comprends que c’est définitif',
  sureMissing: 'Cochez cette case pour effacer.',
  action: 'Effacer définitivement',
  goesOn:
    'Ce numéro a beaucoup d’appels : l’effacement continue. Vous pouvez fermer cette page, il se termine de lui-même.',
  erased: (number: string) => ({
    one: `Le ${number} est effacé : # appel.`,
    other: `Le ${number} est effacé : # appels.`,
  }),
  notifications: { one: '# notification avec eux.', other: '# notifications avec eux.' },
  remains: {
    one: 'Ces chiffres se trouvent encore # fois dans la base : dans un réglage, un numéro plus long, ou une place libre.',
    other:
      'Ces chiffres se trouvent encore # fois dans la base : dans un réglage, un numéro plus long, ou une place libre.',
  },
  clean: 'Il n’en reste aucune trace dans la base.',
};
