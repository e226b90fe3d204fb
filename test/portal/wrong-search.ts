// Wrong input where nothing is saved: the searches, the filters of the histories, the number to try. The
// list stays as it was.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { line } from '../kit/house.ts';
import { show } from './pages.ts';
import { CONTROL, HUGE, RIGHT_TO_LEFT, SCRIPT, type Form, type Place } from './wrong-input.ts';

const nothingToKeep = (): Promise<unknown> => Promise.resolve('nothing is saved here');

const PARTY = ['Correspondant', 'Other party'] as const;
const FROM = ['À partir du', 'From'] as const;
const TO = ['Jusqu’au', 'Up to'] as const;
const LINE = ['Ligne', 'Line'] as const;

async function isListed(at: Place, party: string): Promise<boolean> {
  return (await at.page.locator('tbody').getByText(party).count()) > 0;
}

const TOO_LONG = ['64 caractères au plus', 'at most 64'] as const;

const calls: Form = {
  name: 'the filters of the calls',
  open: async (at) => {
    const main = await at.at('/calls');
    for (const field of [PARTY, FROM, TO]) await at.field(main, field).fill('');
    await at.field(main, FROM).fill('2026-05-31');
    return main;
  },
  wrong: [
    { field: PARTY, value: HUGE, says: TOO_LONG },
    { field: PARTY, value: `${SCRIPT}${HUGE}`, says: TOO_LONG },
    {
      field: TO,
      value: '2026-05-30',
      says: ['Le dernier jour est avant le premier', 'The last day is before the first'],
    },
  ],
  kept: nothingToKeep,
  mend: async (main, at) => {
    await at.field(main, TO).fill('');
    await at.field(main, FROM).fill('');
    // What is no number is looked for all the same, and not found.
    for (const text of [RIGHT_TO_LEFT, SCRIPT, CONTROL]) {
      await at.field(main, PARTY).fill(text);
      await main.getByText(at.say(['Aucun appel ne correspond', 'No call fits'])).waitFor();
    }
    await at.field(main, PARTY).fill('06 12 34 56 78');
    await at.until(
      () => isListed(at, '06\u00a012\u00a034\u00a056\u00a078'),
      'the call to be listed',
    );
    const today = new Date();
    const day = [today.getFullYear(), today.getMonth() + 1, today.getDate()]
      .map((part) => String(part).padStart(2, '0'))
      .join('-');
    await at.field(main, TO).fill('2020-01-01');
    await main.getByText(at.say(['Aucun appel ne correspond', 'No call fits'])).waitFor();
    await at.field(main, TO).fill(day);
    await at.field(main, FROM).fill(day);
    await at.until(() => isListed(at, '06\u00a012\u00a034\u00a056\u00a078'), 'the call of today');
  },
};

/** The line of a page's address that is none: a field then stands in place of the list. */
function lineOf(path: string, isFound: (main: Locator, at: Place) => Promise<unknown>): Form {
  const unknown = ['abc', SCRIPT, RIGHT_TO_LEFT, CONTROL];
  const says =
    path === '/developer'
      ? (['Cette ligne n’existe pas', 'This line does not exist'] as const)
      : (['Un numéro n’a que des chiffres', 'holds only digits'] as const);
  return {
    name: `the line of ${path}`,
    open: async (at) => {
      await show(at.page, '/account');
      await show(at.page, `${path}?line=999`);
      return at.page.locator('main');
    },
    wrong: [
      ...unknown.map((value) => ({ field: LINE, value, says })),
      { field: LINE, value: HUGE, says: TOO_LONG },
    ],
    kept: nothingToKeep,
    mend: async (main, at) => {
      await at.field(main, LINE).fill(line);
      await isFound(main, at);
      assert.equal(await main.locator('[aria-invalid]').count(), 0);
    },
  };
}

const SEARCH = ['Rechercher une ligne', 'Search for a line'] as const;
const lines: Form = {
  name: 'the search for a line',
  open: async (at) => {
    await show(at.page, '/lines?q=1');
    return at.page.locator('main');
  },
  wrong: [{ field: SEARCH, value: HUGE, says: ['128 caractères au plus', 'at most 128'] }],
  kept: nothingToKeep,
  mend: async (main, at) => {
    for (const text of ['<b>', '\u202eabc🔔', CONTROL]) {
      await at.field(main, SEARCH).fill(text);
      await main.getByText(at.say(['Aucune ligne ne correspond', 'No line matches'])).waitFor();
    }
    await at.field(main, SEARCH).fill('01 23 45 67 89');
    await main.locator('tbody').getByText('01\u00a023\u00a045\u00a067\u00a089').waitFor();
  },
};

const CALLEE = ['Numéro à appeler', 'Number to call'] as const;
const callee: Form = {
  name: 'the number to call of the programs',
  open: (at) => at.at(`/lines/${line}/developer`),
  wrong: ['', 'abc', SCRIPT, RIGHT_TO_LEFT, CONTROL, `06${'1'.repeat(10_000)}`].map((value) => ({
    field: CALLEE,
    value,
    says: ['Ce n’est pas un numéro de téléphone', 'This is no telephone number'],
  })),
  kept: nothingToKeep,
  mend: async (main, at) => {
    const code = main.locator('.code-block').first();
    // No program is made of what cannot be called.
    assert.match(await code.innerText(), /CALLEE=33612345678'/);
    await at.field(main, CALLEE).fill('06 98 76 54 32');
    await code.getByText("CALLEE=06 98 76 54 32'").waitFor();
  },
};

export const SEARCH_FORMS: readonly Form[] = [
  calls,
  lineOf('/calls', (main) => main.locator('tbody').getByText('06\u00a012').first().waitFor()),
  lineOf('/notifications', (main) => main.locator('.records, .empty').first().waitFor()),
  lineOf('/developer', (main) => main.locator('.code-block').first().waitFor()),
  lines,
  callee,
];
