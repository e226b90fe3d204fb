// Delivery in a real browser: what a receiver refused is seen with its answers, and sent again from the page,
// in order; a further destination is added, signed with a key that is copied, replaced and switched off.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { startBrowser } from '../kit/browser.ts';
import { line, mobile, otherLine } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { startReceiver, type ReceivedRequest, type Receiver } from '../kit/receiver.ts';
import type { Server } from '../kit/server.ts';
import { HANG_MS, until } from '../kit/until.ts';
import { show, signIn, startSandbox } from './pages.ts';

const TYPES = ['SETUP', 'CONNECT', 'RELEASE'];
/** Tried for a second, then parked. */
const IMPATIENT = ['--delivery-window', '1', '--delivery-retry', '0.5'];

function callref(request: ReceivedRequest): string {
  return request.query.get('id') ?? '';
}

/** The types of each call in the order in which they came. */
function typesOfCalls(requests: readonly ReceivedRequest[]): Map<string, string[]> {
  const calls = new Map<string, string[]>();
  for (const request of requests) {
    const types = calls.get(callref(request)) ?? [];
    calls.set(callref(request), [...types, request.query.get('type') ?? '']);
  }
  return calls;
}

async function shown(list: Locator, words: string, count: number): Promise<void> {
  await until(
    async () => (await list.getByText(words, { exact: true }).count()) === count,
    HANG_MS,
    `${count} times “${words}” in the list`,
  );
}

test('a receiver refuses, is mended, and all that was parked is sent again from the page, in order', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const refusal = '<b id="inserted">out of order</b>';
  const receiver = await startReceiver(t, { answer: () => ({ status: 500, body: refusal }) });
  const server = await startSandbox(t);
  const url = `${receiver.url}/n?id=_CALLREF_`;
  await server.run('line', 'set', line, '--notification-url', url, ...IMPATIENT);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  await show(page, `/lines/${line}/notifications`);
  for (const caller of [mobile, '33698765432']) {
    await server.run('simulate', caller, line, '--talk', '0');
  }
  const list = page.getByRole('list', { name: 'Notifications, les plus récentes d’abord' });
  await shown(list, 'Non livrée', 6);
  // Behind the parked ones of their calls nothing was tried.
  await list.getByText('mise de côté derrière une autre').first().waitFor();
  const tried = receiver.requests.length;
  assert.ok(
    typesOfCalls(receiver.requests)
      .values()
      .next()
      .value?.every((each) => each === 'SETUP'),
  );

  // What came back is shown as text, with the address that was connected to.
  const setup = list.getByRole('listitem').filter({ hasText: 'Le serveur a répondu 500' }).first();
  await setup.locator('summary').first().click();
  await setup
    .getByText(`à ${new URL(receiver.url).host}`)
    .first()
    .waitFor();
  await setup.getByText('Réponse reçue').first().click();
  await setup.getByText(refusal, { exact: true }).first().waitFor();
  assert.equal(await page.locator('#inserted').count(), 0);

  // By call and state; by destination among those that were read.
  const references = await list
    .locator('a[href^="#/calls/"]')
    .evaluateAll((links) =>
      links.map((link) => String(link.getAttribute('href')).slice('#/calls/'.length)),
    );
  await page.getByLabel('Référence de l’appel').fill(references[0] ?? '');
  await shown(list, 'Non livrée', 3);
  await page.getByLabel('Destination', { exact: true }).selectOption({ label: 'Delos Buzzee' });
  await page.getByText('Aucune notification ne correspond').waitFor();
  await page.getByRole('button', { name: 'Effacer les filtres' }).click();
  await shown(list, 'Non livrée', 6);

  receiver.answer = () => undefined;
  await page.getByRole('button', { name: 'Renvoyer toutes les non livrées' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('la ligne 01 23 45 67 89 repartent').waitFor();
  await dialog.getByRole('button', { name: 'Renvoyer', exact: true }).click();
  await dialog.getByText('6 notifications repartent').waitFor();
  await dialog.getByRole('button', { name: 'Fermer', exact: true }).last().click();
  await dialog.waitFor({ state: 'detached' });
  await shown(list, 'Livrée', 6);
  await shown(list, 'Non livrée', 0);
  const again = [...typesOfCalls(receiver.requests.slice(tried)).values()];
  assert.deepEqual(again, [TYPES, TYPES]);

  // Nothing is left; and what arrived is sent again of a period only.
  await page.getByRole('button', { name: 'Renvoyer une période…' }).click();
  await dialog.getByRole('button', { name: 'Renvoyer', exact: true }).click();
  await dialog.getByText('Il n’y a rien à renvoyer.').waitFor();
  await dialog.getByLabel('Les livrées').check();
  await dialog.getByRole('button', { name: 'Renvoyer', exact: true }).click();
  await dialog.getByText('Écrivez un début').waitFor();
  assert.equal(receiver.requests.length, tried + 6);
  await dialog.getByLabel('Depuis', { exact: true }).fill('2026-01-01T00:00');
  await dialog.getByRole('button', { name: 'Renvoyer', exact: true }).click();
  await dialog.getByText('6 notifications repartent').waitFor();
  await receiver.waitForCount(tried + 12);
  assertClean();
});

test('the page of a call says what sending one parked notification again takes with it', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const receiver = await startReceiver(t, { answer: () => ({ status: 404 }) });
  const server = await startSandbox(t);
  const url = `${receiver.url}/n?id=_CALLREF_`;
  await server.run('line', 'set', line, '--notification-url', url, ...IMPATIENT);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  await server.run('simulate', mobile, line, '--talk', '0');
  const [call] = await server.json('call', 'list');
  await show(page, `/calls/${String(call?.['callref'])}`);
  const timeline = page.locator('.timeline');
  await shown(timeline, 'Non livrée', 3);
  await timeline.getByText('fait repartir toutes les non livrées de son appel').first().waitFor();
  receiver.answer = () => undefined;
  const tried = receiver.requests.length;
  await timeline.getByRole('button', { name: 'Renvoyer RELEASE' }).click();
  await page.getByText('avec les autres non livrées de cet appel, dans l’ordre').waitFor();
  await shown(timeline, 'Livrée', 3);
  const [types] = [...typesOfCalls(receiver.requests.slice(tried)).values()];
  assert.deepEqual(types, TYPES);
  assertClean();
});

