// Wrong input in the forms of the operator: a new line, users, customers, tokens, the import, the password
// of the account.

import assert from 'node:assert/strict';
import { line } from '../kit/house.ts';
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

const ADD = ['Ajouter', 'Add'] as const;
const NAME = ['Nom', 'Name'] as const;
const TITLE = ['Intitulé', 'Title'] as const;
const CUSTOMER = ['Client', 'Customer'] as const;
const LINES = ['Lignes', 'Lines'] as const;
const PASSWORD = ['Mot de passe', 'Password'] as const;

const wrong = (field: Words, value: string, french: string, english: string): Wrong => ({
  field,
  value,
  says: [french, english],
});

/** How many of a list's items have something; twice pressed must not make two. */
async function count(
  at: Place,
  path: string,
  has: (item: Record<string, unknown>) => boolean,
): Promise<number> {
  return (await at.api(path)).items.filter(has).length;
}

async function numbersOf(at: Place): Promise<unknown[]> {
  const { items }: { items: { number: string }[] } = await at.api('lines');
  return items.map(({ number }) => number);
}

const ADD_LINE = ['Ajouter une ligne', 'Add a line'] as const;
const NUMBER = ['Numéro de la ligne', 'Number of the line'] as const;
const OWNER = ['Client', 'Customer'] as const;

const addLine: Form = {
  name: 'a new line',
  open: async (at) => {
    const dialog = await at.dialog('/lines', ADD_LINE);
    // For the cases about the other fields.
    await at.field(dialog, NUMBER).fill('33123456701');
    return dialog;
  },
  send: ADD_LINE,
  wrong: [
    wrong(NUMBER, '', 'Écrivez le numéro de la ligne', 'Write the number of the line'),
    wrong(NUMBER, 'abc', 'Un numéro n’a que des chiffres', 'holds only digits'),
    wrong(NUMBER, SCRIPT, 'Un numéro n’a que des chiffres', 'holds only digits'),
    wrong(NUMBER, RIGHT_TO_LEFT, 'Un numéro n’a que des chiffres', 'holds only digits'),
    wrong(NUMBER, CONTROL, 'Un numéro n’a que des chiffres', 'holds only digits'),
    wrong(NUMBER, '012', 'n’est pas un numéro de téléphone', 'is no telephone number'),
    wrong(NUMBER, HUGE, '32 caractères au plus', 'at most 32'),
    wrong(
      NUMBER,
      '01 23 45 67 89',
      '01\u00a023\u00a045\u00a067\u00a089 existe',
      '67\u00a089 exists',
    ),
    wrong(TITLE, HUGE, 'L’intitulé a 10000 caractères\u00a0: 64 au plus', 'at most 64'),
    wrong(TITLE, CONTROL, 'un caractère de contrôle', 'control character'),
    wrong(OWNER, 'nobody', 'Le client nobody n’existe pas', 'no customer nobody'),
    wrong(OWNER, HUGE, 'n’existe pas\u00a0: ajoutez-le', 'add it first'),
  ],
  kept: (at) => numbersOf(at),
  mend: async (dialog, at) => {
    await at.field(dialog, TITLE).fill(SCRIPT);
    await at.field(dialog, OWNER).fill('default');
    await at.pressTwice(at.button(dialog, ADD_LINE));
    // Its password is shown this once: the second press must not take it away.
    await dialog.locator('.secret code').waitFor();
    assert.match(await dialog.locator('.secret code').innerText(), /^\S{10,}$/);
    assert.equal(await count(at, 'lines', (each) => each.title === SCRIPT), 1);
    await at.page.keyboard.press('Escape');
  },
};

const ADD_USER = ['Ajouter un utilisateur', 'Add a user'] as const;

