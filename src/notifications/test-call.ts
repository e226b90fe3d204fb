// A test call: the requests of a call that nobody makes, sent at once and answered with what came back, so
// that a place can be tried before it is needed. What is sent is what a real call would send there, marked
// for the receiver; it is not kept, and never tried again. The outbox, which delivers what really happened, is
// not involved. What is tested of a destination is test-call-destination.ts's matter.

import { randomBytes } from 'node:crypto';
import type { CallEvent, CallIdentity } from '../calls/call-event.ts';
import type { Message } from '../message.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Clock } from './clock.ts';
import { NOTIFICATION_URL } from './destination.ts';
import type { DestinationFormat } from './destination.ts';
import { diagnose, NOT_SENT } from './diagnosis.ts';
import type { Direction } from './filter.ts';
import { requestOf } from './formats.ts';
import { notificationId } from './prepare.ts';
import { EVENT_TYPES, madeUpCall } from './preview.ts';
import type { Sender, SendRequest, SendResult } from './send.ts';
import type { Template } from './template.ts';
import { maskUserInfo } from './url.ts';

export interface TestCallsOptions {
  readonly send: Sender['send'];
  readonly clock: Clock;
  /** How long the line's receiver has to answer; where it is left out, as long as the sender says. */
  readonly timeoutMsOf?: (account: E164) => number;
  /** Makes the signatures of one place of a line; undefined where it has no key. */
  readonly signerOf?: (account: E164, place: number) => SendRequest['sign'];
  /** 32 lower-case hex digits by chance; the callref is made of the first 20 of one. */
  readonly newId?: () => string;
}

export interface TestCall {
  readonly account: E164;
  /** What parseTemplate, or for a destination parseDestinationUrl, made of the URL. */
  readonly template: Template;
  /** Which place of the line is meant, whose key signs; its notification URL where it is left out. */
  readonly place?: number;
  /** `get` where it is left out. */
  readonly format?: DestinationFormat;
  /** What the line is called, which Zammad is told; no name where it is left out. */
  readonly lineTitle?: string;
  /** The events that are sent; all three where it is left out. */
  readonly types?: readonly CallEvent['type'][];
  /** Which way the call goes; `incoming` where it is left out. */
  readonly direction?: Direction;
  /** Who is at the other end; a number that is nobody's where it is left out. */
  readonly otherParty?: string;
}

/** What came back for one request. */
export interface TestCallResult {
  readonly type: CallEvent['type'];
  readonly method: 'GET' | 'POST';
  /** User name and password in it replaced. */
  readonly url: string;
  /** When it was sent, ISO 8601 in UTC; where it was not, when that was decided. */
  readonly at: string;
  readonly ms: number;
  readonly status: number | null;
  readonly ok: boolean;
  readonly diagnosis: Message;
}

/** `busy`: one goes on for that line, or 20 in all. */
export type TestCallAnswer =
  | { readonly ok: true; readonly callref: string; readonly results: TestCallResult[] }
  | { readonly ok: false; readonly code: 'busy'; readonly error: string };

export interface TestCalls {
  /** Ends when the last request has: at most three times the sender's timeout. Never rejects. */
  readonly run: (test: TestCall) => Promise<TestCallAnswer>;
}

/** France's numbering plan keeps 01 99 00 xx xx for fiction, so that nobody is taken for the caller. */
export const NOBODYS_NUMBER = '33199001234';
const AT_ONCE = 20;

export function createTestCalls(options: TestCallsOptions): TestCalls {
  const { send, clock, timeoutMsOf, signerOf } = options;
  const { newId = () => randomBytes(16).toString('hex') } = options;
  const running = new Set<E164>();

  async function run(test: TestCall): Promise<TestCallAnswer> {
    const { account } = test;
    if (running.has(account)) return busy('A test of this line goes on. Wait until it has ended.');
    if (running.size >= AT_ONCE) return busy('Too many tests go on. Try again in a few seconds.');
    running.add(account);
    try {
      return await call(test);
    } finally {
      running.delete(account);
    }
  }

  /** One request after the other, as a call's are. */
  async function call(test: TestCall): Promise<TestCallAnswer> {
    const { account, template, types = EVENT_TYPES, place = NOTIFICATION_URL } = test;
    const { format = 'get', lineTitle = '' } = test;
    const callref = `test-${newId().slice(0, 20)}`;
    const identity = identityOf(test, callref, newId());
    const results: TestCallResult[] = [];
    const timeoutMs = timeoutMsOf?.(account);
    let answers = true;
    for (const type of EVENT_TYPES.filter((each) => types.includes(each))) {
      const at = clock.now();
      const { url, contentType, body } = requestOf(
        format,
        template,
        { type, at, call: identity, ...(type === 'RELEASE' ? { cause: 'normal' } : {}) },
        lineTitle,
      );
      const method = contentType === '' ? 'GET' : 'POST';
      const shown = { type, method, url: maskUserInfo(url) } as const;
      if (answers) {
        const sign = signerOf?.(account, place);
        const result = await send({
          url,
          id: notificationId(callref, place, type),
          attempt: 1,
          test: true,
          ...(method === 'POST' && { content: { type: contentType, body } }),
          ...(sign && { sign }),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        });
        results.push({
          ...shown,
          at: new Date(result.at).toISOString(),
          ms: result.ms,
          status: result.status,
          ok: result.failure === null,
          diagnosis: diagnose(url, result, { format, signed: sign !== undefined }),
        });
        answers = hasAnswered(result);
      } else {
        results.push({
          ...shown,
          at: new Date(at).toISOString(),
          ms: 0,
          status: null,
          ok: false,
          diagnosis: NOT_SENT,
        });
      }
    }
    return { ok: true, callref, results };
  }

  return { run };
}

function identityOf(test: TestCall, callref: string, dref: string): CallIdentity {
  const { account, direction = 'incoming', otherParty = NOBODYS_NUMBER } = test;
  const incoming = madeUpCall(callref, dref, account, otherParty);
  return direction === 'incoming' ? incoming : { ...incoming, caller: account, callee: otherParty };
}

/** Whether anything came back, be it nonsense: then it is worth to see what it says to the next. */
function hasAnswered({ status, failure }: SendResult): boolean {
  return status !== null || failure === 'bad-answer';
}

function busy(error: string): TestCallAnswer {
  return { ok: false, code: 'busy', error };
}