test('sending very many again tells how far it is, and stops where somebody says so', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  const bodies: unknown[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  // A server with more parked ones than one request sends again.
  await page.route('**/api/v1/replays', async (route) => {
    bodies.push(route.request().postDataJSON());
    const answer = Promise.withResolvers<void>();
    answers.push(answer);
    await answer.promise;
    const next = `33123456789.${bodies.length}`;
    return route.fulfill({ json: { count: 10_000, more: true, next } });
  });
  const answerTo = async (place: number): Promise<void> => {
    await until(() => answers.length > place, HANG_MS, `request ${place + 1}`);
    answers[place]?.resolve();
  };
  await show(page, `/lines/${line}/notifications`);
  await page.getByRole('button', { name: 'Renvoyer toutes les non livrées' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Renvoyer', exact: true }).click();
  await answerTo(0);
  await dialog.getByText(/10.000 notifications repartent/).waitFor();
  await until(() => answers.length === 2, HANG_MS, 'the next request');
  await dialog.getByRole('button', { name: 'Arrêter' }).click();
  await dialog.getByText('Arrêt après l’envoi en cours').waitFor();
  await answerTo(1);
  await dialog.getByText(/Arrêté.: 20.000 notifications repartent/).waitFor();
  assert.deepEqual(bodies, [
    { state: 'parked', line },
    { state: 'parked', line, after: '33123456789.1' },
  ]);
  assertClean();
});

/** Standard Webhooks' verification, written anew: what a customer's software does. */
function isSignedWith(secret: string, { headers, body }: ReceivedRequest): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const right = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(right);
}

async function makeKey(page: Page, button: RegExp): Promise<string> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: button }).click();
  await dialog.getByText('Affiché cette seule fois').waitFor();
  await dialog.getByRole('button', { name: 'Copier', exact: true }).click();
  const copied = await page.evaluate<string>('navigator.clipboard.readText()');
  assert.equal(copied, await dialog.getByLabel('la clef de signature').innerText());
  assert.match(copied, /^whsec_.{44}$/);
  await dialog.getByRole('button', { name: 'Terminé' }).click();
  await dialog.waitFor({ state: 'detached' });
  return copied;
}

/** One simulated call, and what the receiver got of it. */
async function call(server: Server, receiver: Receiver): Promise<readonly ReceivedRequest[]> {
  const before = receiver.requests.length;
  await server.run('simulate', mobile, line, '--talk', '0');
  return (await receiver.waitForCount(before + 3)).slice(before);
}

