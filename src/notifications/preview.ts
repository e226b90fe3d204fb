// What a template will send, shown before anything happens: the three requests of an answered call from
// a mobile, with sample values that are always the same. Sends nothing; test-call.ts does.

import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import type { E164 } from '../numbers/e164.ts';
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
  return EVENT_TYPES.map((type) => {
    const values = keywordValues({ type, at: SAMPLE_START + SAMPLE_TIMES[type], call });
    return { type, method: 'GET', url: maskUserInfo(expandTemplate(template, values)) };
  });
}
