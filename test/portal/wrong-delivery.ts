// Wrong input where it is set whom a line's calls are told to, with which key, and what is sent again or
// erased.

import assert from 'node:assert/strict';
import { otherLine } from '../kit/house.ts';
import { CONTROL, HUGE, RIGHT_TO_LEFT, SCRIPT, type Form } from './wrong-input.ts';
import type { Words, Wrong } from './wrong-input.ts';

const CTI = `/lines/${otherLine}/cti`;
const DESTINATIONS = `lines/${otherLine}/destinations`;
const CONTROL_SAYS = ['caractère de contrôle', 'control character'] as const;

const wrong = (field: Words, value: string, french: string, english: string): Wrong => ({
  field,
  value,
  says: [french, english],
});

const URL_FIELD = ['URL de la destination', 'URL of the destination'] as const;
const TITLE = ['Intitulé', 'Title'] as const;
const NUMBERS = ['Débuts de numéros', 'Beginnings of numbers'] as const;
const ADD = ['Ajouter', 'Add'] as const;

const destination: Form = {
  name: 'a further destination',
  open: async (at) => {
    const dialog = await at.dialog(CTI, ['Ajouter une destination', 'Add a destination']);
    // For the cases about the other fields.
    await at.field(dialog, URL_FIELD).fill('https://crm.example/?c=_CALLREF_');
    return dialog;
  },
  send: ADD,
  wrong: [
    wrong(URL_FIELD, '', 'L’URL est vide', 'URL is empty'),
    wrong(URL_FIELD, 'crm.example', 'commencer par http://', 'begin with http://'),
    wrong(URL_FIELD, SCRIPT, 'commencer par http://', 'begin with http://'),
    wrong(URL_FIELD, RIGHT_TO_LEFT, 'commencer par http://', 'begin with http://'),
    wrong(URL_FIELD, 'http://_CALLER_.example/', '_CALLER_ est dans', '_CALLER_ stands in'),
    wrong(URL_FIELD, `http://a/${HUGE}`, '8192 au plus', 'at most 8192'),
    { field: URL_FIELD, value: `http://a/${CONTROL}`, says: CONTROL_SAYS },
    wrong(TITLE, HUGE, '64 au plus', 'at most 64'),
    { field: TITLE, value: CONTROL, says: CONTROL_SAYS },
    ...['06', 'abc', SCRIPT, RIGHT_TO_LEFT, HUGE, '3'.repeat(16)].map((value) =>
      wrong(NUMBERS, value, 'n’est pas un début de numéro', 'no beginning of a number'),
    ),
    wrong(
      NUMBERS,
      Array.from({ length: 101 }, (_, place) => 3300 + place).join('\n'),
      '101 débuts de numéros',
      '101 beginnings of numbers',
    ),
  ],
  kept: (at) => at.api(DESTINATIONS),
  mend: async (dialog, at) => {
    await at.field(dialog, NUMBERS).fill('336');
    await at.field(dialog, TITLE).fill(SCRIPT);
    await at.pressTwice(at.button(dialog, ADD));
    await dialog.waitFor({ state: 'detached' });
    const { items } = await at.api(DESTINATIONS);
    assert.deepEqual(
      items.map(({ title, numbers }: { title: string; numbers: string[] }) => [title, numbers]),
      [[SCRIPT, ['336']]],
    );
  },
};

const OWN = ['J’ai déjà une clef', 'I have a key already'] as const;
const KEY = ['Votre clef', 'Your key'] as const;
const MAKE = ['Créer une clef', 'Make a key'] as const;

const ownKey: Form = {
  name: 'a signing key of one’s own',
  open: async (at) => {
    const dialog = await at.dialog(CTI, [
      'Créer une clef URL de notification',
      'Make a key Notification URL',
    ]);
    await dialog.getByText(at.say(OWN)).click();
    return dialog;
  },
  send: MAKE,
  wrong: [
    ...['abc', 'whsec_abc', `whsec_${'A'.repeat(20)}`, SCRIPT, RIGHT_TO_LEFT, CONTROL].map(
      (value) => wrong(KEY, value, 'Cette clef n’est pas valable', 'This key is not valid'),
    ),
    wrong(KEY, HUGE, '256 caractères au plus', 'at most 256'),
  ],
  kept: (at) => at.api(DESTINATIONS),
  mend: async (dialog, at) => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    await at.field(dialog, KEY).fill(secret);
    await at.pressTwice(at.button(dialog, MAKE));
    await dialog.getByText(secret).waitFor();
    await at.button(dialog, ['Terminé', 'Done']).click();
    await dialog.waitFor({ state: 'detached' });
    const { keys } = await at.api(DESTINATIONS);
    assert.equal(keys.length, 1);
    assert.equal(keys[0].previousUntil, null, 'the second press has made a second key');
  },
};

