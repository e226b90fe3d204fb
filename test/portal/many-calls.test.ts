// 100,000 calls in the history: the page Appels reads them page by page, never keeps more rows than it says,
// finds its way back to the newest, and the browser's main thread is never held for long (told, not
// asserted: it is the machine's figure).

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { startBrowser } from '../kit/browser.ts';
import { requirePeer } from '../kit/peer.ts';
import { line } from '../kit/house.ts';
import { until } from '../kit/until.ts';
import { show, signIn, startSandbox } from './pages.ts';

const CALLS = 100_000;
const PAGE = 50;
/** What the page keeps at most, and what is left of it when it was more (portal/pages/short-listing.ts). */
const MOST_ROWS = 500;
const KEPT_ROWS = 400;

/** As many calls of the line, one each minute up to a minute ago, in the columns that the store has. */
function fill(dataDir: string, now: number): void {
  const db = new DatabaseSync(join(dataDir, 'carillon.db'));
  db.prepare(`
    INSERT INTO calls (callref, dref, dref_replace, session_id, is_acd, redirecting_number,
      sip_call_id, account, customer, caller, callee, state, setup_at, connect_at, release_at, cause)
    WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :count),
      made AS (SELECT k, CAST(33600000000 + k AS TEXT) AS other, :now - (:count - k + 1) * 60000 AS at
        FROM n)
    SELECT printf('many-calls-%06d', k), printf('%032x', k), '', '', 0, '', k || '@127.0.0.1', :line,
      'default', iif(k % 2, other, :line), iif(k % 2, :line, other), 'RELEASE', at,
      iif(k % 3, at + 5000, NULL), at + 9000, iif(k % 3, 'normal', 'no-answer')
    FROM made`).run({ count: CALLS, now, line });
  db.close();
}

/** Begins to note how long the main thread is held at once, by everything that the page does. */
async function watchLongTasks(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(`window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(Math.round(duration));
    }).observe({ type: 'longtask' })`);
  return async () => page.evaluate<number[]>('window.longTasks');
}

test('100,000 calls are read page by page, and the page never grows without end', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  await server.stop();
  const now = Date.now();
  fill(server.dataDir, now);
  await server.start();
  const browser = await startBrowser(t);
  const { page, assertClean } = await signIn(browser, server);
  const longTasks = await watchLongTasks(page);

  const rows = page.locator('tbody tr');
  const first = (): Promise<string> => rows.first().locator('a').first().innerText();
  const count = (): Promise<number> => rows.count();
  const more = page.getByRole('button', { name: 'Afficher la suite' });
  const settled = (wanted: number): Promise<boolean> =>
    until(
      async () => (await count()) === wanted && (await more.getAttribute('aria-busy')) === null,
      10_000,
      () => `${wanted} rows`,
    );
  await show(page, '/calls');
  await settled(PAGE);
  const newest = await first();

  const pages: number[] = [];
  let most = 0;
  for (let shown = PAGE; shown < MOST_ROWS; shown += PAGE) {
    const begun = performance.now();
    await more.click();
    await settled(shown + PAGE);
    pages.push(Math.round(performance.now() - begun));
    assert.equal(await first(), newest);
  }
  // One page more than is kept: the newest go, and the way back is offered.
  await more.click();
  await settled(KEPT_ROWS);
  await page.getByText('Les appels plus récents ne sont plus affichés').waitFor();
  assert.notEqual(await first(), newest);
  const callrefs = await rows
    .locator('a[href^="#/calls/"]')
    .evaluateAll((links) => links.map((link) => String(link.getAttribute('href'))));
  // Without a gap and without a repeat, down to the end of what was read.
  const expected = Array.from({ length: KEPT_ROWS }, (_, at) => {
    const place = CALLS - (MOST_ROWS + PAGE - KEPT_ROWS) - at;
    return `#/calls/many-calls-${String(place).padStart(6, '0')}`;
  });
  assert.deepEqual(callrefs, expected);

  for (let round = 0; round < 3; round++) {
    await more.click();
    await until(
      async () => (await more.getAttribute('aria-busy')) === null,
      10_000,
      'the page to come',
    );
    most = Math.max(most, await count());
  }
  assert.ok(most <= MOST_ROWS, `${most} rows`);

  // A call that begins now stands where the newest are, and is not put among the old ones.
  await server.run('simulate', '33698765432', line, '--talk', '0');
  assert.equal(await page.getByText('06\u00a098\u00a076\u00a054\u00a032').count(), 0);
  await page.getByRole('button', { name: 'Revenir aux plus récents' }).click();
  await settled(PAGE);
  assert.equal(await first(), '06\u00a098\u00a076\u00a054\u00a032');
  assert.equal(await page.evaluate('window.scrollY'), 0);

  // A day in the middle of them all is found at once.
  const day = new Date(now - (CALLS / 2) * 60_000);
  const text = [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  const begun = performance.now();
  await page.getByLabel('Jusqu’au', { exact: true }).fill(text);
  await until(
    async () =>
      (await rows.first().locator('time').getAttribute('datetime'))?.startsWith(isoDay(day)),
    10_000,
    'the calls of a day in the middle',
  );
  const middle = Math.round(performance.now() - begun);
  assertClean();
  const tasks = await longTasks();
  t.diagnostic(
    `a page more: ${pages.join(', ')} ms until drawn; a day in the middle: ${middle} ms`,
  );
  t.diagnostic(
    `tasks of the main thread above 50 ms: ${tasks.length}, the longest ${Math.max(0, ...tasks)} ms`,
  );
});

/** The last call of a day is at its end in the reader's time, which may be another day in UTC. */
function isoDay(day: Date): string {
  const end = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1);
  return new Date(end.getTime() - 60_000).toISOString().slice(0, 10);
}