test('a destination is added, signed with a key that is copied, told of a call, and switched off', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const receiver = await startReceiver(t);
  const server = await startSandbox(t);
  const browser = await startBrowser(t);
  const { page, context, assertClean } = await signIn(browser, server, {}, 'operator', [/422/]);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await show(page, `/lines/${line}/cti`);
  await page.getByRole('button', { name: 'Ajouter une destination' }).click();
  const dialog = page.getByRole('dialog');
  const url = dialog.getByLabel('URL de la destination');
  await dialog.getByLabel('Standard Webhooks (POST en JSON)').check();
  await url.fill('ftp://h.example/');
  await dialog.getByText('doit commencer par http://').waitFor();
  await url.fill(`${receiver.url}/hook`);
  // What it will be sent is shown before anything is kept; a wrong filter is told at its field.
  await dialog.getByText('"type": "call.release"').waitFor();
  await dialog.getByLabel('Débuts de numéros').fill('06');
  await dialog.getByText('06 n’est pas un début de numéro').waitFor();
  await dialog.getByRole('button', { name: 'Ajouter', exact: true }).click();
  await dialog.locator('textarea[aria-invalid]').waitFor();
  assert.deepEqual(await server.json('destination', 'list'), []);
  await dialog.getByLabel('Débuts de numéros').fill('336');
  await dialog.getByText('dont le numéro commence par 336').waitFor();
  await dialog.getByLabel('Intitulé').fill('Entrepôt');
  await dialog.getByRole('button', { name: 'Ajouter', exact: true }).click();
  await page.getByText('Destination ajoutée.').waitFor();

  // The next step is offered: its key.
  await dialog.getByRole('heading', { name: 'Signer : Entrepôt' }).waitFor();
  const secret = await makeKey(page, /^Créer une clef$/);
  const requests = await call(server, receiver);
  assert.deepEqual(
    requests.map(({ method, target }) => `${method} ${target}`),
    ['POST /hook', 'POST /hook', 'POST /hook'],
  );
  assert.deepEqual(
    requests.map(({ body }) => (JSON.parse(body) as { type: string }).type),
    ['call.setup', 'call.connect', 'call.release'],
  );
  assert.ok(requests.every((request) => isSignedWith(secret, request)));

  // Replaced, both keys are good for a day.
  await page.getByRole('button', { name: 'Remplacer la clef Entrepôt' }).click();
  await dialog.getByText('L’ancienne signe encore pendant 24 heures').waitFor();
  const newer = await makeKey(page, /^Remplacer la clef$/);
  assert.notEqual(newer, secret);
  await page.getByText('L’ancienne clef signe encore jusqu’au').waitFor();
  const [first] = await call(server, receiver);
  assert.ok(first && isSignedWith(newer, first) && isSignedWith(secret, first));

  // The log has its title, and what was posted.
  await show(page, `/lines/${line}/notifications`);
  const list = page.getByRole('list', { name: 'Notifications, les plus récentes d’abord' });
  await page.getByLabel('Destination', { exact: true }).selectOption({ label: 'Entrepôt' });
  await shown(list, 'vers Entrepôt', 6);
  const row = list.getByRole('listitem').first();
  await row.getByText(`POST ${receiver.url}/hook`).waitFor();
  await row.getByText('Corps envoyé').click();
  await row.getByText('"direction": "incoming"').waitFor();

  // Switched off it keeps its settings and is told nothing; the line's own URL is.
  await show(page, `/lines/${line}/cti`);
  const told = receiver.requests.length;
  await page.getByRole('switch', { name: 'Active Entrepôt' }).click();
  await page.getByText('Coupée', { exact: true }).waitFor();
  await server.run('simulate', mobile, line, '--talk', '0');
  await server.run('simulate', mobile, otherLine, '--talk', '0');
  await until(
    async () =>
      (await server.json('notification', 'list')).every((each) => each['state'] !== 'pending'),
    HANG_MS,
    'all notifications to have ended',
  );
  assert.equal(receiver.requests.length, told);

  await page.getByRole('button', { name: 'Supprimer la clef Entrepôt' }).click();
  await dialog.getByRole('button', { name: 'Supprimer', exact: true }).click();
  await page.getByRole('button', { name: 'Créer une clef Entrepôt' }).waitFor();
  await page.getByRole('button', { name: 'Supprimer Entrepôt' }).click();
  await dialog.getByText('Ce qui l’attend déjà part encore').waitFor();
  await dialog.getByRole('button', { name: 'Supprimer', exact: true }).click();
  await page.getByText('Aucune autre destination').waitFor();
  assert.deepEqual(await server.json('destination', 'list'), []);
  assertClean();
});

test('the program of the developer’s page is led to from the keys', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  await show(page, `/lines/${line}/cti`);
  await page.getByRole('link', { name: 'Comment vérifier une signature' }).click();
  const card = page.getByRole('heading', { name: 'Vérifier une signature' });
  await card.waitFor();
  await until(
    async () => {
      const box = await card.boundingBox();
      return box !== null && box.y >= 0 && box.y < 400;
    },
    HANG_MS,
    'the part about signatures to be in sight',
  );
  for (const [language, words] of [
    ['PHP', 'hash_equals'],
    ['Python', 'compare_digest'],
    ['TypeScript', 'timingSafeEqual'],
  ] as const) {
    await page.getByRole('button', { name: language, exact: true }).click();
    await page.getByText(words).first().waitFor();
  }
  assertClean();
});
