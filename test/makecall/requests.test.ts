// The request of makecall.html, right and wrong, as bytes on the wire: each answer's status and body.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { line, mobile, openHouse, otherLine, password } from '../kit/house.ts';
import type { House } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { registerTerminal } from '../kit/register.ts';
import { run } from '../kit/run.ts';

interface Answer {
  readonly status: number;
  readonly phrase: string;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes to the server and reads its answer to the end of the connection. */
async function exchange(house: House, request: string | Buffer): Promise<Answer> {
  const { hostname, port } = new URL(house.server.http);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const blank = text.indexOf('\r\n\r\n');
  const [, status, phrase] = /^HTTP\/1\.1 (\d{3}) ([^\r]*)/.exec(text) ?? [];
  return {
    status: Number(status),
    phrase: phrase ?? '',
    head: text.slice(0, blank),
    body: text.slice(blank + 4),
  };
}

function get(query: string, headers: readonly string[] = []): Buffer {
  const head = [
    `GET /makecall.html${query} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    ...headers,
    '',
    '',
  ];
  return Buffer.from(head.join('\r\n'));
}

/** A house whose line accepts our address, with a terminal that is registered and never answers. */
async function trustingHouse(t: Parameters<typeof openHouse>[0]): Promise<House> {
  const house = await openHouse(t);
  await house.server.run('line', 'set', line, '--source-ip', '127\\.0\\.0\\.1');
  const server = house.server.sip;
  await registerTerminal(t, { server, number: line, password, contact: '127.0.0.1:9' });
  return house;
}

test('wrong requests get a status that is not 200 and one line that says what is wrong', async (t) => {
  const house = await trustingHouse(t);
  const account = `ACCOUNT=${line}`;
  const cases: [string, number, RegExp][] = [
    ['', 400, /ACCOUNT is missing/],
    ['?ACCOUNT=&CALLEE=1', 400, /ACCOUNT is missing/],
    ['?ACCOUNT=abc&CALLEE=1', 400, /^ACCOUNT: /],
    [`?ACCOUNT=${'3'.repeat(65)}&CALLEE=1`, 400, /^ACCOUNT: /],
    [`?${account}&${account}&CALLEE=${mobile}`, 400, /ACCOUNT is there twice/],
    [`?${account}&account=1`, 400, /ACCOUNT is there twice/],
    [`?${account}`, 400, /CALLEE is missing/],
    [`?${account}&CALLEE=`, 400, /CALLEE is missing/],
    [`?${account}&CALLEE=bob`, 400, /^CALLEE: /],
    [`?${account}&CALLEE=${'3'.repeat(65)}`, 400, /^CALLEE: /],
    [`?${account}&CALLEE=1&CALLEE=2`, 400, /CALLEE is there twice/],
    [`?${account}&CALLEE=${line}`, 400, /the line that calls/],
    [`?${account}&CALLEE=77`, 400, /short number/],
    [`?${account}&CALLEE=${mobile}&RECORD=1`, 400, /RECORD is not available/],
    [`?${account}&CALLEE=${mobile}&CALLER=${mobile}`, 400, /CALLER .* not available/],
    [`?ACCOUNT=${otherLine}&CALLEE=${mobile}`, 401, /Digest/],
    ['?ACCOUNT=33100000000&CALLEE=1', 401, /Digest/],
  ];
  for (const [query, status, text] of cases) {
    const answer = await exchange(house, get(query));
    assert.equal(answer.status, status, `${query.slice(0, 80)}: ${answer.body}`);
    assert.match(answer.body, text);
    assert.ok(!answer.body.includes('\n'));
  }
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE']) {
    const request = get(`?${account}&CALLEE=${mobile}`).toString().replace('GET', method);
    const answer = await exchange(house, request);
    assert.equal(answer.status, 405, method);
    assert.match(answer.head, /\r\nallow: GET/i);
  }
  assert.deepEqual(await house.server.json('call', 'list'), []);
});

test('one call a second: what comes too early gets 500 Come Back Later, and a 401 takes no turn', async (t) => {
  const house = await trustingHouse(t);
  const right = get(`?ACCOUNT=${line}&CALLEE=${mobile}`);
  const first = await exchange(house, right);
  assert.equal(first.body, 'OK');
  assert.equal(first.status, 200);
  const second = await exchange(house, right);
  assert.equal(
    `${second.status} ${second.phrase}|${second.body}`,
    '500 Come Back Later|Come Back Later',
  );
});

test('no terminal is registered: 503, no event, and the turn is kept', async (t) => {
  const house = await openHouse(t);
  await house.server.run('line', 'set', line, '--source-ip', '127.0.0.1');
  for (let i = 0; i < 2; i++) {
    const answer = await exchange(house, get(`?ACCOUNT=${line}&CALLEE=${mobile}`));
    assert.equal(answer.status, 503);
    assert.match(answer.body, /No telephone is registered/);
  }
  assert.deepEqual(await house.server.json('call', 'list'), []);
  await house.server.run('line', 'set', line, '--api', 'off');
  const off = await exchange(house, get(`?ACCOUNT=${line}&CALLEE=${mobile}`));
  assert.equal(off.status, 403);
});

test('names with quotes, brackets, line breaks and raw bytes reach the telephone as one harmless name', async (t) => {
  if (!requirePeer(t, 'sipp')) return;
  const house = await openHouse(t, { args: ['--ring-timeout', '1'] });
  await house.server.run('line', 'set', line, '--source-ip', '127.0.0.1');
  const names: [string, string][] = [
    ['%22%3E%3Cx%3E%0D%0AX-Evil:%201%00', '"\\"><x> X-Evil: 1"'],
    ['José Müller', '"José Müller"'],
    ['Jos\xe9', '"José"'],
    ['a+b', '"a b"'],
  ];
  for (const [name, shown] of names) {
    const phone = await house.telephone(line, { scenario: 'uas-ring-cancel' });
    const target = `?ACCOUNT=${line}&CALLEE=${mobile}&CALLEE_NAME=`;
    const latin = name.includes('\xe9') && !name.includes('José ');
    const bytes = Buffer.concat([
      get(target).subarray(0, `GET /makecall.html${target}`.length),
      Buffer.from(name, latin ? 'latin1' : 'utf8'),
      get('').subarray('GET /makecall.html'.length),
    ]);
    const answer = await exchange(house, bytes);
    assert.equal(answer.body, 'OK');
    await phone.succeeds();
    const invite = phone.messages().find((m) => m.method === 'INVITE')!;
    const from = Buffer.from(invite.header('from'), 'latin1').toString('utf8');
    assert.ok(from.startsWith(`${shown} <sip:${mobile}@`), from);
    assert.equal(invite.header('x-evil'), '');
    // The quota of one a second.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
});

test('the pattern decides on the whole address; an invalid one means Digest; a line may search instead', async (t) => {
  const house = await openHouse(t);
  const ask = async (...settings: string[]): Promise<number> => {
    await house.server.run('line', 'set', line, ...settings);
    return (await exchange(house, get(`?ACCOUNT=${line}&CALLEE=${mobile}`))).status;
  };
  // 503 is past authentication: no telephone is registered.
  assert.equal(await ask('--source-ip', '127.0.0.1'), 503);
  assert.equal(await ask('--source-ip', '127\\.0\\.0\\.1|10\\.0\\.0\\.1'), 503);
  assert.equal(await ask('--source-ip', '27.0.0.'), 401);
  assert.equal(await ask('--source-ip', '^127\\.'), 401);
  assert.equal(await ask('--source-ip', '^127\\.', '--source-ip-match', 'search'), 503);
  assert.equal(await ask('--source-ip', 'a)|(.*'), 401);
  assert.equal(await ask('--source-ip', ''), 401);
});

test('X-Forwarded-For counts from a listed proxy only', async (t) => {
  for (const [trusted, status] of [
    [true, 503],
    [false, 401],
  ] as const) {
    const args = trusted ? ['--trust-proxy', '127.0.0.0/8'] : [];
    const house = await openHouse(t, { args });
    await house.server.run('line', 'set', line, '--source-ip', '203\\.0\\.113\\.7');
    const forwarded = ['X-Forwarded-For: 203.0.113.7'];
    const answer = await exchange(house, get(`?ACCOUNT=${line}&CALLEE=${mobile}`, forwarded));
    assert.equal(answer.status, status, `trusted: ${trusted}`);
    const spoofed = ['X-Forwarded-For: 203.0.113.7, 198.51.100.9'];
    const other = await exchange(house, get(`?ACCOUNT=${line}&CALLEE=${mobile}`, spoofed));
    assert.equal(other.status, 401);
  }
});

test('a foreign page cannot use the address of the office, unless the line lists it', async (t) => {
  const house = await openHouse(t);
  await house.server.run(
    'line',
    'set',
    line,
    '--source-ip',
    '127.0.0.1',
    '--origins',
    'https://crm.example',
  );
  const ask = (...headers: string[]): Promise<Answer> =>
    exchange(house, get(`?ACCOUNT=${line}&CALLEE=${mobile}`, headers));
  assert.equal((await ask('Sec-Fetch-Site: cross-site')).status, 403);
  assert.equal(
    (await ask('Sec-Fetch-Site: cross-site', 'Origin: https://evil.example')).status,
    403,
  );
  assert.equal((await ask('Origin: null')).status, 403);
  assert.equal((await ask('Referer: http://evil.example/page')).status, 403);
  assert.equal((await ask('Sec-Purpose: prefetch')).status, 403);
  assert.equal((await ask('Sec-Fetch-Site: none')).status, 503);
  assert.equal((await ask('Origin: http://x')).status, 503);
  const listed = await ask('Sec-Fetch-Site: cross-site', 'Origin: https://crm.example');
  assert.equal(listed.status, 503);
  assert.match(listed.head, /access-control-allow-origin: https:\/\/crm\.example/i);
});

test("a Digest that was used, that is another line's, or of the path alone, is refused and told why", async (t) => {
  if (!requirePeer(t, 'curl')) return;
  const house = await openHouse(t);
  const url = `${house.server.http}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}`;
  const curl = async (...args: string[]): Promise<string> =>
    (await run(t, 'curl', '-s', '-w', ' %{http_code}', '--max-time', '5', ...args, url)).stdout;
  assert.match(await curl('--digest', '-u', `${line}:${password}`), /No telephone .* 503$/);
  assert.match(await curl('--digest', '-u', `${line}:wrong`), /Wrong user or password.* 401$/);
  assert.match(await curl('--digest', '-u', `${otherLine}:${password}`), / 401$/);
  assert.match(await curl('-u', `${line}:${password}`), /Basic .* 401$/);
  const shown = await run(t, 'curl', '-sv', '--digest', '-u', `${line}:${password}`, url);
  const used = /> (Authorization: Digest [^\r\n]+)/.exec(shown.stderr)?.[1] ?? '';
  const replayed = await run(t, 'curl', '-sv', '-H', used, url);
  assert.match(replayed.stdout, /nonce is old or was used/);
  assert.match(replayed.stderr, /stale=true/);
});

test('10,000 requests without credentials are answered, and the server is well', async (t) => {
  const house = await openHouse(t);
  const { hostname, port } = new URL(house.server.http);
  const request = `GET /makecall.html?ACCOUNT=${line}&CALLEE=${mobile} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = connect(Number(port), hostname);
      let seen = '';
      for (let i = 0; i < 1000; i++) socket.write(request);
      let count = 0;
      for await (const chunk of socket) {
        seen = (seen + String(chunk)).slice(-20_000);
        count += String(chunk).split('HTTP/1.1 401').length - 1;
        if (count >= 1000) break;
      }
      return count;
    }),
  );
  assert.ok(
    answers.every((count) => count >= 990),
    String(answers),
  );
  assert.equal((await fetch(`${house.server.http}/healthz`)).status, 200);
});
