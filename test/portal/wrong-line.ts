// Wrong input in the forms of a line: its title, numbers and offer, and the tab CTI Informatique.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { line, otherLine } from '../kit/house.ts';
import {
  CONTROL,
  HUGE,
  RIGHT_TO_LEFT,
  saysAt,
  SCRIPT,
  type Form,
  type Place,
} from './wrong-input.ts';
import type { Words, Wrong } from './wrong-input.ts';

const SAVE = ['Enregistrer', 'Save'] as const;

/** A text of the card of the line that is changed in place. */
function inPlace(
  number: string,
  setting: 'title' | 'short' | 'offer' | 'customer',
  label: Words,
  wrong: readonly Omit<Wrong, 'field'>[],
  right: string,
): Form {
  return {
    name: `the ${setting} of a line`,
    open: async (at) => {
      const main = await at.at(`/lines/${number}`);
      const field = at.field(main, label);
      if ((await field.count()) > 0) await field.press('Escape');
      await at.button(main, [`Modifier ${label[0]}`, `Edit ${label[1]}`]).click();
      return main.locator('form.edit');
    },
    send: SAVE,
    wrong: wrong.map((each) => ({ ...each, field: label })),
    kept: async (at) => settingsOf(at, number),
    mend: async (form, at) => {
      await at.field(form, label).fill(right);
      await at.pressTwice(at.button(form, SAVE));
      await at.until(
        async () => (await at.api(`lines/${number}`))[setting] === right,
        `the ${setting} to be saved`,
      );
      // As it was written, letter by letter: nothing of it is HTML.
      await at.page.locator('.edit').getByText(right, { exact: true }).waitFor();
    },
  };
}

/** What may be set on a line, as the API has it. */
async function settingsOf(at: Place, number: string): Promise<unknown> {
  const { title, short, offer, customer, notificationUrl, buzzeeUrl, sourceIp, origins, api } =
    await at.api(`lines/${number}`);
  return { title, short, offer, customer, notificationUrl, buzzeeUrl, sourceIp, origins, api };
}

const CONTROL_SAYS = ['un caractère de contrôle', 'another control character'] as const;

const title = inPlace(
  line,
  'title',
  ['Intitulé', 'Title'],
  [
    { value: HUGE, says: ['L’intitulé a 10000 caractères\u00a0: 64 au plus', 'at most 64'] },
    { value: '🔔'.repeat(65), says: ['65 caractères', '65 characters'] },
    { value: CONTROL, says: CONTROL_SAYS },
  ],
  `${SCRIPT}${RIGHT_TO_LEFT}`,
);

const short = inPlace(
  line,
  'short',
  ['Numéro court', 'Short number'],
  [
    { value: 'abc', says: ['de 2 à 6 chiffres', '2 to 6 digits'] },
    { value: RIGHT_TO_LEFT, says: ['de 2 à 6 chiffres', '2 to 6 digits'] },
    { value: HUGE, says: ['de 2 à 6 chiffres', '2 to 6 digits'] },
    { value: '012', says: ['ne commence pas par 0', 'begin with 0'] },
    { value: '112', says: ['112 est un numéro d’urgence', '112'] },
    // As the page writes the number of a line.
    {
      value: '77',
      says: [
        'de la ligne 01\u00a023\u00a045\u00a067\u00a090',
        'the line 01\u00a023\u00a045\u00a067\u00a090',
      ],
    },
  ],
  '34',
);

const offer = inPlace(
  line,
  'offer',
  ['Offre', 'Offer'],
  [
    { value: HUGE, says: ['L’offre a 10000 caractères\u00a0: 64 au plus', 'at most 64'] },
    { value: CONTROL, says: CONTROL_SAYS },
  ],
  'Illimité 🔔',
);

const customer = inPlace(
  otherLine,
  'customer',
  ['Client', 'Customer'],
  [
    { value: 'nobody', says: ['Le client nobody n’existe pas', 'There is no customer nobody'] },
    { value: HUGE, says: ['n’existe pas\u00a0: ajoutez-le', 'add it first'] },
    { value: SCRIPT, says: ['n’existe pas\u00a0: ajoutez-le', 'add it first'] },
  ],
  'acme',
);

const UNDO = ['Annuler', 'Undo'] as const;

async function openCti(at: Place): Promise<Locator> {
  const main = await at.at(`/lines/${line}/cti`);
  const undo = at.button(main, UNDO);
  if ((await undo.count()) > 0) await undo.click();
  return main;
}

/** One field of the tab, sent with its button. */
function ctiField(
  setting: string,
  field: Words,
  wrong: readonly Omit<Wrong, 'field'>[],
  right: string,
  kept: unknown = right,
): Form {
  return {
    name: `${setting} of the tab CTI`,
    open: openCti,
    send: SAVE,
    wrong: wrong.map((each) => ({ ...each, field })),
    kept: async (at) => settingsOf(at, line),
    mend: async (form, at) => {
      await at.field(form, field).fill(right);
      await at.pressTwice(at.button(form, SAVE));
      await form.getByText(at.say(['Tout est enregistré', 'Everything is saved'])).waitFor();
      assert.deepEqual((await at.api(`lines/${line}`))[setting], kept);
      // The pattern is judged a moment after the last key.
      await form.locator('[aria-invalid]').waitFor({ state: 'detached' });
    },
  };
}

