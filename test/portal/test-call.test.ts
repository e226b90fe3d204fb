// The buttons that test one destination each, in a real browser: what came back is shown with what to look at,
// what is left out with the reason, and a result goes when what it is about has changed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { phone, startBrowser } from '../kit/browser.ts';
import { line } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { startReceiver } from '../kit/receiver.ts';
import { findingsOn, show, signIn, startSandbox } from './pages.ts';

const GOOD = 'Votre serveur a reçu les trois requêtes.';

/** The row of one destination in the list. */
function rowOf(page: Page, name: string) {
  const list = page.getByRole('list', { name: /^(Autres destinations|Further destinations)/ });
  return list.locator('> li').filter({ has: page.locator('strong', { hasText: name }) });
}

/** By the keyboard: the mouse pressing two buttons at one place at once would be taken for a double click. */
async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).press('Enter');
}

test('each destination is tested by a button of its own, and told what came back', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const receiver = await startReceiver(t);
  const server = await startSandbox(t);
  const add = (path: string, ...settings: string[]): Promise<string> =>
    server.run('destination', 'add', line, receiver.url + path, ...settings);
  await add('/get?id=_CALLREF_', '--title', 'Rappels');
  await add('/cti/TOKEN', '--title', 'Zammad', '--format', 'zammad');
  await add('/hook', '--title', 'Entrepôt', '--format', 'standard-webhooks');
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  await show(page, `/lines/${line}/cti`);

  const get = rowOf(page, 'Rappels');
  await page.getByRole('button', { name: 'Tester Rappels' }).click();
  await get.getByText(GOOD).waitFor();
  await get.getByText('Votre serveur a bien reçu la requête (200).').first().waitFor();
  const [first] = receiver.requests;
  const callref = first?.query.get('id') ?? '';
  assert.match(callref, /^test-/);
  await get.getByText(`Appel d’essai ${callref}`).waitFor();
  await get.getByText(`GET ${receiver.url}/get?id=${callref}&type=CONNECT`).waitFor();
  assert.deepEqual(
    receiver.requests.map(({ headers, query }) => [headers['webhook-test'], query.get('type')]),
    [
      ['1', 'SETUP'],
      ['1', 'CONNECT'],
      ['1', 'RELEASE'],
    ],
  );
  // Of the others nothing is said.
  assert.equal(await page.getByText(GOOD).count(), 1);

  // Refused, for two reasons that are not the same.
  receiver.answer = () => ({ status: 401 });
  await press(page, 'Tester Zammad');
  const zammad = rowOf(page, 'Zammad');
  await zammad.getByText('il ne connaît pas le jeton qui termine l’URL').first().waitFor();
  await press(page, 'Tester Entrepôt');
  const hook = rowOf(page, 'Entrepôt');
  await hook.getByText('une signature est peut-être attendue').first().waitFor();
  await hook.getByText(`POST ${receiver.url}/hook`).first().waitFor();
  await hook.getByText('Votre serveur n’a pas bien reçu les trois requêtes.').waitFor();

  // Switched off: the old result is about something else, and a new one says that it is off.
  receiver.answer = () => undefined;
  await page.getByRole('switch', { name: 'Active Rappels' }).click();
  await get.getByText('Coupée', { exact: true }).waitFor();
  await get.getByText(GOOD).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Tester Rappels' }).click();
  await get.getByText(GOOD).waitFor();
  await get.getByText('l’appel d’essai lui est envoyé, les vrais appels non').waitFor();
  assert.deepEqual(await findingsOn(page, 'destination-test'), []);
  assert.deepEqual(await server.json('notification', 'list'), []);
  assertClean();
});

test('a test says in English which events are left out, and that one of the line goes on', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const receiver = await startReceiver(t);
  const server = await startSandbox(t);
  const settings = ['--types', 'RELEASE', '--direction', 'outgoing', '--numbers', '336 337'];
  await server.run('destination', 'add', line, `${receiver.url}/a`, '--title', 'A', ...settings);
  await server.run('destination', 'add', line, `${receiver.url}/b`, '--title', 'B');
  const browser = await startBrowser(t);
  const english = { locale: 'en-GB', viewport: phone };
  const { page, assertClean } = await signIn(browser, server, english, 'operator', [/409/]);
  await show(page, `/lines/${line}/cti`);
  const row = rowOf(page, 'A');
  await page.getByRole('button', { name: 'Test A', exact: true }).click();
  await row.getByText('Your server received the request.').waitFor();
  for (const note of [
    'not set to be told of it: SETUP, CONNECT.',
    'an outgoing one, since the destination is told of those only',
    'only where the other number begins with 336, 337.',
  ]) {
    await row.getByText(note).waitFor();
  }
  assert.deepEqual(
    receiver.targets().map((target) => target.replace(/\?.*/, '')),
    ['/a'],
  );
  assert.deepEqual(await findingsOn(page, 'destination-test-phone'), []);

  receiver.answer = () => ({ afterMs: 2_500 });
  await page.getByRole('button', { name: 'Test A', exact: true }).click();
  await receiver.waitForCount(2);
  await press(page, 'Test B');
  await rowOf(page, 'B').getByText('A test of this line goes on').waitFor();
  await row.getByText('but after').waitFor();
  assertClean();
});
