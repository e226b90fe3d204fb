// A real browser, Debian's Chromium, driven through playwright-core. Every page is watched: an error in
// its console, a request to another host or a refused resource fails the test that caused it.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Owner } from './child.ts';
import { findPeer } from './peer.ts';

/** Screens that every page is looked at on. */
export const desktop = { width: 1280, height: 800 };
export const phone = { width: 360, height: 740 };

/** Where screenshots are kept, as output of CI: `dist/screenshots` of the checkout. */
const screenshots = join(import.meta.dirname, '../../dist/screenshots');

/** Starts Chromium for one test; ask `requirePeer(t, 'chromium')` first. Closed when the test ends. */
export async function startBrowser(owner: NonNullable<Owner>): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: findPeer('chromium') ?? 'chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  owner.after(() => browser.close());
  return browser;
}

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Throws where the page did something that it must not, since it was opened. */
  assertClean(): void;
}

/**
 * A page of a browser of its own (no cookies of others). `allowed` are origins that it may speak to;
 * `expectedErrors` are parts of console messages that the test provokes.
 */
export async function openPage(
  browser: Browser,
  allowed: readonly string[],
  options: BrowserContextOptions = {},
  expectedErrors: readonly RegExp[] = [],
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: desktop, locale: 'fr-FR', ...options });
  const page = await context.newPage();
  return { page, context, assertClean: watch(page, allowed, expectedErrors) };
}

/** Another tab of the same browser. */
export function watch(
  page: Page,
  allowed: readonly string[],
  expectedErrors: readonly RegExp[] = [],
): () => void {
  const wrong: string[] = [];
  const note = (text: string): void => {
    if (!expectedErrors.some((pattern) => pattern.test(text))) wrong.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      note(`${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => note(`thrown: ${String(error.stack ?? error)}`));
  page.on('request', (request) => {
    const url = request.url();
    if (/^(data|blob|about):/.test(url)) return;
    if (!allowed.includes(new URL(url).origin)) note(`request to another host: ${url}`);
  });
  return () => assert.deepEqual(wrong, []);
}

/** Keeps what the page looks like now, the whole of it, under a name. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
