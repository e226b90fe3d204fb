// The guide's story in a real browser: a customer signs in, sets the notification URL of his line, a
// mobile calls, and his server receives the three requests of the guide's worked example.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBrowser } from '../kit/browser.ts';
import { expectedTargets, line, mobile } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { startReceiver } from '../kit/receiver.ts';
import { until } from '../kit/until.ts';
import { show, signIn, startSandbox } from './pages.ts';

test('from sign-in to the three requests that the customer receives', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const receiver = await startReceiver(t);
  const server = await startSandbox(t);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  assert.ok(!page.url().includes('link='), 'the secret of the link stays in the address');

  await page
    .getByRole('link', { name: /01 23 45 67 89/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: /01 23 45 67 89/ }).waitFor();
  await page.getByRole('link', { name: 'CTI Informatique' }).click();
  const url = page.getByLabel('URL de notification', { exact: true });
  const template = `${receiver.url}/notification.php?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_`;
  await url.fill(template);

  // What will be sent is shown before anything is saved.
  const preview = page.getByText(/caller=33612345678&callee=33123456789&type=RELEASE/);
  await preview.first().waitFor();
  await page.getByText('_CALLREF_').first().waitFor();

  // The test call arrives although nothing is saved yet.
  await page.getByRole('button', { name: 'Tester cette URL' }).click();
  await page.getByText('Votre serveur a reçu les trois requêtes.').waitFor();
  assert.equal(receiver.targets().length, 3);
  assert.ok(receiver.targets().every((target) => target.includes(`callee=${line}`)));

  await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  await page.getByText('Tout est enregistré').waitFor();
  const [kept] = await server.json('line', 'list');
  assert.equal(kept?.['notificationUrl'], template);

  await page.getByRole('link', { name: 'Ma ligne', exact: true }).click();
  await page.getByRole('button', { name: /^Un mobile appelle/ }).click();
  await page
    .getByText(/Sonne|En communication/)
    .first()
    .waitFor();
  await until(
    async () => receiver.targets().length >= 6 || undefined,
    15_000,
    () => `the three requests of the call; so far ${receiver.targets().join(' ')}`,
  );
  assert.deepEqual(
    receiver.targets().slice(3),
    expectedTargets(line, mobile, line, ['SETUP', 'CONNECT', 'RELEASE']),
  );

  // The history and the delivery log have it, without a reload.
  await show(page, '/calls');
  await page.getByText('06 12 34 56 78').first().waitFor();
  await show(page, '/notifications');
  await page.getByText('RELEASE').first().waitFor();
  assertClean();
});

test('a manager sees his lines and users, and no page of the operator, also by its address', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  await server.run('user', 'add', 'marie', '--role', 'manager', '--customer', 'default');
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server, {}, 'marie');
  await show(page, '/users');
  await page.getByRole('heading', { level: 1, name: 'Utilisateurs' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Clients' }).count(), 0);
  await show(page, '/customers');
  await page.getByRole('heading', { level: 1, name: 'Page introuvable' }).waitFor();
  assertClean();
});
