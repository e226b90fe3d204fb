// From a call's events to the requests that tell of them, with the settings of that moment in them.
// Commits and sends nothing: the store keeps the rows, the outbox delivers them. Which events a destination
// wants is filter.ts's matter, what a request looks like formats.ts's.

import type { CallEvent } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Notification } from '../store/store.ts';
import { BUZZEE_URL, NOTIFICATION_URL } from './destination.ts';
import type { Destination, DestinationFormat } from './destination.ts';
import { wantsEvent } from './filter.ts';
import { parseDestinationUrl, requestOf } from './formats.ts';
import type { Log } from './log.ts';
import { buzzeeTemplate, parseTemplate } from './template.ts';
import type { ParsedTemplate, Template } from './template.ts';

export interface PrepareOptions {
  readonly lineOf: (account: E164) => Line | undefined;
  /** The line's further destinations, also those that are switched off; none where it is left out. */
  readonly destinationsOf?: (account: E164) => readonly Destination[];
  readonly now: () => number;
  readonly nextSeq: () => number;
  readonly log: Log;
  /** What is asked of a Buzzee server, behind its URL; the operator can change it. */
  readonly buzzeePreset?: string | undefined;
}

const EVENT_TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;

/**
 * Compiled templates kept; the oldest is compiled again when it is needed. Lines of one customer
 * mostly share a template, and compiling takes some ten microseconds.
 */
const TEMPLATES_KEPT = 10_000;

const NONE: readonly Destination[] = [];

/** Makes the function that turns events into notifications: one for each place that wants them. */
export function createPrepare(options: PrepareOptions) {
  const { lineOf, destinationsOf = () => NONE, now, nextSeq, log, buzzeePreset } = options;
  const own = new Templates(parseTemplate, log);
  const buzzee = new Templates((url) => parseTemplate(buzzeeTemplate(url, buzzeePreset)), log);
  const posted = new Templates((url) => parseDestinationUrl('zammad', url), log);

  /** A place's notification of an event; undefined where its URL is not usable. */
  function tell(
    event: CallEvent,
    line: Line,
    place: number,
    format: DestinationFormat,
    template: Template | undefined,
  ): Notification | undefined {
    if (!template) return undefined;
    const { type } = event;
    const { account, callref } = event.call;
    const { url, contentType, body } = requestOf(format, template, event, line.title);
    return {
      seq: nextSeq(),
      id: notificationId(callref, place, type),
      callref,
      account,
      type,
      destination: place,
      url,
      contentType,
      body,
      createdAt: now(),
    };
  }

  return function prepare(events: readonly CallEvent[]): Notification[] {
    const notifications: Notification[] = [];
    const add = (made: Notification | undefined): void => void (made && notifications.push(made));
    for (const event of events) {
      const { account } = event.call;
      const line = lineOf(account);
      if (!line) continue;
      const { api, notificationUrl, buzzeeUrl } = line;
      // API and Buzzee are switched apart, and each destination for itself.
      if (api && notificationUrl !== '') {
        add(tell(event, line, NOTIFICATION_URL, 'get', own.of(notificationUrl)));
      }
      if (buzzeeUrl !== '') add(tell(event, line, BUZZEE_URL, 'get', buzzee.of(buzzeeUrl)));
      for (const destination of destinationsOf(account)) {
        if (!wantsEvent(destination, event)) continue;
        const { id, url, format } = destination;
        add(tell(event, line, id, format, (format === 'get' ? own : posted).of(url)));
      }
    }
    return notifications;
  };
}

/** Compiled templates by the text that is set, for one way of reading it. */
class Templates {
  readonly #kept = new Map<string, Template | undefined>();
  readonly #parse: (url: string) => ParsedTemplate;
  readonly #log: Log;

  constructor(parse: (url: string) => ParsedTemplate, log: Log) {
    this.#parse = parse;
    this.#log = log;
  }

  /** The template of a URL; undefined where it is not usable, which is logged once. */
  of(url: string): Template | undefined {
    const known = this.#kept.get(url);
    if (known !== undefined || this.#kept.has(url)) return known;
    const parsed = this.#parse(url);
    // Settings are checked when they are saved, so this is a row that somebody else wrote.
    if (!parsed.ok) this.#log.warn({}, `A URL is not usable: ${parsed.error.text}`);
    if (this.#kept.size >= TEMPLATES_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    const template = parsed.ok ? parsed.template : undefined;
    this.#kept.set(url, template);
    return template;
  }
}

/**
 * `<callref>-<n>`: 1, 2, 3 for SETUP, CONNECT, RELEASE at the notification URL, 4, 5, 6 for the same
 * at the Buzzee URL, and so on. Counted from what the event is, not from what was sent before: the RELEASE
 * that ends a call after a crash gets the id it would have had without the crash.
 */
export function notificationId(callref: string, place: number, type: CallEvent['type']): string {
  return `${callref}-${place * EVENT_TYPES.length + EVENT_TYPES.indexOf(type) + 1}`;
}
