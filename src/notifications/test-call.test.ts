import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { createSender } from './send.ts';
import type { SendResult } from './send.ts';
import { parseTemplate } from './template.ts';
import { createTestCalls } from './test-call.ts';
import type { TestCallAnswer } from './test-call.ts';
import {
  HandClock,
  LINE,
  number,
  OK,
  portOf,
  rawReceiver,
  Signal,
  loopbackPolicy,
} from './test-kit.ts';

function templateOf(text: string) {
  const parsed = parseTemplate(text);
  assert.ok(parsed.ok, text);
  return parsed.template;
}

/** Test calls with a real sender. */
function testCalls(clock: Clock = systemClock) {
  const sender = createSender({ policy: loopbackPolicy, clock, version: '0' });
  const { run } = createTestCalls({ send: sender.send, clock });
  return {
    close: () => sender.close(),
    run: (url: string) => run({ account: LINE, template: templateOf(url) }),
    [Symbol.asyncDispose]: () => sender.close(),
  };
}

async function httpServer(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${portOf(server.address())}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function resultsOf(answer: TestCallAnswer) {
  assert.ok(answer.ok);
  return answer.results;
}

const codesOf = (answer: TestCallAnswer) =>
  resultsOf(answer).map(({ type, diagnosis }) => `${type} ${diagnosis.code}`);

const arrivedLate: SendResult = {
  at: 0,
  ms: 2001,
  status: 204,
  error: null,
  failure: null,
  address: '192.0.2.1:80',
  answer: null,
  sent: true,
};

describe('a test call', () => {
  it('is three marked requests in order, each after the answer to the one before', async () => {
    let open = 0;
    await using receiver = await rawReceiver((socket) => {
      assert.equal(++open, 1);
      setImmediate(() => {
        open--;
        socket.write(OK);
      });
    });
    const clock = new HandClock();
    await using calls = testCalls(clock);
    const url = `http://me:pw@127.0.0.1:${receiver.port}/x?t=_N_TYPE_&c=_CALLER_&e=_CALLEE_&a=_ACCOUNT_&r=_CALLREF_&d=_DREF_&s=_TSMS_`;
    const answer = await calls.run(url);
    assert.ok(answer.ok);
    assert.match(answer.callref, /^test-[a-z0-9]{20}$/);
    const drefs = receiver.heads.map((head, place) => {
      const type = ['SETUP', 'CONNECT', 'RELEASE'][place];
      const target = `/x?t=${type}&c=33199001234&e=33123456789&a=33123456789&r=${answer.callref}&d=`;
      assert.ok(head.startsWith(`GET ${target}`), head);
      assert.match(head, /&s=1700000000000 HTTP/);
      assert.match(head, /\r\nWebhook-Test: 1\r\n/i);
      assert.match(head, /\r\nWebhook-Attempt: 1\r\n/i);
      assert.match(head, new RegExp(`\r\nWebhook-Id: ${answer.callref}-${place + 1}\r\n`, 'i'));
      assert.match(head, /\r\nAuthorization: Basic /i);
      return /&d=([0-9a-f]{32})&/.exec(head)?.[1];
    });
    assert.equal(drefs.length, 3);
    assert.equal(new Set(drefs).size, 1);
    assert.deepEqual(codesOf(answer), ['SETUP arrived', 'CONNECT arrived', 'RELEASE arrived']);
    const { url: shown, ...first } = answer.results[0]!;
    assert.ok(shown.startsWith(`http://***@127.0.0.1:${receiver.port}/x?t=SETUP&`), shown);
    assert.deepEqual(first, {
      type: 'SETUP',
      method: 'GET',
      at: '2023-11-14T22:13:20.000Z',
      ms: 0,
      status: 200,
      ok: true,
      diagnosis: {
        code: 'arrived',
        text: 'The server has taken it (200).',
        values: { status: 200 },
      },
    });
  });

  it('has another callref and dref each time, and the caller that is asked for', async () => {
    const urls: string[] = [];
    const { run } = createTestCalls({
      clock: systemClock,
      send: async ({ url }) => {
        urls.push(url);
        return arrivedLate;
      },
    });
    const template = templateOf('http://h/_CALLREF_/_DREF_/_CALLER_/_N_TYPE_');
    await run({ account: LINE, template, otherParty: '33612345678' });
    await run({ account: LINE, template, otherParty: 'anonymous' });
    const parts = urls.map((url) => url.split('/'));
    assert.equal(new Set(parts.map(([, , , callref]) => callref)).size, 2);
    assert.equal(new Set(parts.map(([, , , , dref]) => dref)).size, 2);
    assert.deepEqual([parts[0]?.[5], parts[3]?.[5]], ['33612345678', 'anonymous']);
  });

  it('that fails at a status is tried to its end, each answer with what to look at', async () => {
    const statuses: [status: number, code: string, text: RegExp][] = [
      [401, 'status-401', /user name and password/],
      [403, 'status-403', /forbids/],
      [404, 'status-404', /nothing at this path/],
      [405, 'status-405', /GET/],
      [500, 'status-5xx', /own log/],
      [503, 'status-5xx', /503/],
      [304, 'status', /304/],
      [400, 'status', /200 to 299/],
    ];
    for (const [status, code, text] of statuses) {
      await using server = await httpServer((_request, response) => {
        response.writeHead(status).end();
      });
      await using calls = testCalls();
      const answer = await calls.run(`http://${server.host}/x`);
      assert.deepEqual(codesOf(answer), [`SETUP ${code}`, `CONNECT ${code}`, `RELEASE ${code}`]);
      const { ok, status: shown, diagnosis } = resultsOf(answer)[0]!;
      assert.deepEqual([ok, shown, diagnosis.values?.['status']], [false, status, status]);
      assert.match(diagnosis.text, text);
    }
  });

  it('says where a redirect leads, without the password in it', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(302, { location: 'https://u:secret@elsewhere/y' }).end();
    });
    await using calls = testCalls();
    const answer = await calls.run(`http://${server.host}/x`);
    assert.equal(codesOf(answer).join(), 'SETUP redirect,CONNECT redirect,RELEASE redirect');
    assert.deepEqual(resultsOf(answer)[0]!.diagnosis, {
      code: 'redirect',
      text: 'The server redirects to https://***@elsewhere/y. Redirects are not followed: write the final address here.',
      values: { status: 302, location: 'https://***@elsewhere/y' },
    });
  });

  it('goes on where the answer is no HTTP', async () => {
    await using receiver = await rawReceiver((socket) => void socket.end('SSH-2.0-x\r\n\r\n'));
    await using calls = testCalls();
    const answer = await calls.run(`http://127.0.0.1:${receiver.port}/x`);
    assert.deepEqual(codesOf(answer), [
      'SETUP bad-answer',
      'CONNECT bad-answer',
      'RELEASE bad-answer',
    ]);
    assert.match(resultsOf(answer)[0]!.diagnosis.text, /not valid HTTP.*port/);
  });

  it('ends where nobody answers, and does not send what would wait behind', async () => {
    await using plain = await httpServer((_request, response) => response.end());
    const closed = await rawReceiver(() => {});
    await closed[Symbol.asyncDispose]();
    const cases: [url: string, code: string, host: string][] = [
      ['http://no-such-name.invalid/x', 'name-not-found', 'no-such-name.invalid'],
      [`http://127.0.0.1:${closed.port}/x`, 'refused', `127.0.0.1:${closed.port}`],
      [`https://${plain.host}/x`, 'certificate', plain.host],
    ];
    for (const [url, code, host] of cases) {
      await using calls = testCalls();
      const answer = await calls.run(url);
      const [first, second] = resultsOf(answer);
      assert.deepEqual(codesOf(answer), [`SETUP ${code}`, 'CONNECT not-sent', 'RELEASE not-sent']);
      assert.equal(first!.diagnosis.values?.['host'], host);
      assert.ok(first!.diagnosis.text.includes(host));
      assert.deepEqual([second!.ok, second!.status, second!.ms], [false, null, 0]);
      assert.match(second!.url, /type=CONNECT$/);
    }
  });

  it('ends at a timeout, also of a later request', async () => {
    const clock = new HandClock();
    await using receiver = await rawReceiver((socket, head) => {
      if (head.includes('SETUP')) socket.write(OK);
    });
    await using calls = testCalls(clock);
    const answering = calls.run(`http://127.0.0.1:${receiver.port}/x`);
    await receiver.received(2);
    clock.advance(5000);
    const answer = await answering;
    assert.deepEqual(codesOf(answer), ['SETUP arrived', 'CONNECT timeout', 'RELEASE not-sent']);
    const { ms, diagnosis } = resultsOf(answer)[1]!;
    assert.equal(ms, 5000);
    assert.equal(diagnosis.values?.['seconds'], 5);
    assert.match(diagnosis.text, /did not answer within 5 s/);
    assert.equal(receiver.heads.length, 2);
  });

  it('ends when the server stops', async () => {
    await using receiver = await rawReceiver(() => {});
    await using calls = testCalls();
    const answering = calls.run(`http://127.0.0.1:${receiver.port}/x`);
    await receiver.received(1);
    await calls.close();
    assert.deepEqual(codesOf(await answering), [
      'SETUP stopped',
      'CONNECT not-sent',
      'RELEASE not-sent',
    ]);
  });

  it('says that an answer is slow after more than 2 s', async () => {
    for (const [ms, code] of [
      [2000, 'arrived'],
      [2001, 'arrived-slowly'],
    ] as const) {
      const { run } = createTestCalls({
        clock: systemClock,
        send: async () => ({ ...arrivedLate, ms }),
      });
      const answer = await run({ account: LINE, template: templateOf('http://h/') });
      const { ok, diagnosis } = resultsOf(answer)[2]!;
      assert.deepEqual([ok, diagnosis.code], [true, code]);
      if (code === 'arrived-slowly') assert.match(diagnosis.text, /after 2 s\. Calls come faster/);
    }
  });
});

