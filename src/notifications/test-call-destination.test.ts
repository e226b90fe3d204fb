import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEvent } from '../calls/call-event.ts';
import type { E164 } from '../numbers/e164.ts';
import { FORMATS } from './destination.ts';
import type { Destination } from './destination.ts';
import { createPrepare } from './prepare.ts';
import type { SendRequest } from './send.ts';
import { createTestCalls } from './test-call.ts';
import { testOfDestination } from './test-call-destination.ts';
import { destinationWith, HandClock, LINE, lineWith, silent } from './test-kit.ts';

const line = lineWith({ title: 'Reception' });
const NOBODY = '33199001234';

function madeTest(settings: Partial<Destination>) {
  const made = testOfDestination(destinationWith(settings), line);
  assert.ok(made.ok);
  return made;
}

/** What is sent for the test of a destination set so, in a house with a key for every place. */
async function sentFor(settings: Partial<Destination>) {
  const sent: SendRequest[] = [];
  const clock = new HandClock();
  const ids = ['a'.repeat(32), 'b'.repeat(32)];
  const { run } = createTestCalls({
    clock,
    newId: () => ids.shift()!,
    timeoutMsOf: (account) => (account === LINE ? 2500 : 1),
    signerOf: (account: E164, place) => () => `key of ${account} ${place}`,
    send: async (request) => {
      sent.push(request);
      const at = clock.now();
      const rest = { error: null, failure: null, address: null, answer: null, sent: true };
      return { at, ms: 1, status: 200, ...rest };
    },
  });
  const answer = await run(madeTest(settings).test);
  assert.ok(answer.ok);
  return { sent, results: answer.results };
}

/** What the outbox would be given for a real call that is as the made-up one. */
function preparedFor(settings: Partial<Destination>, call: Partial<CallEvent['call']> = {}) {
  let seq = 0;
  const prepare = createPrepare({
    lineOf: () => line,
    destinationsOf: () => [destinationWith(settings)],
    now: () => 0,
    nextSeq: () => ++seq,
    log: silent,
  });
  const identity = {
    callref: `test-${'a'.repeat(20)}`,
    dref: 'b'.repeat(32),
    drefReplace: '',
    sessionId: '',
    isAcd: false,
    redirectingNumber: '',
    account: LINE,
    caller: NOBODY,
    callee: LINE,
    sipCallId: '',
    ...call,
  };
  const at = new HandClock().now();
  return prepare([
    { type: 'SETUP', at, call: identity },
    { type: 'CONNECT', at, call: identity },
    { type: 'RELEASE', at, call: identity, cause: 'normal' },
  ]);
}

describe('the test call of a destination', () => {
  it('sends to the byte what a real call would send, in every format', async () => {
    for (const format of FORMATS) {
      const settings = { id: 7, format, url: 'http://u:pw@d/x?c=_CALLER_&t=_TSMS_&r=_CALLREF_' };
      const { sent, results } = await sentFor(settings);
      const real = preparedFor(settings);
      assert.equal(real.length, 3);
      assert.deepEqual(
        sent.map(({ id, url, content }) => ({
          id,
          url,
          contentType: content?.type ?? '',
          body: content?.body ?? '',
        })),
        real.map(({ id, url, contentType, body }) => ({ id, url, contentType, body })),
      );
      for (const { sign, test, attempt, timeoutMs } of sent) {
        assert.equal(sign?.('', 0, ''), `key of ${LINE} 7`);
        assert.deepEqual([test, attempt, timeoutMs], [true, 1, 2500]);
      }
      for (const { method, url } of results) {
        assert.equal(method, format === 'get' ? 'GET' : 'POST');
        assert.ok(url.startsWith('http://***@d/'), url);
      }
    }
  });

  it('leaves out what the destination is not told, and says what', async () => {
    const settings: Partial<Destination> = { types: ['SETUP', 'RELEASE'] };
    const { sent, results } = await sentFor(settings);
    assert.deepEqual(
      results.map(({ type }) => type),
      ['SETUP', 'RELEASE'],
    );
    // The ids too are those of a real call, with the same gap.
    assert.deepEqual(
      sent.map(({ id }) => id),
      preparedFor(settings).map(({ id }) => id),
    );
    assert.deepEqual(madeTest(settings).notes, [
      {
        code: 'test-left-out',
        text: 'Not sent, since the destination is not set to be told of it: CONNECT.',
        values: { types: 'CONNECT' },
      },
    ]);
  });

  it('is an outgoing one where only those are told', async () => {
    const settings: Partial<Destination> = { direction: 'outgoing', format: 'standard-webhooks' };
    const { sent } = await sentFor(settings);
    assert.deepEqual(
      sent.map(({ content }) => content?.body),
      preparedFor(settings, { caller: LINE, callee: NOBODY }).map(({ body }) => body),
    );
    const [note] = madeTest(settings).notes;
    assert.equal(note?.code, 'test-outgoing');
    assert.deepEqual(madeTest({ direction: 'incoming' }).notes, []);
  });

  it('goes to a destination that is off, and past its numbers, and says so', async () => {
    const settings: Partial<Destination> = { enabled: false, numbers: ['336', '337'] };
    assert.deepEqual(preparedFor(settings), []);
    assert.equal((await sentFor(settings)).sent.length, 3);
    const [off, numbers, ...more] = madeTest(settings).notes;
    assert.equal(off?.code, 'test-destination-off');
    assert.deepEqual(numbers?.values, { number: NOBODY, numbers: '336, 337' });
    assert.match(numbers.text, /33199001234 is sent all the same.*begins with 336, 337\.$/);
    assert.deepEqual(more, []);
  });

  it('says nothing of numbers where its own passes, and names a few of many', () => {
    assert.deepEqual(madeTest({ numbers: ['336', '33199'] }).notes, []);
    const numbers = Array.from({ length: 100 }, (_, place) => String(4400 + place));
    const [note] = madeTest({ numbers }).notes;
    assert.equal(note?.values?.['numbers'], '4400, 4401, 4402, 4403, 4404, …');
  });

  it('is not made where the URL is not usable', () => {
    const made = testOfDestination(destinationWith({ url: 'ftp://d/' }), line);
    assert.ok(!made.ok);
    assert.equal(made.error.code, 'template-scheme');
  });
});
