// French texts of sending notifications again, and of the state of the delivery.

export const replay = {
  line: 'Renvoyer toutes les non livrées de cette ligne',
  period: 'Renvoyer une période…',
  lineTitle: 'Renvoyer les notifications non livrées',
  lineText: (number: string) =>
    `Toutes les notifications non livrées de la ligne ${number} repartent sous leurs identifiants, dans l’ordre de chaque appel, avec de nouveaux essais.`,
  mend: 'Faites-le quand votre logiciel répond de nouveau : sinon elles échoueront encore.',
  periodTitle: 'Renvoyer une période',
  periodText:
    'Les notifications repartent sous leurs identifiants, dans l’ordre de chaque appel, avec de nouveaux essais.',
  from: 'Depuis',
  to: 'Jusqu’à',
  fromHint: 'Le moment de l’événement. Vide : depuis toujours.',
  toHint: 'Vide : jusqu’à maintenant.',
  noTime: 'Ce moment n’est pas complet : écrivez la date et l’heure, ou effacez les deux.',
  wrongOrder: 'La fin est avant le début : changez l’un des deux.',
  fromMissing: 'Écrivez un début : sans lui, tout l’historique repartirait.',
  state: 'Lesquelles',
  states: {
    parked: 'Les non livrées',
    delivered: 'Les livrées',
    ended: 'Les deux',
  },
  stateHints: {
    parked: 'Ce que votre logiciel n’a pas reçu.',
    delivered: 'Ce qu’il a reçu mais perdu, par exemple après une restauration.',
    ended: 'Tout ce qui est terminé, livré ou non.',
  },
  send: 'Renvoyer',
  stop: 'Arrêter',
  stopping: 'Arrêt après l’envoi en cours…',
  running: {
    one: 'En cours… # notification repart.',
    other: 'En cours… # notifications repartent.',
  },
  none: 'Il n’y a rien à renvoyer.',
  done: {
    one: '# notification repart : le résultat s’affiche dans la liste.',
    other: '# notifications repartent : les résultats s’affichent dans la liste.',
  },
  stopped: {
    one: 'Arrêté : # notification repart, les autres restent comme elles étaient.',
    other: 'Arrêté : # notifications repartent, les autres restent comme elles étaient.',
  },
  failedAfter: {
    one: '# notification est repartie avant cette erreur.',
    other: '# notifications sont reparties avant cette erreur.',
  },

  health: {
    title: 'La livraison en ce moment',
    waiting: 'En attente',
    oldest: 'La plus ancienne attend depuis',
    retry: 'Attendent un nouvel essai',
    circuits: 'Serveurs laissés en repos',
    circuitsHint: 'Ils ont échoué trop souvent ; une requête les sonde de temps en temps.',
    nothing: 'Rien n’attend : tout ce qui pouvait être livré l’est.',
  },
};