describe('test calls at the same time', () => {
  it('are one for a line and 20 in all; more are busy, and there is room again afterwards', async () => {
    const waiting: (() => void)[] = [];
    const signal = new Signal();
    const { run } = createTestCalls({
      clock: systemClock,
      send: () =>
        new Promise((resolve) => {
          waiting.push(() => resolve(arrivedLate));
          signal.changed();
        }),
    });
    const template = templateOf('http://h/');
    const of = (place: number) => run({ account: number(`3312345${1000 + place}`), template });
    const going = Array.from({ length: 20 }, (_, place) => of(place));
    const [again, more] = await Promise.all([of(3), of(20)]);
    assert.deepEqual(
      [again, more].map((answer) => (answer.ok ? '' : `${answer.code} ${answer.error}`)),
      [
        'busy A test of this line goes on. Wait until it has ended.',
        'busy Too many tests go on. Try again in a few seconds.',
      ],
    );
    assert.equal(waiting.length, 20);
    for (let sent = 0; sent < 60; sent++) {
      await signal.until(() => waiting.length > sent, `request ${sent + 1}`);
      waiting[sent]!();
    }
    await Promise.all(going);
    const after = of(3);
    for (let sent = 60; sent < 63; sent++) {
      await signal.until(() => waiting.length > sent, `request ${sent + 1}`);
      waiting[sent]!();
    }
    assert.equal((await after).ok, true);
  });
});
