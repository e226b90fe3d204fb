// How a form of the pages is tried with wrong input: each wrong value gets its sentence at its field, in the
// page's language, stays where it was typed and changes nothing. The tables are wrong-line.ts, wrong-search.ts,
// wrong-delivery.ts and wrong-access.ts.

import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { until } from '../kit/until.ts';
import { findingsOn, show } from './pages.ts';

/** The same in French and in English. */
export type Words = readonly [french: string, english: string];

export interface Wrong {
  /** The label of the field. */
  readonly field: Words;
  readonly value: string;
  /** A part of the sentence that must then stand at the field. */
  readonly says: Words;
}

export interface Form {
  readonly name: string;
  /** Shows the form as it is at first, and gives the part of the page that it is. */
  readonly open: (at: Place) => Promise<Locator>;
  /** The button that sends it; absent where it is judged while somebody types. */
  readonly send?: Words;
  readonly wrong: readonly Wrong[];
  /** What the API must say all the time. */
  readonly kept: (at: Place) => Promise<unknown>;
  /** Fills in what is right, presses twice, and looks at what the API then says. */
  readonly mend: (form: Locator, at: Place) => Promise<void>;
}

/** One browser in one language. */
export class Place {
  readonly page: Page;
  readonly #http: string;
  readonly #language: 0 | 1;

  constructor(page: Page, http: string, language: 'fr' | 'en') {
    this.page = page;
    this.#http = http;
    this.#language = language === 'fr' ? 0 : 1;
  }

  say(words: Words): string {
    return words[this.#language];
  }

  field(form: Locator, label: Words): Locator {
    return form.getByLabel(this.say(label), { exact: true });
  }

  button(form: Locator, name: Words): Locator {
    return form.getByRole('button', { name: this.say(name), exact: true });
  }

  /** What the API answers to who is signed in here. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
  async api(path: string): Promise<any> {
    const answer = await this.page.request.get(`${this.#http}/api/v1/${path}`);
    assert.equal(answer.status(), 200, path);
    return answer.json();
  }

  /** Shows a page, unless it is there. */
  async at(path: string): Promise<Locator> {
    if (new URL(this.page.url()).hash.split('?')[0] !== `#${path}`) await show(this.page, path);
    return this.page.locator('main');
  }

  /** Opens the page's dialog anew. */
  async dialog(path: string, button: Words): Promise<Locator> {
    const main = await this.at(path);
    const dialog = this.page.getByRole('dialog');
    if ((await dialog.count()) > 0) {
      await this.button(dialog, ['Fermer', 'Close']).click();
      await dialog.waitFor({ state: 'detached' });
    }
    await this.button(main, button).click();
    await dialog.waitFor();
    return dialog;
  }

  /** Presses twice, as who is not used to the web does. */
  async pressTwice(button: Locator): Promise<void> {
    await button.dblclick({ delay: 20 });
  }

  /** With its errors in it, the page is as good as without (screen reader, width). Keeps a screenshot. */
  async isGood(name: string): Promise<void> {
    assert.deepEqual(await findingsOn(this.page, `wrong-${name}-${this.say(['fr', 'en'])}`), []);
  }

  /** Waits until something holds. */
  until(condition: () => Promise<boolean>, what: string): Promise<boolean> {
    return until(condition, 5_000, what);
  }
}

/** Types every wrong value of the form, then mends it. */
export async function tryForm(form: Form, at: Place): Promise<void> {
  const before = await form.kept(at);
  for (const { field: label, value, says } of form.wrong) {
    const what = `${form.name}, ${at.say(label)} = ${JSON.stringify(value.slice(0, 30))}`;
    const opened = await form.open(at);
    const field = at.field(opened, label);
    await field.fill(value);
    if (form.send !== undefined) await at.button(opened, form.send).click();
    await saysAt(field, at.say(says), what);
    assert.equal(await field.inputValue(), value, `${what}: what was typed is gone`);
  }
  assert.deepEqual(await form.kept(at), before, `${form.name}: something was saved`);
  // The last wrong value still stands there: it is mended as a reader would.
  const last = form.wrong.at(-1);
  const opened = await form.open(at);
  if (last !== undefined) await at.field(opened, last.field).fill(last.value);
  if (last !== undefined && form.send !== undefined) {
    await at.button(opened, form.send).click();
    await saysAt(at.field(opened, last.field), at.say(last.says), form.name);
  }
  await form.mend(opened, at);
}

/** Waits for a sentence at a field that is marked as wrong. */
export async function saysAt(field: Locator, sentence: string, what: string): Promise<void> {
  let last = 'nothing';
  await until(
    async () => {
      last = await errorAt(field);
      return last.includes(sentence);
    },
    4_000,
    () => `“${sentence}” at ${what}; it says “${last.slice(0, 300)}”`,
  );
}

/** What a screen reader reads as the error of a field that is marked as wrong. */
async function errorAt(field: Locator): Promise<string> {
  // A fieldset cannot be marked by aria-invalid.
  const marks = [
    await field.getAttribute('aria-invalid'),
    await field.getAttribute('data-invalid'),
  ];
  if (!marks.includes('true')) return 'nothing: it is not marked as wrong';
  const ids = ((await field.getAttribute('aria-describedby')) ?? '').split(' ');
  const texts = ids.map((id) => field.page().locator(`[id="${id}"]`).allTextContents());
  return (await Promise.all(texts)).flat().join(' ');
}

export const HUGE = 'x'.repeat(10_000);
export const CONTROL = 'a\u0007b';
export const RIGHT_TO_LEFT = 'שלום🔔';
export const SCRIPT = '<script>alert(1)</script>';