const nothingToKeep = (): Promise<unknown> => Promise.resolve('nothing is saved here');

const CALLREF = ['Référence de l’appel', 'Reference of the call'] as const;

const callref: Form = {
  name: 'the call of the notifications',
  open: (at) => at.at('/notifications'),
  wrong: [wrong(CALLREF, HUGE, '64 caractères au plus', 'at most 64')],
  kept: nothingToKeep,
  mend: async (main, at) => {
    for (const text of [SCRIPT, RIGHT_TO_LEFT, CONTROL]) {
      await at.field(main, CALLREF).fill(text);
      await main
        .getByText(at.say(['Aucune notification ne correspond', 'No notification fits']))
        .waitFor();
    }
    await at.field(main, CALLREF).fill('');
    await main.locator('.records').first().waitFor();
  },
};

const FROM = ['Depuis', 'From'] as const;
const TO = ['Jusqu’à', 'Up to'] as const;
const SEND = ['Renvoyer', 'Send again'] as const;

const period: Form = {
  name: 'the period that is sent again',
  open: async (at) => {
    const dialog = await at.dialog('/notifications', [
      'Renvoyer une période…',
      'Send a period again…',
    ]);
    await at.field(dialog, FROM).fill('2020-05-31T08:00');
    return dialog;
  },
  send: SEND,
  wrong: ['2020-05-31T08:00', '2020-05-30T23:59', '0001-01-01T00:00'].map((value) =>
    wrong(TO, value, 'La fin est avant le début', 'The end is before the beginning'),
  ),
  kept: nothingToKeep,
  mend: async (dialog, at) => {
    // A moment that is half written is none: a browser gives it as an empty text.
    await at.field(dialog, TO).fill('');
    await at.field(dialog, TO).pressSequentially('3');
    await at.button(dialog, SEND).click();
    await dialog
      .getByText(at.say(['Ce moment n’est pas complet', 'This time is not complete']))
      .waitFor();
    await at.field(dialog, TO).fill('2020-06-30T08:00');
    await at.pressTwice(at.button(dialog, SEND));
    await dialog
      .getByText(at.say(['Il n’y a rien à renvoyer', 'There is nothing to send again']))
      .waitFor();
  },
};

const NUMBER = ['Numéro à effacer', 'Number to erase'] as const;
const LOOK = ['Chercher ses appels', 'Look for its calls'] as const;

const erase: Form = {
  name: 'the number to erase',
  open: (at) => at.dialog('/calls', ['Effacer un numéro…', 'Erase a number…']),
  send: LOOK,
  wrong: [
    ...['', 'abc', SCRIPT, RIGHT_TO_LEFT, CONTROL].map((value) =>
      wrong(NUMBER, value, 'Ce n’est pas un numéro', 'This is no telephone number'),
    ),
    wrong(NUMBER, HUGE, '64 caractères au plus', 'at most 64'),
  ],
  kept: async (at) => (await at.api('calls')).items.length,
  mend: async (dialog, at) => {
    // Digits that are no number: the server says so when it is asked to erase.
    await at.field(dialog, NUMBER).fill('1');
    await at.button(dialog, LOOK).click();
    const sure = dialog.getByRole('checkbox');
    await sure.check();
    const erasing = at.button(dialog, ['Effacer définitivement', 'Erase for good']);
    await erasing.click();
    await dialog.locator('input[aria-invalid]').waitFor();
    await at.field(dialog, NUMBER).fill('06 00 00 00 01');
    await at.pressTwice(at.button(dialog, LOOK));
    await sure.check();
    await at.pressTwice(erasing);
    await dialog.getByText(at.say(['est effacé', 'is erased'])).waitFor();
    assert.equal((await at.api('calls')).items.length, 1);
  },
};

export const DELIVERY_FORMS: readonly Form[] = [destination, ownKey, callref, period, erase];