const URL_FIELD = ['URL de notification', 'Notification URL'] as const;
const notificationUrl = ctiField(
  'notificationUrl',
  URL_FIELD,
  [
    { value: 'crm.example', says: ['commencer par http://', 'begin with http://'] },
    { value: 'ftp://h.example/', says: ['commencer par http://', 'begin with http://'] },
    { value: RIGHT_TO_LEFT, says: ['commencer par http://', 'begin with http://'] },
    { value: SCRIPT, says: ['commencer par http://', 'begin with http://'] },
    { value: 'http://127.0.0.1:99999/', says: ['Le port dans l’URL', 'The port of the server'] },
    {
      value: 'http://a b/',
      says: ['Le nom du serveur dans l’URL', 'The name or port of the server'],
    },
    { value: 'http://_CALLER_.example/', says: ['_CALLER_ est dans', '_CALLER_ stands in'] },
    { value: `http://a/${HUGE}`, says: ['8192 au plus', 'at most 8192 bytes'] },
    { value: `http://a/${HUGE}${HUGE}`, says: ['au plus', 'at most'] },
    { value: `http://a/${CONTROL}`, says: CONTROL_SAYS },
  ],
  'https://crm.example/?c=_CALLREF_',
);

const BUZZEE = ['URL du serveur Buzzee', 'URL of the Buzzee server'] as const;
const buzzeeUrl: Form = {
  ...ctiField(
    'buzzeeUrl',
    BUZZEE,
    [
      {
        value: '',
        says: ['Écrivez l’URL du serveur Buzzee', 'Write the URL of the Buzzee server'],
      },
      { value: 'buzzee', says: ['n’est pas valable', 'is not valid'] },
      { value: 'javascript:alert(1)', says: ['n’est pas valable', 'is not valid'] },
      { value: 'http://127.0.0.1:99999/', says: ['un port de 1 à 65535', 'port of 1 to 65535'] },
      { value: `http://h/${HUGE}`, says: ['2048 au plus', 'at most 2048'] },
      { value: `http://h/${CONTROL}`, says: CONTROL_SAYS },
    ],
    'https://buzzee.example/',
  ),
  open: async (at) => {
    const main = await openCti(at);
    await main.getByLabel('Delos Buzzee', { exact: true }).check();
    return main;
  },
};

const PATTERN = [
  'Regexp d’autorisation sur l’ip source',
  'Regexp of authorised source IP addresses',
] as const;
const INVALID = ['Motif incorrect', 'The pattern is not valid'] as const;

/** An invalid pattern may be saved, so that it is judged while somebody types. */
const pattern: Form = {
  name: 'the pattern, while it is typed',
  open: openCti,
  wrong: [
    ['(', INVALID],
    ['(', ['il manque une parenthèse )', 'a parenthesis ) is missing']],
    ['a)|(.*', ['une parenthèse ) de trop', 'a parenthesis ) too many']],
    ['[z-a]', ['un ensemble entre crochets', 'a set in brackets']],
    ['a**', ['deux signes de répétition', 'two signs of repetition']],
    ['x'.repeat(513), ['513 caractères\u00a0: 512 au plus', 'at most 512']],
    [HUGE, ['caractères au plus', 'at most']],
  ].map(([value, says]) => ({ field: PATTERN, value: value as string, says: says as Words })),
  kept: (at) => settingsOf(at, line),
  mend: async (form, at) => {
    const field = at.field(form, PATTERN);
    // What accepts no address at all is no fault, and hardly what was meant.
    await field.fill('^abc$');
    await form
      .getByText(
        at.say(['n’accepte aucune des adresses essayées', 'accepts none of the addresses']),
      )
      .waitFor();
    await at.isGood('pattern');
    // Nor is a bare dot; what it means is said, with what to write.
    await field.fill('10.0.0.1');
    await form
      .getByText(at.say(['un point vaut pour n’importe quel caractère', 'a dot stands for any']))
      .waitFor();
    await form.getByRole('button', { name: /10\\\.0\\\.0\\\.1/ }).click();
    assert.equal(await field.inputValue(), String.raw`10\.0\.0\.1`);
    await form.locator('[aria-invalid]').waitFor({ state: 'detached' });
    await at.button(form, UNDO).click();
  },
};

const patternSent = ctiField(
  'sourceIp',
  PATTERN,
  [
    { value: HUGE, says: ['10000 caractères\u00a0: 512 au plus', 'at most 512'] },
    { value: CONTROL, says: CONTROL_SAYS },
  ],
  String.raw`10\.0\.0\.2`,
);