const addUser: Form = {
  name: 'a new user',
  open: async (at) => {
    const dialog = await at.dialog('/users', ADD_USER);
    await at.field(dialog, NAME).fill('claire@acme.example');
    await at.field(dialog, CUSTOMER).selectOption('default');
    await at.field(dialog, LINES).fill(line);
    return dialog;
  },
  send: ADD,
  wrong: [
    wrong(NAME, '', 'Écrivez un nom', 'Write a name'),
    wrong(NAME, 'Bad Name!', 'Ce nom n’est pas possible', 'This name is not possible'),
    wrong(NAME, HUGE, 'Ce nom n’est pas possible', 'This name is not possible'),
    wrong(NAME, RIGHT_TO_LEFT, 'Ce nom n’est pas possible', 'This name is not possible'),
    wrong(NAME, SCRIPT, 'Ce nom n’est pas possible', 'This name is not possible'),
    wrong(NAME, 'operator', 'Ce nom existe déjà', 'This name exists already'),
    wrong(PASSWORD, 'short', '10 caractères au moins', 'at least 10'),
    wrong(PASSWORD, HUGE, '256 caractères au plus', 'at most 256'),
    wrong(PASSWORD, `long enough ${CONTROL}`, 'un caractère de contrôle', 'control character'),
    wrong(PASSWORD, 'claire@acme.example', 'le nom lui-même', 'the name itself'),
    wrong(LINES, '', 'au moins un numéro', 'at least one number'),
    wrong(LINES, `${line}\nabc`, '«\u00a0abc\u00a0» n’est pas un numéro', '“abc” is no'),
    wrong(LINES, SCRIPT, 'n’est pas un numéro', 'is no telephone number'),
    wrong(LINES, HUGE, '…\u00a0» n’est pas un numéro', '…” is no telephone number'),
    wrong(LINES, '33999999', 'n’est pas un numéro', 'is no telephone number'),
    wrong(
      LINES,
      '33199999999',
      'n’a pas de ligne 01\u00a099\u00a099\u00a099\u00a099',
      'no line 01\u00a099\u00a099\u00a099\u00a099',
    ),
  ],
  kept: (at) => at.api('users'),
  mend: async (dialog, at) => {
    // All that is wrong is said at once.
    await at.field(dialog, NAME).fill('Bad Name!');
    await at.field(dialog, PASSWORD).fill('short');
    await at.field(dialog, LINES).fill('abc');
    await at.field(dialog, CUSTOMER).selectOption('');
    await at.button(dialog, ADD).click();
    for (const [field, french, english] of [
      [NAME, 'Ce nom n’est pas possible', 'This name is not possible'],
      [PASSWORD, '10 caractères au moins', 'at least 10'],
      [LINES, 'n’est pas un numéro', 'is no telephone number'],
      [CUSTOMER, 'Choisissez un client', 'Choose a customer'],
    ] as const) {
      await saysAt(at.field(dialog, field), at.say([french, english]), `${field[0]}, all at once`);
    }
    await at.isGood('user');
    await at.field(dialog, NAME).fill('claire@acme.example');
    await at.field(dialog, PASSWORD).fill('a good long password');
    await at.field(dialog, CUSTOMER).selectOption('default');
    await at.field(dialog, LINES).fill('');
    // Its lines can be chosen instead of typed.
    await dialog.getByText(at.say(['Choisir dans la liste', 'Choose from the list'])).click();
    await dialog.getByRole('checkbox', { name: /67.89/ }).check();
    assert.equal(await at.field(dialog, LINES).inputValue(), line);
    await at.pressTwice(at.button(dialog, ADD));
    await dialog.waitFor({ state: 'detached' });
    const { items }: { items: { name: string; lines: string[]; hasPassword: boolean }[] } =
      await at.api('users');
    assert.deepEqual(
      items
        .filter((user) => user.name.startsWith('claire'))
        .map((user) => [user.name, user.lines, user.hasPassword]),
      [['claire@acme.example', [line], true]],
    );
  },
};

const ADD_CUSTOMER = ['Ajouter un client', 'Add a customer'] as const;

const addCustomer: Form = {
  name: 'a new customer',
  open: async (at) => {
    const dialog = await at.dialog('/customers', ADD_CUSTOMER);
    await at.field(dialog, NAME).fill('beta');
    return dialog;
  },
  send: ADD,
  wrong: [
    wrong(NAME, '', 'Écrivez un nom', 'Write a name'),
    wrong(NAME, 'a b', 'Ce nom n’est pas possible', 'This name is not possible'),
    wrong(NAME, HUGE, 'Ce nom n’est pas possible', 'This name is not possible'),
    wrong(NAME, SCRIPT, 'Ce nom n’est pas possible', 'This name is not possible'),
    wrong(NAME, RIGHT_TO_LEFT, 'Ce nom n’est pas possible', 'This name is not possible'),
    // At the name, and not under the title.
    wrong(NAME, 'default', 'default existe déjà', 'default exists already'),
    wrong(TITLE, HUGE, '64 caractères au plus', 'at most 64'),
    wrong(TITLE, CONTROL, 'caractère de contrôle', 'control character'),
  ],
  kept: (at) => at.api('customers'),
  mend: async (dialog, at) => {
    await at.field(dialog, TITLE).fill(`${SCRIPT} ${RIGHT_TO_LEFT}`);
    await at.pressTwice(at.button(dialog, ADD));
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await count(at, 'customers', ({ name }) => name === 'beta'), 1);
    await at.page.getByText(`${SCRIPT} ${RIGHT_TO_LEFT}`, { exact: true }).waitFor();
  },
};

const RENAME = ['Intitulé acme', 'Title acme'] as const;
const SAVE = ['Enregistrer', 'Save'] as const;

