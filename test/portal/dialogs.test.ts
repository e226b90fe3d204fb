// Dialogs, toasts and the second press of a double click: where the focus goes, how much is said, and what
// must not happen by the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { startBrowser } from '../kit/browser.ts';
import { line, otherLine } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { until } from '../kit/until.ts';
import { show, signIn, startSandbox } from './pages.ts';

const FOCUSED = "(document.activeElement?.textContent ?? '').replace(/\\s+/g, ' ').trim()";

function focusIsOn(page: Page, words: string): Promise<unknown> {
  let last = '';
  return until(
    async () => {
      last = await page.evaluate<string>(FOCUSED);
      return last === words;
    },
    3_000,
    () => `the focus on “${words}”; it is on “${last.slice(0, 100)}”`,
  );
}

test('a dialog gives the focus back to the control that opened it, by Escape and by its buttons', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  await server.run('user', 'add', 'claire', '--role', 'manager', '--customer', 'default');
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  const dialog = page.getByRole('dialog');
  const openers: [path: string, button: string | RegExp][] = [
    ['/lines', 'Ajouter une ligne'],
    [`/lines/${line}`, 'Nouveau mot de passe'],
    [`/lines/${line}`, 'Supprimer la ligne'],
    [`/lines/${line}/cti`, 'Appliquer à d’autres lignes'],
    ['/users', 'Ajouter un utilisateur'],
    ['/users', 'Modifier claire'],
    ['/users', 'Lien de connexion claire'],
    ['/users', 'Supprimer claire'],
    ['/customers', 'Ajouter un client'],
    ['/tokens', 'Créer un jeton'],
    [`/lines/${line}/cti`, 'Ajouter une destination'],
    [`/lines/${line}/cti`, 'Créer une clef URL de notification'],
    [`/lines/${line}/notifications`, 'Renvoyer toutes les non livrées de cette ligne'],
    ['/notifications', 'Renvoyer une période…'],
    ['/calls', 'Effacer un numéro…'],
  ];
  for (const [path, name] of openers) {
    await show(page, path);
    const button = page.locator('main').getByRole('button', { name, exact: true });
    const words = (await button.innerText()).replace(/\s+/g, ' ').trim();
    for (const opening of ['click', 'press'] as const) {
      if (opening === 'click') await button.click();
      else await button.press('Enter');
      await dialog.waitFor();
      // The search field of a dialog takes the first Escape to clear itself.
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await focusIsOn(page, words);
    }
    await button.click();
    await dialog.getByRole('button', { name: 'Fermer', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await focusIsOn(page, words);
  }
  // What opened it is gone with its row.
  await show(page, '/users');
  await page.getByRole('button', { name: 'Supprimer claire' }).click();
  await dialog.getByRole('button', { name: 'Supprimer' }).click();
  await page.getByRole('button', { name: 'Supprimer claire' }).waitFor({ state: 'detached' });
  await focusIsOn(page, 'Utilisateurs');
  assertClean();
});

test('what is said three times stands there once', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  await show(page, `/lines/${line}`);
  for (const title of ['Un', 'Deux', 'Trois']) {
    await page.getByRole('button', { name: 'Modifier Intitulé' }).click();
    await page.getByLabel('Intitulé', { exact: true }).fill(title);
    await page.keyboard.press('Enter');
    await page.getByText(title, { exact: true }).first().waitFor();
    await page.locator('.toast').getByText('Enregistré.').waitFor();
    assert.equal(await page.locator('.toast').count(), 1);
  }
  assertClean();
});

test('the second press of a double click on Save does not press what it had covered', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  await show(page, `/lines/${otherLine}/cti`);
  await page
    .getByLabel('URL de notification', { exact: true })
    .fill('https://crm.example/?c=_CALLREF_');
  await page.getByText('GET https://crm.example/').first().waitFor();
  const save = page.getByRole('button', { name: 'Enregistrer', exact: true });
  const covered = page.getByRole('switch', { name: 'Décroché automatique' });
  // While something is unsaved, the button stays at the foot of the window, above whatever is there.
  const below = (await middle(covered)).y - (await middle(save)).y;
  await page.evaluate(`window.scrollBy(0, ${below})`);
  const { x, y } = await middle(save);
  assert.ok(Math.abs((await middle(covered)).y - y) < 5, 'the switch is not below the button');
  const saved = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
  await page.mouse.click(x, y);
  await saved;
  await page.mouse.click(x, y, { clickCount: 2 });
  await page.getByText('Tout est enregistré').waitFor();
  assert.equal(await covered.isChecked(), false);
  assert.equal(await page.getByText('Modifications non enregistrées').count(), 0);
  // Later presses are meant.
  await covered.click();
  assert.equal(await covered.isChecked(), true);
  assertClean();
});

async function middle(of: Locator): Promise<{ x: number; y: number }> {
  const box = await of.boundingBox();
  assert.ok(box);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
