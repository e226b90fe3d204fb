// Every page as it stands with real calls in it: in both languages, on a desktop and on a telephone, in
// light and dark. Nothing may be wider than the screen, axe-core finds nothing, the console is silent and
// no other host is asked. The screenshots are kept as output.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { desktop, phone, startBrowser } from '../kit/browser.ts';
import { line } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { findingsOn, show, signIn, startSandbox } from './pages.ts';

const looks = [
  { name: 'fr-desktop-light', locale: 'fr-FR', viewport: desktop, colorScheme: 'light' },
  { name: 'en-phone-dark', locale: 'en-GB', viewport: phone, colorScheme: 'dark' },
  { name: 'fr-phone-light', locale: 'fr-FR', viewport: phone, colorScheme: 'light' },
  { name: 'en-desktop-dark', locale: 'en-GB', viewport: desktop, colorScheme: 'dark' },
] as const;

test('every page is good in every look, filled with what really happened', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  // One answered call, one missed, one of a hidden caller; a second line whose receiver is not there.
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
  );
  await Promise.all([
    server.run('simulate', '33612345678', line, '--talk', '0.2'),
    server.run('simulate', '33698765432', line, '--no-answer'),
    server.run('simulate', 'anonymous', '33123456790', '--talk', '0.2'),
  ]);
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
        findings.push(...(await findingsOn(page, `${title}-${name}`)));
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
