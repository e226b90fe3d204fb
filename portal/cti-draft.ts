// What is typed on the tab CTI Informatique before it is saved: taken from a line, compared with it, and
// turned into the change that the API takes. Pure; the page is pages/cti.tsx.

import type { LineChange } from '../src/web/api/schemas.ts';
import { deliveryDraftOf, deliverySettingsOf } from './delivery-draft.ts';
import type { DeliveryDraft, DeliverySettings } from './delivery-draft.ts';

export interface CtiDraft extends DeliveryDraft {
  /** The check box; without it no address is saved. */
  readonly buzzee: boolean;
  readonly buzzeeUrl: string;
  readonly api: boolean;
  readonly notificationUrl: string;
  readonly sourceIp: string;
  readonly sourceIpMatch: 'whole' | 'search';
  readonly autoAnswer: boolean;
  /** One origin a line. */
  readonly origins: string;
}

type CtiSettings = Required<
  Pick<
    LineChange,
    | 'buzzeeUrl'
    | 'api'
    | 'notificationUrl'
    | 'sourceIp'
    | 'sourceIpMatch'
    | 'autoAnswer'
    | 'origins'
  >
> &
  DeliverySettings;

export function draftOf(line: CtiSettings): CtiDraft {
  return {
    buzzee: line.buzzeeUrl !== '',
    buzzeeUrl: line.buzzeeUrl,
    api: line.api,
    notificationUrl: line.notificationUrl,
    sourceIp: line.sourceIp,
    sourceIpMatch: line.sourceIpMatch,
    autoAnswer: line.autoAnswer,
    origins: line.origins.join('\n'),
    ...deliveryDraftOf(line),
  };
}

/** Only what differs from the line; empty where nothing does. */
export function changesOf(draft: CtiDraft, line: CtiSettings): Partial<CtiSettings> {
  const wanted: CtiSettings = {
    buzzeeUrl: draft.buzzee ? draft.buzzeeUrl.trim() : '',
    api: draft.api,
    notificationUrl: draft.notificationUrl.trim(),
    sourceIp: draft.sourceIp,
    sourceIpMatch: draft.sourceIpMatch,
    autoAnswer: draft.autoAnswer,
    origins: draft.origins.split(/\s+/).filter((origin) => origin !== ''),
    ...deliverySettingsOf(draft),
  };
  const changed = Object.entries(wanted).filter(
    ([name, value]) => String(value) !== String(line[name as keyof CtiSettings]),
  );
  return Object.fromEntries(changed);
}

/** Whether a draft has something to save, or an application chosen that lacks its address. */
export function isDirty(draft: CtiDraft, line: CtiSettings): boolean {
  return Object.keys(changesOf(draft, line)).length > 0 || draft.buzzee !== (line.buzzeeUrl !== '');
}

/** The line of a text that holds the word: what its writer takes for one thing, shortened. */
export function lineWith(word: string, text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  // The server has cut a long word.
  const start = word.replace(/…$/, '');
  const line = lines.find((each) => each.split(/\s+/).some((one) => one.startsWith(start))) ?? word;
  const letters = Array.from(line);
  return letters.length <= 60 ? line : `${letters.slice(0, 60).join('')}…`;
}

/**
 * The pattern with `\\.` for each bare dot between or behind digits, where there is one; else empty. A dot
 * that is repeated (`.*`) means any character on purpose.
 */
export function withExactDots(pattern: string): string {
  const exact = pattern.replace(/(?<=\d)\.(?![*+?{])/g, '\\.');
  return exact === pattern ? '' : exact;
}

export interface Typed {
  readonly text: string;
  readonly cursor: number;
}

/** How receivers usually call what a keyword stands for. */
const PARAMETERS: Readonly<Record<string, string>> = {
  _N_TYPE_: 'type',
  _N_VERSION_: 'version',
  _TSMS_: 'tsms',
};

/**
 * Puts a keyword where the cursor is, in place of what is selected. Where a whole parameter is missing,
 * behind `?` or `&` and at the end of a URL, the parameter's name comes with it.
 */
export function insertKeyword(text: string, start: number, end: number, keyword: string): Typed {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const name = PARAMETERS[keyword] ?? keyword.toLowerCase().replace(/^_|_$/g, '');
  let inserted = keyword;
  if (/[?&]$/.test(before)) inserted = `${name}=${keyword}`;
  else if (start === end && after === '' && isWholeUrl(before)) {
    inserted = `${before.includes('?') ? '&' : '?'}${name}=${keyword}`;
  }
  return { text: before + inserted + after, cursor: before.length + inserted.length };
}

/** A URL that one would go on with a new parameter, rather than within its last part. */
function isWholeUrl(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && !/[=/#]$/.test(text) && !text.includes('#');
}

/** The pattern with an address added to those that it accepts. */
export function addAddress(pattern: string, address: string): string {
  const escaped = address.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const kept = pattern.trim();
  return kept === '' ? escaped : `${kept}|${escaped}`;
}