const ADDRESS = ['Essayer une adresse', 'Try an address'] as const;
const NO_ADDRESS = ['Ce n’est pas une adresse IP', 'This is no IP address'] as const;
const address: Form = {
  name: 'the address to try',
  open: openCti,
  wrong: [
    ...['abc', '999.1.1.1', '10.0.0', RIGHT_TO_LEFT, SCRIPT, CONTROL].map((value) => ({
      field: ADDRESS,
      value,
      says: NO_ADDRESS,
    })),
    { field: ADDRESS, value: HUGE, says: ['128 caractères au plus', 'at most 128'] },
  ],
  kept: (at) => settingsOf(at, line),
  mend: async (form, at) => {
    await at.field(form, ADDRESS).fill('10.0.0.2');
    await form
      .locator('.try-address')
      .getByText(at.say(['acceptée sans mot de passe', 'accepted without password']))
      .waitFor();
    assert.equal(await at.field(form, ADDRESS).getAttribute('aria-invalid'), null);
  },
};

const ORIGINS = ['Sites web autorisés', 'Authorised web sites'] as const;
const origins = ctiField(
  'origins',
  ORIGINS,
  [
    // The whole line is named, not its first word.
    { value: 'mon site web', says: ['mon site web n’est pas une origine', '"mon'] },
    { value: '*', says: ['avec *', 'since * would'] },
    { value: 'null', says: ['L’origine null est refusée', 'null is refused'] },
    { value: 'https://crm.example/page', says: ['sans utilisateur, chemin', 'without user, path'] },
    { value: HUGE, says: ['plus de 300 caractères', 'more than 300 characters'] },
    { value: SCRIPT, says: ['n’est pas une origine web', 'is no web origin'] },
    { value: RIGHT_TO_LEFT, says: ['n’est pas une origine web', 'is no web origin'] },
    { value: CONTROL, says: CONTROL_SAYS },
  ],
  'https://crm.example',
  ['https://crm.example'],
);

const TIMEOUT = ['Délai de réponse (secondes)', 'Time to answer (seconds)'] as const;
const WINDOW = [
  'Durée des nouveaux essais (secondes)',
  'How long it is tried again (seconds)',
] as const;
const RETRY = [
  'Attente avant chaque nouvel essai (secondes)',
  'Wait before each new try (seconds)',
] as const;

/** Two of the three are sent by the page only where they are numbers. */
const delivery: Form = {
  ...ctiField('deliveryRetryS', RETRY, [], '1 3 10', [1, 3, 10]),
  wrong: [
    ...['abc', '-1', '31', HUGE, RIGHT_TO_LEFT].map((value) => ({
      field: TIMEOUT,
      value,
      says: ['de 0.5 à 30 secondes', '0.5 to 30'] as const,
    })),
    ...['abc', '0', '86401', SCRIPT].map((value) => ({
      field: WINDOW,
      value,
      says: ['de 1 à 86400 secondes', '1 to 86400'] as const,
    })),
    ...['abc', '1 x 3', '0', HUGE, SCRIPT].map((value) => ({
      field: RETRY,
      value,
      says: ['de 0.5 à 3600', '0.5 to 3600'] as const,
    })),
    { field: RETRY, value: '1 '.repeat(21).trim(), says: ['20 au plus', 'at most 20'] },
  ],
};

const SEARCH = ['Rechercher une ligne', 'Search for a line'] as const;
const APPLY = ['Appliquer à d’autres lignes', 'Apply to other lines'] as const;
const copy: Form = {
  name: 'copying settings to other lines',
  open: (at) => at.dialog(`/lines/${line}/cti`, APPLY),
  wrong: [{ field: SEARCH, value: HUGE, says: ['128 caractères au plus', 'at most 128'] }],
  kept: (at) => settingsOf(at, otherLine),
  mend: async (dialog, at) => {
    // Nothing chosen at all: each of the two lists says so.
    const settings = dialog.locator('fieldset').first();
    await dialog.getByRole('checkbox', { name: at.say(URL_FIELD) }).uncheck();
    await at.button(dialog, APPLY).click();
    await saysAt(
      settings,
      at.say(['Choisissez au moins un réglage', 'Choose at least one setting']),
      'the settings to copy',
    );
    await saysAt(
      dialog.locator('fieldset').nth(1),
      at.say(['Choisissez au moins une ligne', 'Choose at least one line']),
      'the lines to copy to',
    );
    await at.isGood('copy');
    await at.field(dialog, SEARCH).fill('');
    await dialog.getByRole('checkbox', { name: at.say(URL_FIELD) }).check();
    await dialog.getByRole('checkbox', { name: /67.90/ }).check();
    await at.pressTwice(dialog.getByRole('button', { name: /^(Appliquer à|Apply to) 1/ }));
    await dialog.waitFor({ state: 'detached' });
    const copied = await at.api(`lines/${otherLine}`);
    assert.equal(copied.notificationUrl, (await at.api(`lines/${line}`)).notificationUrl);
  },
};

/** The customer comes last: a line that moves takes its short number with it. */
export const LINE_FORMS: readonly Form[] = [
  title,
  short,
  offer,
  notificationUrl,
  buzzeeUrl,
  pattern,
  patternSent,
  address,
  origins,
  delivery,
  copy,
  customer,
];
