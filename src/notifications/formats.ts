// One event as a destination's format writes it: which URL, and for the formats that are sent by POST, which
// body. Sends nothing and signs nothing: send.ts and signing.ts do. docs/destinations.md has an example of each.

import type { CallEvent, CallIdentity, ReleaseCause } from '../calls/call-event.ts';
import type { DestinationFormat } from './destination.ts';
import { directionOf } from './filter.ts';
import { keywordValues } from './keywords.ts';
import { expandTemplate, parseTemplate } from './template.ts';
import type { ParsedTemplate, Template } from './template.ts';
import type { TemplateMessageCode } from './template-codes.ts';
import { parameterSeparator, splitUrl } from './url.ts';

/** What an event sends to one place. `contentType` and `body` are empty for a GET. */
export interface EventRequest {
  readonly url: string;
  readonly contentType: string;
  readonly body: string;
}

const JSON_TYPE = 'application/json';

/** What a URL is warned of only where it must carry the event itself. */
const ABOUT_GET: ReadonlySet<TemplateMessageCode> = new Set([
  'template-no-callref',
  'template-type-twice',
]);

/**
 * The URL of a destination, checked and compiled as parseTemplate does. Where the body tells of the event,
 * nothing is appended to the URL: it is the customer's own, with the keywords that he wrote.
 */
export function parseDestinationUrl(format: DestinationFormat, url: string): ParsedTemplate {
  const parsed = parseTemplate(url);
  if (format === 'get' || !parsed.ok) return parsed;
  return {
    ok: true,
    template: withoutAppendedType(parsed.template, url),
    warnings: parsed.warnings.filter(({ code }) => !ABOUT_GET.has(code)),
  };
}

/**
 * The request that tells of an event. `template` is what parseDestinationUrl made for this format,
 * `lineTitle` what the line is called, empty where it has no name.
 */
export function requestOf(
  format: DestinationFormat,
  template: Template,
  event: CallEvent,
  lineTitle: string,
): EventRequest {
  const url = expandTemplate(template, keywordValues(event));
  if (format === 'get') return { url, contentType: '', body: '' };
  const content =
    format === 'standard-webhooks' ? standardWebhook(event) : zammad(event, lineTitle);
  return { url, contentType: JSON_TYPE, body: JSON.stringify(content) };
}

const WEBHOOK_TYPES = {
  SETUP: 'call.setup',
  CONNECT: 'call.connect',
  RELEASE: 'call.release',
} as const;

/** Type, time and data, as https://www.standardwebhooks.com recommends ("Payload structure"). */
function standardWebhook({ type, at, call, cause }: CallEvent): object {
  return {
    type: WEBHOOK_TYPES[type],
    timestamp: new Date(at).toISOString(),
    data: {
      callref: call.callref,
      account: call.account,
      caller: call.caller,
      callee: call.callee,
      direction: directionOf(call),
      dref: call.dref,
      dref_replace: call.drefReplace,
      session_id: call.sessionId,
      is_acd: call.isAcd,
      redirecting_number: call.redirectingNumber,
      tsms: at,
      // Absent but on a release: JSON.stringify leaves out what is undefined.
      cause,
    },
  };
}

const ZAMMAD_EVENTS = { SETUP: 'newCall', CONNECT: 'answer', RELEASE: 'hangup' } as const;

/** The causes that Zammad knows; what was answered and then ended by the server is an end like others. */
const ZAMMAD_CAUSES: Readonly<Record<ReleaseCause, string>> = {
  normal: 'normalClearing',
  busy: 'busy',
  // "noAnswer" is Zammad's word for a call that the called party rejected as well.
  refused: 'noAnswer',
  'no-answer': 'noAnswer',
  cancelled: 'cancel',
  'no-terminal': 'notFound',
  'not-found': 'notFound',
  unreachable: 'congestion',
  failed: 'congestion',
  'server-stopped': 'normalClearing',
  'too-long': 'normalClearing',
};

/**
 * Zammad's generic CTI (https://docs.zammad.org/en/latest/api/generic-cti/): its members for `newCall`,
 * `answer` and `hangup`. `user` is a text, not a list: on an answer Zammad looks a user up by it, and with a
 * list that ends in an error 500.
 */
function zammad({ type, call, cause }: CallEvent, lineTitle: string): object {
  const incoming = directionOf(call) === 'incoming';
  return {
    event: ZAMMAD_EVENTS[type],
    from: call.caller,
    to: call.callee,
    direction: incoming ? 'in' : 'out',
    callId: call.callref,
    ...(lineTitle === '' ? {} : { user: lineTitle }),
    ...answeredBy(type, incoming, call),
    ...(cause === undefined ? {} : { cause: ZAMMAD_CAUSES[cause] }),
  };
}

/** Zammad opens the ticket for the agent who has this telephone number. */
function answeredBy(type: CallEvent['type'], incoming: boolean, { account }: CallIdentity): object {
  return type === 'CONNECT' && incoming ? { answeringNumber: account } : {};
}

const TYPE_PARAMETER = 'type=';

/** The template without the `type=` that parseTemplate appends where the URL has no `_N_TYPE_`. */
function withoutAppendedType(template: Template, url: string): Template {
  const { literals, slots } = template;
  const [written = ''] = url.trim().split('#', 1);
  const last = slots.length - 1;
  const isAppended =
    !written.endsWith(`${TYPE_PARAMETER}_N_TYPE_`) &&
    slots.findIndex(({ keyword }) => keyword === '_N_TYPE_') === last &&
    literals[last + 1] === '' &&
    literals[last]!.endsWith(TYPE_PARAMETER);
  if (!isAppended) return template;
  const appended = parameterSeparator(splitUrl(written)?.query) + TYPE_PARAMETER;
  return {
    literals: [...literals.slice(0, last), literals[last]!.slice(0, -appended.length)],
    slots: slots.slice(0, last),
  };
}
