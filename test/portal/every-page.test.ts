// Every page as it stands with real calls in it, and the larger dialogs: in both languages, on a desktop and
// on a telephone, in light and dark. Nothing may be wider than the screen, axe-core finds nothing, the console
// is silent and no other host is asked. The screenshots are kept as output.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { desktop, phone, startBrowser } from '../kit/browser.ts';
import { line, otherLine } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { startReceiver } from '../kit/receiver.ts';
import { HANG_MS, until } from '../kit/until.ts';
import { findingsOn, show, signIn, startSandbox } from './pages.ts';

const looks = [
  { name: 'fr-desktop-light', locale: 'fr-FR', viewport: desktop, colorScheme: 'light' },
  { name: 'en-phone-dark', locale: 'en-GB', viewport: phone, colorScheme: 'dark' },
  { name: 'fr-phone-light', locale: 'fr-FR', viewport: phone, colorScheme: 'light' },
  { name: 'en-desktop-dark', locale: 'en-GB', viewport: desktop, colorScheme: 'dark' },
] as const;

/** The dialogs that are forms, each by its page and the button that opens it, in both languages. */
const dialogs = {
  'destination-add': [`/lines/${line}/cti`, /^(Ajouter une destination|Add a destination)$/],
  'destination-change': [`/lines/${line}/cti`, /^(Modifier|Change|Edit) Entrepôt$/],
  'key-make': [`/lines/${line}/cti`, /^(Créer une clef|Make a key) (URL|Notification)/],
  'key-replace': [`/lines/${line}/cti`, /^(Remplacer la clef|Replace the key) Entrepôt$/],
  'replay-line': [`/lines/${otherLine}/notifications`, /^(Renvoyer toutes|Send again all)/],
  'replay-period': ['/notifications', /^(Renvoyer une période|Send a period)/],
  erase: ['/calls', /^(Effacer un numéro|Erase a number)/],
} as const;

/** Shows a dialog, with what a long one holds only further on. */
async function open(page: Page, path: string, button: RegExp): Promise<void> {
  await show(page, path);
  await page.getByRole('button', { name: button }).first().click();
  await page.getByRole('dialog').waitFor();
  await page.evaluate(
    "for (const each of document.querySelectorAll('dialog details')) each.open = true",
  );
}

/** How many pixels a dialog is wider than its window. */
async function tooWide(page: Page, name: string): Promise<string[]> {
  const wider = await page.evaluate<number>(`(() => {
    const dialog = document.querySelector('dialog');
    return dialog.scrollWidth - dialog.clientWidth;
  })()`);
  return wider > 0 ? [`${name}: the dialog scrolls sideways by ${wider} pixels`] : [];
}

test('every page is good in every look, filled with what really happened', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  // One answered call, one missed, one of a hidden caller; a second line whose receiver is not there. The
  // first has two further destinations, one of them signed, which refuse what they are sent.
  await server.run(
    'line',
    'set',
    line,
    '--title',
    'Accueil',
    '--short',
    '101',
    '--offer',
    'Illimité',
  );
  await server.run(
    'line',
    'set',
    '33123456790',
    '--notification-url',
    'http://127.0.0.1:9/n?id=_CALLREF_',
    '--delivery-window',
    '1',
    '--delivery-retry',
    '0.5',
  );
  const refusing = await startReceiver(t, {
    answer: () => ({
      status: 503,
      body: '<p>Entrepôt fermé jusqu’à demain, 8 h 30.</p>'.repeat(40),
    }),
  });
  const add = ['destination', 'add', line];
  await server.run(
    ...add,
    `${refusing.url}/a`,
    '--format',
    'standard-webhooks',
    '--title',
    'Entrepôt',
  );
  await server.run(
    ...add,
    `${refusing.url}/${'long'.repeat(40)}`,
    '--numbers',
    '337',
    '--disabled',
  );
  const [warehouse] = await server.json('destination', 'list');
  await server.run('secret', 'rotate', line, '--destination', String(warehouse?.['id']));
  await Promise.all([
    server.run('simulate', '33612345678', line, '--talk', '0.2'),
    server.run('simulate', '33698765432', line, '--no-answer'),
    server.run('simulate', 'anonymous', '33123456790', '--talk', '0.2'),
  ]);
  await until(
    async () =>
      (await server.json('notification', 'list', '--line', otherLine)).every(
        (each) => each['state'] === 'parked',
      ),
    HANG_MS,
    'the notifications without a receiver to be parked',
  );
  await server.run('customer', 'add', 'acme', '--title', 'ACME');
  await server.run('user', 'add', 'claire', '--role', 'manager', '--customer', 'default');
  await server.run('token', 'add', 'CRM', '--line', line);
  const [call] = await server.json('call', 'list', '--line', line);
  const paths = {
    lines: '/lines',
    line: `/lines/${line}`,
    cti: `/lines/${line}/cti`,
    'line-calls': `/lines/${line}/calls`,
    'line-notifications': `/lines/${line}/notifications`,
    'line-developer': `/lines/${line}/developer`,
    calls: '/calls',
    call: `/calls/${String(call?.['callref'])}`,
    notifications: '/notifications',
    developer: '/developer',
    customers: '/customers',
    users: '/users',
    tokens: '/tokens',
    import: '/import',
    account: '/account',
    'not-found': '/nowhere',
  };

  const browser = await startBrowser(t);
  for (const { name, ...look } of looks) {
    await t.test(name, async () => {
      const { page, context, assertClean } = await signIn(browser, server, look, 'operator', [
        /401/,
      ]);
      const findings: string[] = [];
      for (const [title, path] of Object.entries(paths)) {
        await show(page, path);
        await page.evaluate(
          "for (const each of document.querySelectorAll('.records details')) each.open = true",
        );
        findings.push(...(await findingsOn(page, `${title}-${name}`)));
      }
      for (const [title, [path, button]] of Object.entries(dialogs)) {
        await open(page, path, button);
        findings.push(...(await findingsOn(page, `${title}-${name}`)));
        findings.push(...(await tooWide(page, `${title}-${name}`)));
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await page.evaluate("location.hash = '#/lines'");
      await context.clearCookies();
      await page.reload();
      await page.getByRole('button', { name: /^(Se connecter|Sign in)$/ }).waitFor();
      findings.push(...(await findingsOn(page, `sign-in-${name}`)));
      assert.deepEqual(findings, []);
      if (name === 'fr-desktop-light') assertClean();
      await context.close();
    });
  }
});
