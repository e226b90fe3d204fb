// A test call: the three requests of a call that nobody makes, sent at once and answered with what came
// back, so that a URL can be tried before it is needed. Marked for the receiver, not kept, never tried
// again. The outbox, which delivers what really happened, is not involved.

import { randomBytes } from 'node:crypto';
import type { CallEvent } from '../calls/call-event.ts';
import type { Message } from '../message.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Clock } from './clock.ts';
import { diagnose, NOT_SENT } from './diagnosis.ts';
import { keywordValues } from './keywords.ts';
import { EVENT_TYPES, madeUpCall } from './preview.ts';
import type { Sender, SendResult } from './send.ts';
import { expandTemplate } from './template.ts';
import type { Template } from './template.ts';
import { maskUserInfo } from './url.ts';

export interface TestCallsOptions {
  readonly send: Sender['send'];
  readonly clock: Clock;
  /** How long the line's receiver has to answer; where it is left out, as long as the sender says. */
  readonly timeoutMsOf?: (account: E164) => number;
  /** 32 lower-case hex digits by chance; the callref is made of the first 20 of one. */
  readonly newId?: () => string;
}

export interface TestCall {
  readonly account: E164;
  readonly template: Template;
  /** Who seems to call; a number that is nobody's where it is left out. */
  readonly caller?: string;
}

/** What came back for one request. */
export interface TestCallResult {
  readonly type: CallEvent['type'];
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
const NOBODYS_NUMBER = '33199001234';
const AT_ONCE = 20;

export function createTestCalls(options: TestCallsOptions): TestCalls {
  const { send, clock, timeoutMsOf, newId = () => randomBytes(16).toString('hex') } = options;
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
  async function call({ account, template, caller }: TestCall): Promise<TestCallAnswer> {
    const callref = `test-${newId().slice(0, 20)}`;
    const identity = madeUpCall(callref, newId(), account, caller ?? NOBODYS_NUMBER);
    const results: TestCallResult[] = [];
    const timeoutMs = timeoutMsOf?.(account);
    let answers = true;
    for (const [place, type] of EVENT_TYPES.entries()) {
      const at = clock.now();
      const url = expandTemplate(template, keywordValues({ type, at, call: identity }));
      const shown = { type, url: maskUserInfo(url) };
      if (answers) {
        const result = await send({
          url,
          id: `${callref}-${place + 1}`,
          attempt: 1,
          test: true,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        });
        results.push({
          ...shown,
          at: new Date(result.at).toISOString(),
          ms: result.ms,
          status: result.status,
          ok: result.failure === null,
          diagnosis: diagnose(url, result),
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

/** Whether anything came back, be it nonsense: then it is worth to see what it says to the next. */
function hasAnswered({ status, failure }: SendResult): boolean {
  return status !== null || failure === 'bad-answer';
}

function busy(error: string): TestCallAnswer {
  return { ok: false, code: 'busy', error };
}
