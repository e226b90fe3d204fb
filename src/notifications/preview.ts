// What a template will send, shown before anything happens: the three requests of an answered call from
// a mobile, with sample values that are always the same. Sends nothing; test-call.ts does.

import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Destination } from './destination.ts';
import { parseDestinationUrl, requestOf } from './formats.ts';
import { keywordValues } from './keywords.ts';
import { expandTemplate } from './template.ts';
import type { Template } from './template.ts';
import { maskUserInfo } from './url.ts';

export const EVENT_TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;

/** One request as it would be sent; user name and password in the URL replaced. */
export interface PreviewedRequest {
  readonly type: CallEvent['type'];
  readonly method: 'GET';
  readonly url: string;
}

// Of the form that callrefs and drefs have here, and 13 digits of a time, so that lengths are right.
const SAMPLE_CALLREF = 'm3p4q5r60a1b2c3d4e5f6789';
const SAMPLE_DREF = '5f0c9d3e8b7a4162a1b2c3d4e5f60718';
const SAMPLE_TIMES = { SETUP: 0, CONNECT: 4_000, RELEASE: 64_000 };
const SAMPLE_START = 1_767_225_600_000;

/** An incoming call of a line that no telephone made: for examples and tests. */
export function madeUpCall(
  callref: string,
  dref: string,
  account: E164,
  caller: string,
): CallIdentity {
  return {
    callref,
    dref,
    drefReplace: '',
    sessionId: '',
    isAcd: false,
    redirectingNumber: '',
    account,
    caller,
    callee: account,
    sipCallId: '',
  };
}

/**
 * The requests of a call to the line `account` that is answered, in order: whole URLs as they would be
 * sent, with sample values for what only a real call has.
 */
export function previewRequests(
  template: Template,
  account: E164,
  caller: string,
): PreviewedRequest[] {
  const call = madeUpCall(SAMPLE_CALLREF, SAMPLE_DREF, account, caller);
  return sampleEvents(call).map((event) => {
    const url = maskUserInfo(expandTemplate(template, keywordValues(event)));
    return { type: event.type, method: 'GET', url };
  });
}

/** One request to a destination as it would be sent; `contentType` and `body` are empty for a GET. */
export interface PreviewedPost extends Omit<PreviewedRequest, 'method'> {
  readonly method: 'GET' | 'POST';
  readonly contentType: string;
  readonly body: string;
}

/**
 * The requests that a destination, whose settings were checked, would be sent for an answered call between
 * its line and `mobile`: incoming, or outgoing where only those are told. Whether it is on, and whether it
 * wants this number, does not matter.
 */
export function previewDestination(
  { format, url, types, direction }: Destination,
  line: Pick<Line, 'number' | 'title'>,
  mobile: string,
): PreviewedPost[] {
  const parsed = parseDestinationUrl(format, url);
  if (!parsed.ok) return [];
  const incoming = madeUpCall(SAMPLE_CALLREF, SAMPLE_DREF, line.number, mobile);
  const call =
    direction === 'outgoing' ? { ...incoming, caller: line.number, callee: mobile } : incoming;
  return sampleEvents(call)
    .filter(({ type }) => types.includes(type))
    .map((event) => {
      const request = requestOf(format, parsed.template, event, line.title);
      const method = request.contentType === '' ? 'GET' : 'POST';
      return { ...request, type: event.type, method, url: maskUserInfo(request.url) };
    });
}

function sampleEvents(call: CallIdentity): CallEvent[] {
  return EVENT_TYPES.map((type) => {
    const event = { type, at: SAMPLE_START + SAMPLE_TIMES[type], call };
    return type === 'RELEASE' ? { ...event, cause: 'normal' } : event;
  });
}
