// Numbers, dates, durations and telephone numbers as the reader writes them. By Intl where it knows; the
// telephone numbers by the few rules below, since a numbering plan of the world would be heavier than all
// pages together.

import { language, t } from './i18n.ts';

const made = new Map<string, unknown>();

/** Intl's objects are dear to make: one for each language and choice. */
function once<T>(name: string, make: (language: string) => T): T {
  const key = `${name}/${language.get()}`;
  if (!made.has(key)) made.set(key, make(language.get()));
  return made.get(key) as T;
}

export function numberText(value: number): string {
  return once('number', (tag) => new Intl.NumberFormat(tag)).format(value);
}

/** One of the forms that the language has for this number. */
export function plural(count: number, forms: { one: string; other: string }): string {
  const rule = once('plural', (tag) => new Intl.PluralRules(tag)).select(count);
  return (rule === 'one' ? forms.one : forms.other).replace('#', numberText(count));
}

/** `23 novembre 2026 à 09:37:31`: exact, for a title. */
export function exactTime(at: string): string {
  return once(
    'exact',
    (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'medium' }),
  ).format(new Date(at));
}

/** `09:37:31` today, `23 nov., 09:37` before, with the year in other years. */
export function shortTime(at: string, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) {
    return once('time', (tag) => new Intl.DateTimeFormat(tag, { timeStyle: 'medium' })).format(
      date,
    );
  }
  const year = date.getFullYear() === today.getFullYear() ? undefined : 'numeric';
  return once(
    `day${year ?? ''}`,
    (tag) =>
      new Intl.DateTimeFormat(tag, {
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
        ...(year === undefined ? {} : { year }),
      }),
  ).format(date);
}

/** `il y a 3 minutes`, `yesterday`. */
export function relativeTime(at: string, now: number): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const format = once('relative', (tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }));
  const size = Math.abs(seconds);
  if (size < 5) return t.time.now;
  if (size < 60) return format.format(seconds, 'second');
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return format.format(Math.round(seconds / 3600), 'hour');
  return format.format(Math.round(seconds / 86_400), 'day');
}

/** A clock of a call: `0:07`, `12:34`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `84 ms`, `2,3 s`. */
export function latencyText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const seconds = once(
    'seconds',
    (tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }),
  );
  return `${seconds.format(ms / 1000)} s`;
}

// ITU-T E.164: country codes of one and of two digits; all others have three.
const ONE_DIGIT = /^[17]/;
const TWO_DIGITS = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * `01 23 45 67 89` in France, elsewhere `+33 1 23 45 67 89`; a hidden caller in words; anything that is
 * no international number as it stands.
 * @param country the server's country, `FR`
 */
export function phoneText(number: string, country: string): string {
  if (number === 'anonymous') return t.phone.hidden;
  if (!/^[1-9]\d{6,14}$/.test(number)) return number;
  if (/^33\d{9}$/.test(number)) {
    const national = number.slice(2);
    return country === 'FR'
      ? pairs(`0${national}`)
      : `+33 ${national[0]} ${pairs(national.slice(1))}`;
  }
  const codeLength = ONE_DIGIT.test(number) ? 1 : TWO_DIGITS.test(number) ? 2 : 3;
  const rest = number.slice(codeLength);
  const grouped = number.startsWith('1')
    ? rest.replace(/^(...)(...)(?=.)/, '$1 $2 ')
    : threes(rest);
  return `+${number.slice(0, codeLength)} ${grouped}`;
}

// A no-break space keeps a number on one line.
function pairs(digits: string): string {
  return digits.replace(/(..)(?=.)/g, '$1\u00a0');
}

function threes(digits: string): string {
  const first = digits.length % 3 === 1 ? 4 : 3;
  return [digits.slice(0, first), ...(digits.slice(first).match(/.{1,3}/g) ?? [])]
    .join('\u00a0')
    .trim();
}
