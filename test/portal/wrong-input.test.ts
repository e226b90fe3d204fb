// Wrong input in every field of every form, in both languages, in a real browser: a clear sentence at the
// field, nothing saved, nothing lost that was typed, and right input is taken afterwards, once.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { openPage, startBrowser } from '../kit/browser.ts';
import { line, otherLine } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { show, signIn, startSandbox } from './pages.ts';
import { ACCESS_FORMS, ACCOUNT_PASSWORD } from './wrong-access.ts';
import { DELIVERY_FORMS } from './wrong-delivery.ts';
import { CONTROL, HUGE, Place, RIGHT_TO_LEFT, saysAt, SCRIPT, tryForm } from './wrong-input.ts';
import { LINE_FORMS } from './wrong-line.ts';
import { SEARCH_FORMS } from './wrong-search.ts';

const LOCALES = { fr: 'fr-FR', en: 'en-GB' } as const;
type Language = keyof typeof LOCALES;

/** What Chromium itself says of an answer that is no success. */
const REFUSED = [/status of (401|403|404|409|422)/];

/** The password comes on standard input. */
const stdin = ['--password', '-'];

/** A sandbox of its own for each language: what one saves must not help the other. */
async function prepare(t: TestContext) {
  const server = await startSandbox(t);
  await Promise.all([
    server.run('customer', 'add', 'acme'),
    server.run('line', 'set', otherLine, '--short', '77'),
    server.run('simulate', '33612345678', line, '--talk', '0'),
    server.cliWithInput(ACCOUNT_PASSWORD, 'user', 'add', 'olga', '--role', 'operator', ...stdin),
  ]);
  return server;
}

async function tryAll(t: TestContext, browser: Browser, language: Language): Promise<void> {
  const server = await prepare(t);
  const locale = LOCALES[language];
  const { page, context, assertClean } = await signIn(browser, server, { locale }, 'olga', REFUSED);
  page.setDefaultTimeout(5_000);
  const at = new Place(page, server.http, language);
  for (const form of [...LINE_FORMS, ...SEARCH_FORMS, ...DELIVERY_FORMS, ...ACCESS_FORMS]) {
    await t.test(`${language}: ${form.name}`, () => tryForm(form, at));
  }
  await t.test(`${language}: the file of the import`, () => tryImport(at));
  assertClean();
  await context.close();
  await t.test(`${language}: signing in`, () => trySignIn(browser, server.http, language));
}

test('wrong input in every field, in French and in English', { concurrency: 2 }, async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const browser = await startBrowser(t);
  // Each waits for the other's server and browser page rather than for the processor.
  await Promise.all(
    (['fr', 'en'] as const).map((language) =>
      t.test(language, (inner) => tryAll(inner, browser, language)),
    ),
  );
});

async function tryImport(at: Place): Promise<void> {
  await show(at.page, '/import');
  const main = at.page.locator('main');
  const file = at.field(main, ['Fichier CSV', 'CSV file']);
  const check = at.button(main, ['Vérifier', 'Check']);
  const before = await at.api('lines');
  await check.click();
  await saysAt(file, at.say(['Choisissez un fichier', 'Choose a file']), 'no file');

  const mend = at.say(['corrigez ces lignes du fichier', 'mend these rows of the file']);
  const wrong: [name: string, content: string | Buffer, row: string][] = [
    ['empty.csv', '', at.say(['Le fichier est vide', 'is empty'])],
    ['picture.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), ''],
    ['columns.csv', 'number;colour\n33123456702;blue\n', 'colour'],
    ['rows.csv', 'number;password\nabc;secret-word\n', at.say(['Un numéro', 'number'])],
    ['script.csv', `number;title;password\n33123456702;${HUGE};secret-word\n`, '64'],
    ['huge.csv', `number\n${'33123456702\n'.repeat(100_001)}`, ''],
  ];
  for (const [name, content, row] of wrong) {
    await file.setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
    await check.click();
    await saysAt(file, mend, name);
    await main.locator('tbody').getByText(row).first().waitFor();
  }
  assert.deepEqual(await at.api('lines'), before);

  const buffer = Buffer.from(`number;title;password\n33123456702;${SCRIPT};secret-word\n`);
  await file.setInputFiles({ name: 'good.csv', mimeType: 'text/csv', buffer });
  await check.click();
  await at.pressTwice(at.button(main, ['Appliquer', 'Apply']));
  await main.getByText(at.say(['Le fichier est appliqué', 'The file is applied'])).waitFor();
  const made = await at.api('lines/33123456702');
  assert.equal(made.title, SCRIPT);
}

async function trySignIn(browser: Browser, http: string, language: Language): Promise<void> {
  const opened = await openPage(browser, [http], { locale: LOCALES[language] }, REFUSED);
  const { page, context, assertClean } = opened;
  await page.goto(http);
  const at = new Place(page, http, language);
  const main = page.locator('main');
  const name = at.field(main, ['Nom d’utilisateur', 'User name']);
  const password = at.field(main, ['Mot de passe', 'Password']);
  const send = at.button(main, ['Se connecter', 'Sign in']);
  await send.click();
  await saysAt(name, at.say(['Écrivez votre nom d’utilisateur', 'Write your user name']), 'empty');
  await saysAt(password, at.say(['Écrivez votre mot de passe', 'Write your password']), 'empty');
  const cases = [
    [HUGE, 'x', name, ['64 caractères au plus', 'at most 64']],
    ['olga', HUGE, password, ['256 caractères au plus', 'at most 256']],
    [SCRIPT, RIGHT_TO_LEFT, password, ['nom ou le mot de passe', 'Name or password is wrong']],
    ['olga', CONTROL, password, ['nom ou le mot de passe', 'Name or password is wrong']],
  ] as const;
  for (const [user, secret, field, says] of cases) {
    await name.fill(user);
    await password.fill(secret);
    await send.click();
    await saysAt(field, at.say(says), `signing in as ${user.slice(0, 20)}`);
    assert.deepEqual([await name.inputValue(), await password.inputValue()], [user, secret]);
  }
  // As the account's form has left it.
  await password.fill(`${RIGHT_TO_LEFT} long enough`);
  await at.pressTwice(send);
  await page.getByRole('heading', { level: 1, name: /^(Mes lignes|My lines)/ }).waitFor();
  assertClean();
  await context.close();
}
