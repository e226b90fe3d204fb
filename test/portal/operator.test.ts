// What only an operator has: erasing a number's data, giving a customer its history back, and more users
// than one answer of the API holds.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startBrowser } from '../kit/browser.ts';
import { line, mobile, otherLine } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { HANG_MS, until } from '../kit/until.ts';
import { show, signIn, startSandbox } from './pages.ts';

/** What Chromium itself says of an answer that is no success. */
const REFUSED = [/status of (409|422)/];

test('an operator erases a number, after a look at what goes and a word that it is meant', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  await server.run('simulate', mobile, line, '--talk', '0');
  await server.run('simulate', '33698765432', otherLine, '--talk', '0');
  await until(
    async () =>
      (await server.json('notification', 'list')).every((each) => each['state'] !== 'pending'),
    HANG_MS,
    'all notifications to have ended',
  );
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server, {}, 'operator', REFUSED);
  await show(page, '/calls');
  await page.getByRole('button', { name: 'Effacer un numéro…' }).click();
  const dialog = page.getByRole('dialog');
  const number = dialog.getByLabel('Numéro à effacer');
  const look = dialog.getByRole('button', { name: 'Chercher ses appels' });
  const erase = dialog.getByRole('button', { name: 'Effacer définitivement' });
  const sure = dialog.getByLabel('Je comprends que c’est définitif');
  await look.click();
  await dialog.getByText('Ce n’est pas un numéro de téléphone').waitFor();

  // A line's own number is refused by the server, in words.
  await number.fill(line);
  await look.click();
  await sure.check();
  await erase.click();
  await dialog.getByText('est une ligne de ce serveur').waitFor();

  await number.fill('06 12 34 56 78');
  await look.click();
  await dialog.getByText('1 appel avec le 06 12 34 56 78 sera effacé.').waitFor();
  await erase.click();
  await dialog.getByText('Cochez cette case pour effacer.').waitFor();
  assert.equal((await server.json('call', 'list')).length, 2);
  await sure.check();
  await erase.click();
  await dialog.getByText(/Le 06.12.34.56.78 est effacé.: 1 appel\./).waitFor();
  const kept = await server.json('call', 'list');
  assert.deepEqual(
    kept.map((call) => call['caller']),
    ['33698765432'],
  );
  assertClean();
});

test('an erasure that takes long goes on until it is done', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  let asked = 0;
  const { promise: third, resolve: goOn } = Promise.withResolvers<undefined>();
  // What the server says of a number with very many calls.
  await page.route('**/api/v1/numbers/*', async (route) => {
    asked += 1;
    if (asked === 3) await third;
    if (asked > 2) return route.continue();
    return route.fulfill({ status: 202, json: { detail: 'it goes on' } });
  });
  await show(page, '/calls');
  await page.getByRole('button', { name: 'Effacer un numéro…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Numéro à effacer').fill('06 12 34 56 78');
  await page.keyboard.press('Enter');
  await dialog.getByText('Aucun appel avec le 06 12 34 56 78').waitFor();
  await dialog.getByLabel('Je comprends que c’est définitif').check();
  await page.keyboard.press('Enter');
  await dialog.getByText('l’effacement continue').waitFor();
  goOn(undefined);
  await dialog.getByText('Il n’en reste aucune trace').waitFor();
  assert.equal(asked, 3);
  assertClean();
});

test('a customer who was there before gets his history back, if somebody says that it is he', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  await server.run('customer', 'add', 'acme');
  await server.run('line', 'set', otherLine, '--customer', 'acme');
  await server.run('simulate', mobile, otherLine, '--talk', '0');
  await server.run('line', 'set', otherLine, '--customer', 'default');
  await server.run('customer', 'remove', 'acme');
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server, {}, 'operator', REFUSED);
  await show(page, '/customers');
  await page.getByRole('button', { name: 'Ajouter un client' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Nom', { exact: true }).fill('acme');
  await dialog.getByRole('button', { name: 'Ajouter', exact: true }).click();
  await dialog.getByText('Des appels d’un ancien client acme sont encore gardés').waitFor();
  // Another name is another customer.
  await dialog.getByLabel('Nom', { exact: true }).fill('acme-2');
  assert.equal(await dialog.getByText('ancien client').count(), 0);
  await dialog.getByLabel('Nom', { exact: true }).fill('acme');
  await dialog.getByRole('button', { name: 'Ajouter', exact: true }).click();
  await dialog.getByRole('button', { name: /^C’est le même client/ }).click();
  await page.getByText('Client acme ajouté.').waitFor();
  assertClean();
});

test('users beyond the first thousand are there, and their names are taken', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  await server.run('customer', 'add', 'zeta');
  await server.stop();
  const db = new DatabaseSync(join(server.dataDir, 'carillon.db'));
  db.exec(`
    INSERT INTO users (name, role, customer, lines, password_hash, created_at)
    WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 1200)
    SELECT printf('user-%04d', k), 'manager', iif(k = 1200, 'zeta', 'default'), '', '', 0 FROM n`);
  db.close();
  await server.start();
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  await show(page, '/users');
  const rows = page.locator('tbody tr');
  assert.equal(await rows.count(), 200);
  await page.getByRole('button', { name: 'Afficher la suite' }).click();
  await until(async () => (await rows.count()) === 400, HANG_MS, 'the next rows');
  // The last one of all, of a customer of his own.
  await show(page, '/users?customer=zeta');
  await page.getByText('user-1200').first().waitFor();
  await page.getByRole('button', { name: 'Ajouter un utilisateur' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Nom', { exact: true }).fill('user-1200');
  await dialog.getByRole('button', { name: 'Ajouter', exact: true }).click();
  await dialog.getByText('Ce nom existe déjà').waitFor();
  assertClean();
});
