// A test call to each further destination of a line, by command and by REST: what a real receiver gets, signed
// and marked, and what the person is told. That of a line's own URL on the page is in test/portal/story.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorOf } from '../api/client.ts';
import { checkedByGuide } from '../kit/guide-code.ts';
import type { ReceivedRequest } from '../kit/receiver.ts';
import { allTypes, line, openWorld, otherLine, signed } from './world.ts';

interface Tested {
  readonly callref: string;
  readonly results: readonly {
    readonly type: string;
    readonly method: string;
    readonly diagnosis: { readonly code: string };
  }[];
  readonly notes: readonly { readonly code: string }[];
}

/** What a test call was answered, without what differs each time. */
function codesOf({ results, notes }: Tested): string[] {
  const codes = results.map(({ type, method, diagnosis }) => `${type} ${method} ${diagnosis.code}`);
  return [...codes, ...notes.map(({ code }) => code)];
}

/** What a request is made of, without what differs from call to call. */
function shapeOf({ method, target, headers, body }: ReceivedRequest) {
  return {
    method,
    target,
    headers: Object.keys(headers).filter((name) => name !== 'webhook-test'),
    type: headers['content-type'],
    members: Object.keys((JSON.parse(body) as { data: object }).data),
  };
}

/** The operation of the API that tests a destination of the line. */
function testPath(id: string): string {
  return `/lines/${line}/destinations/${id}/test-notification`;
}

test('each destination is tested by command and by REST with what a real call sends there', async (t) => {
  const { receiver, server, add, rotate, at, simulate } = await openWorld(t);
  const get = await add('/get/_CALLREF_?t=_N_TYPE_&c=_CALLER_');
  const webhook = await add('/webhook', '--format', 'standard-webhooks');
  const zammad = await add('/api/v1/cti/TOKEN', '--format', 'zammad', '--types', 'SETUP RELEASE');
  const hook = ['--destination', webhook];
  const secrets = [await rotate(...hook), await rotate(...hook)];
  const own = await rotate();
  const tested = async (...more: string[]): Promise<Tested> =>
    JSON.parse(await server.run('notification', 'test', line, '--json', ...more)) as Tested;

  const ofGet = await tested('--destination', get);
  assert.deepEqual(
    codesOf(ofGet),
    allTypes.map((type) => `${type} GET arrived`),
  );
  assert.match(ofGet.callref, /^test-/);
  assert.deepEqual(
    receiver.targets(),
    allTypes.map((type) => `/get/${ofGet.callref}?t=${type}&c=33199001234`),
  );

  // The command tells people the same: which requests, what came back.
  const printed = await server.run('notification', 'test', line, ...hook);
  assert.match(printed, /^SETUP +200 +\d+ ms {2}POST http:.*\/webhook\n +The server has taken it/);
  const hooks = at('/webhook');
  assert.deepEqual(
    hooks.map(({ body }) => (JSON.parse(body) as { type: string }).type),
    ['call.setup', 'call.connect', 'call.release'],
  );

  // Switched off, and not told of every event.
  await server.run('destination', 'set', zammad, '--disabled', '--numbers', '336');
  const operator = await operatorOf(server);
  const ofZammad: Tested = await operator.must('POST', testPath(zammad));
  assert.deepEqual(codesOf(ofZammad), [
    'SETUP POST arrived',
    'RELEASE POST arrived',
    'test-destination-off',
    'test-left-out',
    'test-numbers',
  ]);
  const shared = {
    from: '33199001234',
    to: line,
    direction: 'in',
    callId: ofZammad.callref,
    user: 'Reception',
  };
  assert.deepEqual(
    at('/api/v1/cti/TOKEN').map(({ body }) => JSON.parse(body)),
    [
      { event: 'newCall', ...shared },
      { event: 'hangup', ...shared, cause: 'normalClearing' },
    ],
  );
  assert.ok(receiver.requests.every(({ headers }) => headers['webhook-test'] === '1'));

  // The line's own URL is signed with its own key, as for a call.
  await tested();
  const requests = [
    ...secrets.flatMap((secret) => hooks.map((request) => signed(secret, request))),
    ...at('/own').map((request) => signed(own, request)),
  ];
  assert.equal(requests.length, 9);
  const forged = { ...requests[0]!, secret: own };
  assert.deepEqual(await checkedByGuide(t, 'ts', [...requests, forged]), [
    ...requests.map(() => true),
    false,
  ]);

  // A real call differs in its callref, its caller, its time and the mark, and in nothing else.
  const before = receiver.requests.length;
  await simulate();
  await receiver.waitForCount(before + 9, 10_000);
  assert.deepEqual(at('/webhook').slice(3).map(shapeOf), hooks.map(shapeOf));
  // Nothing of the tests is kept.
  const kept = await server.json('notification', 'list');
  assert.equal(kept.length, 9);
});

test('a test of a destination says why a receiver refuses, and what is not there is not tested', async (t) => {
  const { receiver, server, add, rotate } = await openWorld(t);
  const webhook = await add('/webhook', '--format', 'standard-webhooks');
  const zammad = await add('/api/v1/cti/TOKEN', '--format', 'zammad');
  const printed = await server.run('destination', 'add', otherLine, receiver.url);
  const foreign = /^destination (\d+)/.exec(printed)![1]!;
  receiver.answer = () => ({ status: 401 });
  const operator = await operatorOf(server);
  const codeOf = async (id: string): Promise<string> => {
    const { results }: Tested = await operator.must('POST', testPath(id));
    assert.equal(results.length, 3);
    return results[0]!.diagnosis.code;
  };
  assert.equal(await codeOf(webhook), 'status-unsigned');
  assert.equal(await codeOf(zammad), 'status-401-zammad');
  await rotate('--destination', webhook);
  assert.equal(await codeOf(webhook), 'status-signed');
  const failed = await server.cli('notification', 'test', line, '--destination', webhook);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /3 of 3 requests did not arrive/);
  assert.match(failed.stdout, /SETUP +401 .*\n.*signature/);

  const told = receiver.requests.length;
  const wrong = ['', 'crm', '0', '1', '-1', '999', '9'.repeat(15), '9'.repeat(16), '1e1', foreign];
  for (const id of wrong) {
    const { status, json } = await operator.send('POST', testPath(encodeURIComponent(id)));
    assert.deepEqual(
      [status, json.code, json.detail],
      [404, 'not-found', 'This destination is not here, or not yours to see'],
      id,
    );
  }
  const other = await server.cli('notification', 'test', line, '--destination', foreign);
  assert.equal(other.code, 1);
  assert.match(other.stderr, new RegExp(`no destination ${foreign}: carillon destination list`));
  assert.equal(receiver.requests.length, told);
});

test('a test of a destination gives up after the time that the line gives its receivers', async (t) => {
  const { receiver, server, add } = await openWorld(t);
  const webhook = await add('/webhook', '--format', 'standard-webhooks');
  await server.run('line', 'set', line, '--delivery-timeout', '0.5');
  receiver.answer = () => ({ afterMs: 10_000 });
  const operator = await operatorOf(server);
  const [first, second] = await Promise.all([
    operator.send('POST', testPath(webhook)),
    receiver.waitForCount(1).then(() => operator.send('POST', testPath(webhook))),
  ]);
  assert.deepEqual(codesOf(first.json), [
    'SETUP POST timeout',
    'CONNECT POST not-sent',
    'RELEASE POST not-sent',
  ]);
  assert.equal(first.json.results[0].diagnosis.values.seconds, 0.5);
  assert.deepEqual([second.status, second.json.code], [409, 'test-running']);
});