const renameCustomer: Form = {
  name: 'the title of a customer',
  open: async (at) => {
    const main = await at.at('/customers');
    const field = at.field(main, RENAME);
    if ((await field.count()) > 0) await field.press('Escape');
    await at.button(main, [`Modifier ${RENAME[0]}`, `Edit ${RENAME[1]}`]).click();
    return main.locator('form.edit');
  },
  send: SAVE,
  wrong: [
    wrong(RENAME, HUGE, '64 caractères au plus', 'at most 64'),
    wrong(RENAME, 'x'.repeat(65), '64 caractères au plus', 'at most 64'),
    wrong(RENAME, CONTROL, 'caractère de contrôle', 'control character'),
  ],
  kept: (at) => at.api('customers'),
  mend: async (form, at) => {
    await at.field(form, RENAME).fill('ACME 🔔');
    await at.pressTwice(at.button(form, SAVE));
    await at.page.getByText('ACME 🔔', { exact: true }).waitFor();
    assert.equal(await count(at, 'customers', ({ title }) => title === 'ACME 🔔'), 1);
  },
};

const ADD_TOKEN = ['Créer un jeton', 'Make a token'] as const;
const PROGRAM = ['Programme', 'Program'] as const;

const addToken: Form = {
  name: 'a new token',
  open: async (at) => {
    const dialog = await at.dialog('/tokens', ADD_TOKEN);
    await at.field(dialog, PROGRAM).fill('CRM');
    await at.field(dialog, CUSTOMER).selectOption('default');
    await at.field(dialog, LINES).fill(line);
    return dialog;
  },
  send: ADD_TOKEN,
  wrong: [
    wrong(PROGRAM, '', 'Écrivez un nom', 'Write a name'),
    wrong(PROGRAM, HUGE, '64 caractères au plus', 'at most 64'),
    wrong(PROGRAM, CONTROL, 'caractère de contrôle', 'control character'),
    wrong(LINES, '', 'au moins un numéro', 'at least one number'),
    wrong(LINES, '01 23 45 67 89\nabc', '«\u00a0abc\u00a0» n’est pas', '“abc” is no'),
    wrong(LINES, '33199999999', 'n’a pas de ligne', 'has no line'),
  ],
  kept: (at) => at.api('tokens'),
  mend: async (dialog, at) => {
    await at.field(dialog, PROGRAM).fill(SCRIPT);
    await at.field(dialog, LINES).fill('01 23 45 67 89');
    await at.pressTwice(at.button(dialog, ADD_TOKEN));
    await at.page.locator('.secret code').waitFor();
    assert.equal(await count(at, 'tokens', () => true), 1);
    assert.equal(await count(at, 'tokens', ({ name }) => name === SCRIPT), 1);
    await at.page.keyboard.press('Escape');
  },
};

const CURRENT = ['Mot de passe actuel', 'Current password'] as const;
const NEXT = ['Nouveau mot de passe', 'New password'] as const;
const AGAIN = ['Nouveau mot de passe, encore une fois', 'New password, once more'] as const;
const CHANGE = ['Changer le mot de passe', 'Change the password'] as const;

/** Of an operator with this password. */
export const ACCOUNT_PASSWORD = 'the password of now';

const account: Form = {
  name: 'the password of the account',
  open: async (at) => {
    const main = await at.at('/account');
    await at.field(main, CURRENT).fill(ACCOUNT_PASSWORD);
    await at.field(main, NEXT).fill('another good password');
    await at.field(main, AGAIN).fill('another good password');
    return main;
  },
  send: CHANGE,
  wrong: [
    wrong(CURRENT, '', 'Écrivez votre mot de passe actuel', 'Write your current password'),
    wrong(CURRENT, SCRIPT, 'Ce n’est pas votre mot de passe actuel', 'not your current password'),
    wrong(CURRENT, HUGE, '256 caractères au plus', 'at most 256'),
    wrong(NEXT, '', '10 caractères au moins', 'at least 10'),
    wrong(NEXT, '🔔'.repeat(9), '10 caractères au moins', 'at least 10'),
    wrong(NEXT, HUGE, '256 caractères au plus', 'at most 256'),
    wrong(NEXT, `long enough ${CONTROL}`, 'un caractère de contrôle', 'control character'),
    wrong(AGAIN, 'something else entirely', 'Les deux saisies diffèrent', 'entries differ'),
  ],
  kept: (at) => at.api('session'),
  mend: async (main, at) => {
    const next = `${RIGHT_TO_LEFT} long enough`;
    await at.field(main, NEXT).fill(next);
    await at.field(main, AGAIN).fill(next);
    await at.pressTwice(at.button(main, CHANGE));
    await at.page
      .getByText(at.say(['Mot de passe changé.', 'Password changed.']), { exact: true })
      .waitFor();
    assert.equal(await at.field(main, NEXT).inputValue(), '');
  },
};

export const ACCESS_FORMS: readonly Form[] = [
  addLine,
  addUser,
  addCustomer,
  renameCustomer,
  addToken,
  account,
];
