// The server's sentences in French, by code, with their values in braces (message.ts). A code that is not
// here is shown in the server's English; messages.test.ts holds this list against those of the rooms.

import type { Messages } from './message.ts';

export const messages: Messages = {
  // Made in the browser (api.ts)
  'offline-here': 'Le serveur ne répond pas. Vérifiez votre connexion au réseau, puis réessayez.',
  'timeout-here': 'Le serveur met trop de temps à répondre. Réessayez dans un instant.',
  'unreadable-answer':
    'Le serveur a répondu {status}, sans dire pourquoi. Réessayez dans un instant.',

  // The API as a whole (src/web/api)
  unauthenticated: 'Vous n’êtes pas connecté.',
  csrf: 'Cette page est restée ouverte trop longtemps : rechargez-la, puis réessayez.',
  'not-found': 'Introuvable, ou pas visible pour vous.',
  forbidden: 'Vous n’avez pas le droit de faire cela.',
  'may-not-change': 'Vous ne pouvez pas modifier ce réglage.',
  malformed: 'La demande est illisible.',
  'too-large': 'L’envoi est trop grand : envoyez-en moins à la fois.',
  'unsupported-media-type': 'Ce type de fichier n’est pas accepté.',
  'request-timeout': 'La demande n’est pas arrivée en entier à temps : réessayez.',
  'test-running':
    'Un essai est déjà en cours sur cette ligne : attendez son résultat, puis recommencez.',
  pending:
    'Cette notification est encore en route : renvoyez-la quand elle sera livrée ou mise de côté.',
  fault: 'Une erreur s’est produite sur le serveur ; elle est dans son journal.',
  busy: 'Le serveur est déjà occupé à cela : réessayez dans un instant.',
  'too-many-streams': 'Trop de pages sont ouvertes en même temps.',
  'no-session': 'Un jeton n’a ni session ni mot de passe : on le supprime.',
  'name-taken':
    'Ce nom est pris, ou des appels d’un ancien client de ce nom sont encore gardés : choisissez-en un autre.',
  missing: 'Ce champ manque.',
  'too-long': 'Écrivez {limit} caractères au plus.',
  'too-short': 'C’est trop court : il faut au moins {limit} caractère(s).',
  'unknown-field': 'Ce champ n’existe pas : enlevez-le.',
  'wrong-type': 'Cette valeur n’est pas du genre attendu.',
  'wrong-value': 'Cette valeur n’est pas l’une de celles qui sont possibles.',
  'wrong-shape': 'Cette valeur n’a aucune des formes possibles.',
  'wrong-enum': 'Cette valeur n’est pas l’une de celles qui sont possibles.',
  'wrong-format': 'Cette valeur n’est pas écrite comme il faut.',
  'wrong-pattern': 'Cette valeur n’est pas écrite comme il faut.',
  'wrong-minimum': 'Cette valeur est trop petite.',
  'wrong-maximum': 'Cette valeur est trop grande.',
  'wrong-minitems': 'La liste est trop courte.',
  'wrong-maxitems': 'La liste est trop longue.',
  'not-a-time': 'Écrivez une date, comme 2026-05-31T08:00:00Z.',
  'method-not-allowed': 'Cette demande n’est pas possible ici.',
  'cannot-simulate': 'Cet appel ne peut pas être simulé : vérifiez les deux numéros.',
  'wrong-cursor': 'La suite de cette liste n’est plus connue : rechargez la page.',

  // Signing in; users, customers, tokens (src/access)
  'wrong-password': 'Le nom ou le mot de passe est incorrect.',
  'wrong-link': 'Ce lien de connexion a déjà servi ou est trop ancien : demandez-en un nouveau.',
  'slow-down': 'Trop d’essais : recommencez dans {retryAfterS} s.',
  'name-form':
    'Ce nom n’est pas possible : lettres minuscules sans accent, chiffres et tirets (pour un utilisateur aussi . _ @ +).',
  'title-form': 'L’intitulé a {most} caractères au plus, sans saut de ligne.',
  'role-missing': 'Choisissez un rôle.',
  'role-unknown': 'Ce rôle n’existe pas.',
  'customer-missing': 'Choisissez un client.',
  'customer-not-for-role': 'Un opérateur n’appartient à aucun client.',
  'customer-unknown': 'Le client {customer} n’existe pas : ajoutez-le d’abord.',
  'lines-missing': 'Choisissez au moins une ligne.',
  'lines-many':
    'C’est trop de lignes pour un utilisateur : {most} au plus. Un gestionnaire a toutes celles du client.',
  'lines-not-for-role': 'Ce rôle a déjà toutes les lignes : n’en choisissez aucune.',
  'line-unknown': 'Le client {customer} n’a pas de ligne {line}.',
  'password-short': 'Ce mot de passe est trop court et se devine : écrivez-en un plus long.',
  'password-long': 'Mot de passe trop long : écrivez {most} caractères au plus.',
  'password-characters': 'Le mot de passe contient un saut de ligne ou un caractère de contrôle.',
  'password-is-name': 'Le mot de passe est le nom lui-même : choisissez-en un autre.',
  exists: '{name} existe déjà : modifiez-le plutôt.',
  'in-use':
    'Le client {name} est encore utilisé (lignes : {lines}, utilisateurs : {users}, jetons : {tokens}).',
  'default-stays': 'Le client default ne se supprime pas : il reçoit les lignes sans autre client.',
  'last-operator': '{name} est le dernier opérateur : nommez-en un autre d’abord.',
  'too-many': 'Il y en a déjà {limit}, et pas plus : supprimez-en d’abord.',

  // Lines (src/lines/message-codes.ts)
  'line-exists': 'La ligne {number} existe déjà.',
  'no-such-line': 'La ligne {number} n’existe pas, ou n’est pas à vous.',
  'short-taken':
    'Le numéro court {short} est déjà celui de la ligne {number} : choisissez-en un autre.',
  overloaded: '{limit} modifications attendent déjà : réessayez dans un instant.',
  'too-many-changes': '{changes} modifications à la fois : {limit} au plus.',
  'line-twice': 'La ligne {number} est citée deux fois.',
  'line-number-fixed': 'Le numéro d’une ligne ne peut pas être changé : ajoutez une autre ligne.',
  'unknown-setting': 'Le réglage {setting} n’existe pas.',
  'not-a-text': 'Le réglage {setting} doit être un texte.',
  'control-character': 'Il y a un saut de ligne ou un caractère de contrôle : enlevez-le.',
  'not-on-or-off': 'Écrivez on ou off.',
  'title-too-long': 'L’intitulé a {length} caractères : {limit} au plus.',
  'offer-too-long': 'L’offre a {length} caractères : {limit} au plus.',
  'password-empty': 'Le mot de passe est vide : écrivez de 1 à {limit} caractères.',
  'password-too-long': 'Le mot de passe a {length} caractères : {limit} au plus.',
  'source-ip-too-long': 'Le motif a {length} caractères : {limit} au plus.',
  'source-ip-match-unknown': 'Choisissez l’adresse entière ou une partie de l’adresse.',
  'buzzee-url-invalid':
    'Cette URL n’est pas valable : écrivez http://SERVEUR/ ou https://SERVEUR:PORT/, avec un port de 1 à 65535.',
  'buzzee-url-too-long': 'L’URL a {length} caractères : {limit} au plus.',
  'customer-name-invalid':
    'Un client est nommé par 1 à {limit} lettres minuscules sans accent, chiffres et tirets, comme acme-paris.',
  'delivery-timeout-invalid':
    'Le délai de réponse va de {least} à {most} secondes : écrivez-le comme 5 ou 10, ou laissez vide.',
  'delivery-window-invalid':
    'La durée des nouveaux essais va de {least} à {most} secondes : écrivez-la comme 600, ou laissez vide.',
  'delivery-retry-invalid':
    '{written} n’est pas une attente : écrivez des secondes de {least} à {most}, séparées par des espaces, comme 1 3 10 30.',
  'delivery-retry-too-many': '{delays} attentes : {limit} au plus, la dernière se répète.',
  'delivery-mode-unknown': 'Choisissez au moins une fois ou au plus une fois.',
  'origin-null':
    'L’origine null est refusée, car des fichiers et des cadres de tout site l’envoient : placez la page sur un serveur web.',
  'origin-wildcard':
    '{origin} est refusé : avec *, les pages d’inconnus pourraient faire appeler cette ligne. Écrivez chaque origine en entier.',
  'origin-too-long': '{origin} a plus de {limit} caractères.',
  'origin-invalid':
    '{origin} n’est pas une origine web : écrivez-la comme https://crm.exemple.fr, sans utilisateur, chemin ni virgule.',
  'too-many-origins': '{origins} origines : {limit} au plus.',
  'masked-user-info':
    'Le nom et le mot de passe de l’URL sont cachés (***) et ne valaient pas pour {host} : écrivez-les à nouveau, ou enlevez ***.',
  'source-ip-invalid':
    'Le motif d’adresses est incorrect : il n’autorise aucune adresse, et l’authentification Digest s’applique.',
  'source-ip-accepts-all':
    'Le motif accepte toutes les adresses, aussi celles d’inconnus : n’importe qui pourrait faire appeler cette ligne sans mot de passe.',
  'source-ip-accepts-none':
    'Le motif n’accepte aucune des adresses essayées, et peut-être aucune du tout : une adresse s’écrit comme 203.0.113.7 ou 2001:db8::7. Essayez ci-dessous celle qu’il doit accepter.',
  'source-ip-unescaped-dot':
    'Un point vaut pour n’importe quel caractère : le motif accepte aussi {example}. Écrivez \\. pour un point, comme dans {suggestion}.',
  'source-ip-not-yours':
    'Le motif n’accepte pas votre adresse en ce moment, {address} : d’ici, le mot de passe sera demandé.',
  'source-ip-search':
    'Le motif est cherché n’importe où dans l’adresse et accepte aussi {example} : écrivez ^ devant chaque possibilité.',
  'source-ip-spaces':
    'Le motif contient une espace, et aucune adresse n’en a. Sans espace : {suggestion}',
  'source-ip-comma':
    'Plusieurs adresses se séparent par |, pas par une virgule : écrivez {suggestion}',
  'source-ip-looks-like-cidr':
    '{written} est l’écriture des routeurs ; comme motif, c’est {suggestion}',
  'source-ip-wildcard':
    'Dans {written}, le * ne remplace pas un nombre : il répète le caractère qui le précède. Écrivez {suggestion}',
  'csv-too-large': 'Le fichier est trop grand : {limit} au plus.',
  'csv-too-many-rows': 'Le fichier a plus de {limit} lignes : faites-en plusieurs.',
  'csv-not-utf8': 'Le fichier n’est pas en UTF-8 : enregistrez-le au format « CSV UTF-8 ».',
  'csv-unreadable': 'Le fichier n’est pas un CSV lisible ({reason}).',
  'csv-empty': 'Le fichier est vide : sa première ligne doit nommer les colonnes.',
  'csv-no-number-column': 'La colonne number manque : elle dit de quelle ligne il s’agit.',
  'csv-unknown-column': 'La colonne {column} est inconnue. Colonnes possibles : {columns}.',
  'csv-column-twice': 'La colonne {column} est là deux fois : enlevez-en une.',
  'csv-too-many-cells':
    '{cells} cellules pour {columns} colonnes : une cellule contient sans doute le séparateur.',
  'csv-too-few-cells':
    '{cells} cellules pour {columns} colonnes : une cellule vide a aussi son séparateur.',
  'csv-number-twice': 'La ligne {number} est déjà à la rangée {row} : enlevez l’une des deux.',
  'csv-number-rounded':
    '{written} est un numéro arrondi par un tableur : donnez à la colonne le format Texte et corrigez le numéro.',
  'csv-password-missing':
    'La ligne {number} est nouvelle : écrivez son mot de passe dans la colonne password.',

  // Numbers (src/numbers/number-codes.ts)
  'number-empty': 'Écrivez un numéro, comme {exampleNational} ou {exampleInternational}.',
  'number-too-long':
    'Ce numéro a plus de {limit} caractères : écrivez-le comme {exampleInternational}.',
  'number-bad-character':
    'Un numéro n’a que des chiffres, un + au début, des espaces, points, tirets ou parenthèses : écrivez {exampleNational} ou {exampleInternational}.',
  'number-impossible':
    '{written} n’est pas un numéro de téléphone, par son indicatif ou sa longueur : écrivez {exampleNational} ou {exampleInternational}.',
  'dialled-invalid':
    'Ce numéro ne peut pas être composé : écrivez {exampleNational} ou {exampleInternational}.',
  'short-form': 'Un numéro court a de 2 à 6 chiffres, comme {example}.',
  'short-begins-with-zero':
    'Un numéro court ne commence pas par 0 : écrivez de 2 à 6 chiffres, comme {example}.',
  'short-emergency': '{short} est un numéro d’urgence : choisissez-en un autre, comme {example}.',
  'short-service': '{short} est un numéro de service : choisissez-en un autre, comme {example}.',

  // Notification templates (src/notifications/template-codes.ts)
  'template-line-break': 'L’URL contient un saut de ligne : enlevez-le.',
  'template-empty': 'L’URL est vide.',
  'template-too-long': 'L’URL a {bytes} octets : {limit} au plus.',
  'template-scheme': 'L’URL doit commencer par http:// ou https://.',
  'template-keyword-in-host':
    '{keyword} est dans le nom du serveur : l’appelant choisirait qui reçoit la notification. Placez-le dans le chemin ou les paramètres.',
  'template-bad-host':
    'Le nom du serveur dans l’URL n’est pas valable : écrivez http://serveur/ ou http://serveur:port/.',
  'template-bad-port':
    'Le port dans l’URL n’est pas valable : écrivez un nombre de 1 à 65535, comme http://serveur:8080/, ou enlevez-le avec ses deux-points.',
  'template-bare-keyword': '{written} est envoyé tel quel : le mot-clef est {keyword}.',
  'template-misspelt': '{written} est envoyé tel quel : le mot-clef est {keyword}.',
  'template-unknown-keyword': '{written} n’est pas un mot-clef : il est envoyé tel quel.',
  'template-keyword-as-name':
    '{keyword} est à la place d’un nom de paramètre et sera envoyé tel quel : écrivez nom={keyword}.',
  'template-no-callref':
    'L’URL n’a pas _CALLREF_ : votre logiciel ne peut pas savoir quels événements vont ensemble.',
  'template-type-twice':
    'L’URL a déjà un paramètre « type » et en recevra un second : écrivez type=_N_TYPE_.',
  'template-fragment': 'Ce qui suit # n’est jamais envoyé.',
  'template-http':
    'L’URL commence par http : les numéros circulent en clair. Préférez https si votre serveur le peut.',

  // Further destinations and signing keys (src/destinations/message-codes.ts)
  'no-such-destination': 'La destination {id} n’existe plus : rechargez la page.',
  'too-many-destinations':
    'La ligne {number} a déjà {limit} destinations : supprimez-en une d’abord.',
  'destination-unknown-setting': 'Une destination n’a pas de réglage {setting}.',
  'destination-format-unknown': 'Cette forme d’envoi n’existe pas. Possibles : {formats}.',
  'destination-direction-unknown': 'Choisissez les appels entrants, sortants, ou les deux.',
  'destination-not-a-switch': 'Une destination est active ou coupée.',
  'destination-types-not-a-list': 'Choisissez parmi SETUP, CONNECT et RELEASE.',
  'destination-types-empty':
    'Rien ne serait dit : choisissez au moins un événement, ou coupez la destination.',
  'destination-type-unknown':
    '{written} n’est pas un événement : choisissez parmi SETUP, CONNECT et RELEASE.',
  'destination-numbers-not-a-list': 'Écrivez une liste de débuts de numéros, comme 336 et 337.',
  'destination-number-invalid':
    '{written} n’est pas un début de numéro : écrivez les premiers chiffres au format international, comme 336 pour les mobiles français.',
  'destination-too-many-numbers': '{numbers} débuts de numéros : {limit} au plus.',
  'destination-zammad-without-setup':
    'Zammad ne connaît un appel que par son début et refuse la suite d’un appel inconnu : cochez aussi SETUP.',
  'no-such-secret': 'La ligne {number} n’a pas de clef de signature à cet endroit.',
  'secret-invalid':
    'Cette clef n’est pas valable : écrivez whsec_ et le base64 de {shortest} à {longest} octets au hasard, ou laissez vide.',
  'secret-in-use':
    'Cette clef signe déjà : laissez vide pour en faire créer une autre, ou écrivez-en une nouvelle.',
  'signing-keys-unreadable':
    'Les clefs de signature ne sont pas lisibles sur le serveur : l’opérateur doit y remettre le fichier carillon.key.',

  // Erasing a number (src/history/erasure.ts)
  'is-a-line': 'Le {number} est une ligne de ce serveur : supprimez d’abord la ligne.',
  'named-in-settings':
    'Le {number} est cité dans des réglages ({first}) : enlevez-le de ces réglages d’abord.',
  'calls-wait':
    'Il reste des appels en cours ({openCalls}) ou des notifications en attente ({pendingNotifications}) avec ce numéro : recommencez quand ce sera fini.',

  // What came back for a test (src/notifications/diagnosis.ts)
  arrived: 'Votre serveur a bien reçu la requête ({status}).',
  'arrived-slowly':
    'Votre serveur a reçu la requête, mais en {seconds} s. Les appels vont plus vite : répondez aussitôt, traitez ensuite.',
  'name-not-found':
    'Le nom du serveur {host} est introuvable. Cherchez une faute de frappe ; ce nom doit aussi être connu du DNS de Carillon.',
  refused:
    'Le serveur {host} refuse la connexion. Vérifiez que le programme tourne, sur ce port, et qu’aucun pare-feu ne refuse.',
  unreachable: 'Le serveur {host} n’est pas joignable d’ici. Vérifiez l’adresse et le réseau.',
  certificate:
    'Le certificat du serveur {host} n’est pas accepté. Vérifiez qu’il est à ce nom, encore valable, et envoyé avec ses intermédiaires.',
  timeout:
    'Le serveur {host} n’a pas répondu en {seconds} s. Un pare-feu rejette peut-être sans rien dire ; votre logiciel doit répondre aussitôt et traiter ensuite.',
  redirect:
    'Le serveur redirige vers {location}. Les redirections ne sont pas suivies : écrivez ici l’adresse finale.',
  status: 'Le serveur a répondu {status}. Seules les réponses 200 à 299 comptent comme reçues.',
  'status-401':
    'Réponse {status} : il faut un nom et un mot de passe. Écrivez-les dans l’URL : https://nom:motdepasse@serveur/…',
  'status-403':
    'Réponse {status} : la requête est interdite. Votre serveur admet-il l’adresse de Carillon ? Une clef manque-t-elle dans l’URL ?',
  'status-404':
    'Réponse {status} : il n’y a rien à ce chemin. Cherchez une faute de frappe après le nom du serveur.',
  'status-405':
    'Réponse {status} : GET n’est pas admis à ce chemin. Les notifications sont des requêtes GET.',
  'status-405-post':
    'Réponse {status} : POST n’est pas admis à ce chemin. Cette forme d’envoi est une requête POST.',
  'status-signed':
    'Réponse {status} : la signature n’est peut-être pas reconnue. Votre logiciel a-t-il la bonne clef ? S’il veut un nom et un mot de passe, écrivez-les dans l’URL.',
  'status-unsigned':
    'Réponse {status} : une signature est peut-être attendue, et rien n’est signé vers cette destination. Créez une clef et donnez-la à votre logiciel ; s’il veut un nom et un mot de passe, écrivez-les dans l’URL.',
  'status-401-zammad':
    'Zammad a répondu {status} : il ne connaît pas le jeton qui termine l’URL. Reprenez l’URL qu’il montre sous Intégrations, CTI (generic).',
  'status-422-zammad':
    'Zammad a répondu {status} : son CTI (generic) est coupé ou n’est pas configuré, ou le SETUP de cet appel ne lui a pas été envoyé. Regardez-y sous Intégrations.',
  'status-5xx': 'Réponse {status} : votre logiciel a échoué. Regardez dans son propre journal.',
  'bad-answer':
    'La réponse de {host} n’est pas du HTTP. Ce port est-il bien celui d’un serveur web ?',
  'bad-url': 'Cette URL ne peut pas être demandée.',
  'target-refused':
    'Le serveur {host} a une adresse que les notifications ne peuvent pas atteindre. L’opérateur peut l’autoriser.',
  stopped: 'Carillon a été arrêté avant la réponse.',
  'not-sent':
    'Non envoyée : une requête précédente est restée sans réponse, et pendant un appel celle-ci attendrait derrière.',

  // What a test call of a destination is beside a real one (src/notifications/test-call-destination.ts)
  'test-destination-off':
    'Cette destination est coupée : l’appel d’essai lui est envoyé, les vrais appels non.',
  'test-left-out': 'Non envoyé, car cette destination ne le demande pas : {types}.',
  'test-outgoing':
    'L’appel d’essai est un appel sortant, car cette destination ne demande que ceux-là.',
  'test-numbers':
    'L’appel d’essai avec le {number} est envoyé quand même : un vrai appel ne l’est que si l’autre numéro commence par {numbers}.',
};
