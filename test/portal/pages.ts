// What the tests of the pages share: a sandbox that a browser is signed in to, and the check of one page
// as it stands (screen reader, width, screenshots).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Owner } from '../kit/child.ts';
import { openPage, screenshot, type WatchedPage } from '../kit/browser.ts';
import { startServer, type Server } from '../kit/server.ts';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

export interface SignedIn extends WatchedPage {
  readonly server: Server;
}

/** A sandbox server of its own. */
export function startSandbox(owner: Owner): Promise<Server> {
  return startServer(owner, { args: ['--sandbox'], sip: '127.0.0.1:0' });
}

/** A fresh sign-in link of the user, as the operator's command prints it. */
export async function signInLink(server: Server, user = 'operator'): Promise<string> {
  const printed = await server.run('user', 'link', user);
  const link = /http:\/\/\S+#link=\S+/.exec(printed)?.[0];
  assert.ok(link, `no sign-in link in: ${printed}`);
  return link;
}

/** A browser of its own, signed in by a link, at *Mes lignes*. */
export async function signIn(
  browser: Browser,
  server: Server,
  options: BrowserContextOptions = {},
  user = 'operator',
  expectedErrors: readonly RegExp[] = [],
): Promise<SignedIn> {
  const opened = await openPage(browser, [server.http], options, expectedErrors);
  await opened.page.goto(await signInLink(server, user));
  await opened.page.getByRole('heading', { level: 1, name: /^(Mes lignes|My lines)/ }).waitFor();
  return { ...opened, server };
}

/** Shows another page of the portal by its path and waits until it has come to rest. */
export async function show(page: Page, path: string): Promise<void> {
  // Two frames after the address changed, the page or what stands for it while it loads is drawn.
  await page.evaluate(`new Promise((drawn) => {
    addEventListener('hashchange', () => {
      requestAnimationFrame(() => requestAnimationFrame(drawn));
    }, { once: true });
    if (location.hash === ${JSON.stringify(`#${path}`)}) location.hash = '#/';
    location.hash = ${JSON.stringify(`#${path}`)};
  })`);
  await page.locator('h1').waitFor();
  for (const waiting of ['[aria-busy="true"]', '.skeleton']) {
    await page.locator(waiting).first().waitFor({ state: 'detached' });
  }
}

/** What is not good about the page: findings of axe, content wider than the screen. Keeps a screenshot. */
export async function findingsOn(page: Page, name: string): Promise<string[]> {
  await screenshot(page, name);
  const wider = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  // The policy forbids foreign scripts, as it should; a test's evaluation is no script of the page.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeAnswer>('axe.run()');
  return [
    ...(wider > 0 ? [`${name}: ${wider} pixels wider than the screen`] : []),
    ...violations.map(
      ({ id, help, nodes }) =>
        `${name}: ${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
    ),
  ];
}

interface AxeAnswer {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
