// French texts of how a line's notifications are delivered, on the tab CTI Informatique.

export const delivery = {
  title: 'Remise des notifications',
  lead: 'Ce qui vaut quand votre serveur est lent ou ne répond pas. Un champ vide : le réglage du serveur Carillon.',
  now: ({ timeout, retry, window }: { timeout: string; retry: string; window: string }) =>
    `En vigueur : votre serveur a ${timeout} pour répondre ; sinon, nouveaux essais après ${retry} s (le dernier délai se répète) pendant ${window}, puis la notification est mise de côté.`,
  timeout: 'Délai de réponse (secondes)',
  timeoutHint: 'De 0,5 à 30.',
  window: 'Durée des nouveaux essais (secondes)',
  windowHint: 'De 1 à 86400 ; 600 pour dix minutes.',
  retry: 'Attente avant chaque nouvel essai (secondes)',
  retryHint: 'Jusqu’à 20 nombres séparés par des espaces, comme 1 3 10 30.',
  mode: 'Garantie',
  modeHint:
    'Au plus une fois : ce qui est peut-être arrivé n’est pas renvoyé, donc rien n’arrive deux fois, mais une notification peut se perdre.',
  modes: {
    '': 'Comme le serveur',
    'at-least-once': 'Au moins une fois',
    'at-most-once': 'Au plus une fois',
  },
  modeNow: (mode: string) => `Comme le serveur (${mode.toLowerCase()})`,
};
