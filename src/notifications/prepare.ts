// From a call's events to the requests that tell of them, with the settings of that moment in them.
// Commits and sends nothing: the store keeps the rows, the outbox delivers them.

import type { CallEvent } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Notification } from '../store/store.ts';
import { keywordValues } from './keywords.ts';
import type { Log } from './log.ts';
import { buzzeeTemplate, expandTemplate, parseTemplate } from './template.ts';
import type { Template } from './template.ts';

export interface PrepareOptions {
  readonly lineOf: (account: E164) => Line | undefined;
  readonly now: () => number;
  readonly nextSeq: () => number;
  readonly log: Log;
  /** What is asked of a Buzzee server, behind its URL; the operator can change it. */
  readonly buzzeePreset?: string | undefined;
}

/** A call's destinations, in this order. The number of each is part of its notifications' ids. */
const DESTINATIONS = ['notificationUrl', 'buzzeeUrl'] as const;
type Destination = (typeof DESTINATIONS)[number];

const EVENT_TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;

/**
 * Compiled templates kept; the oldest is compiled again when it is needed. Lines of one customer
 * mostly share a template, and compiling takes some ten microseconds.
 */
const TEMPLATES_KEPT = 10_000;

/** Makes the function that turns events into notifications: one for each URL that the line has set. */
export function createPrepare(options: PrepareOptions) {
  const { lineOf, now, nextSeq, log, buzzeePreset } = options;
  const templates = new Map<string, Template | undefined>();

  function templateOf(destination: Destination, setting: string): Template | undefined {
    const key = `${destination} ${setting}`;
    if (templates.has(key)) return templates.get(key);
    const text = destination === 'buzzeeUrl' ? buzzeeTemplate(setting, buzzeePreset) : setting;
    const parsed = parseTemplate(text);
    // Settings are checked when they are saved, so this is a row that somebody else wrote.
    if (!parsed.ok) log.warn({ setting: destination }, `A URL is not usable: ${parsed.error.text}`);
    if (templates.size >= TEMPLATES_KEPT) templates.delete(templates.keys().next().value!);
    const template = parsed.ok ? parsed.template : undefined;
    templates.set(key, template);
    return template;
  }

  return function prepare(events: readonly CallEvent[]): Notification[] {
    const notifications: Notification[] = [];
    for (const event of events) {
      const { account, callref } = event.call;
      const line = lineOf(account);
      if (!line) continue;
      for (const destination of DESTINATIONS) {
        const setting = settingOf(line, destination);
        const template = setting === '' ? undefined : templateOf(destination, setting);
        if (!template) continue;
        notifications.push({
          seq: nextSeq(),
          id: notificationId(callref, destination, event.type),
          callref,
          account,
          type: event.type,
          url: expandTemplate(template, keywordValues(event)),
          createdAt: now(),
        });
      }
    }
    return notifications;
  };
}

/** The URL that is set, empty where nothing is to be sent. API and Buzzee are switched apart. */
function settingOf(line: Line, destination: Destination): string {
  return destination === 'notificationUrl' && !line.api ? '' : line[destination];
}

/**
 * `<callref>-<n>`: 1, 2, 3 for SETUP, CONNECT, RELEASE at the notification URL, 4, 5, 6 for the same
 * at the Buzzee URL. Counted from what the event is, not from what was sent before: the RELEASE that
 * ends a call after a crash gets the id it would have had without the crash.
 */
function notificationId(
  callref: string,
  destination: Destination,
  type: CallEvent['type'],
): string {
  const place = DESTINATIONS.indexOf(destination) * EVENT_TYPES.length;
  return `${callref}-${place + EVENT_TYPES.indexOf(type) + 1}`;
}

/** What must be delivered in order: the notifications of one call at one destination. */
export function chainOf({ id, callref }: Notification): string {
  const n = Number(id.slice(id.lastIndexOf('-') + 1));
  return `${callref} ${Math.floor((n - 1) / EVENT_TYPES.length)}`;
}
