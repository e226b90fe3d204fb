// One line, told to three destinations besides its notification URL: a signed GET, Standard Webhooks, Zammad.
// Real server, real receiver; the signatures are checked by the very code that docs/destinations.md gives to
// those who write a receiver.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { operatorOf } from './api/client.ts';
import { checkedByGuide, type SignedRequest } from './kit/guide-code.ts';
import { requirePeer } from './kit/peer.ts';
import { startServer } from './kit/server.ts';
import { until } from './kit/until.ts';
import { allTypes, line, mobile, openWorld, signed } from './notifications/world.ts';

test('three destinations hear of a call, each in its format, each signed with its own key', async (t) => {
  const { receiver, server, add, rotate, at, simulate } = await openWorld(t);
  const get = await add('/get/_CALLREF_?t=_N_TYPE_&c=_CALLER_', '--title', "O'Reilly & fils");
  const webhook = await add('/webhook', '--format', 'standard-webhooks');
  const zammad = await add('/api/v1/cti/TOKEN', '--format', 'zammad');
  const secrets = {
    own: await rotate(),
    get: await rotate('--destination', get),
    webhook: await rotate('--destination', webhook),
  };
  const before = Date.now();
  const callref = await simulate();
  await receiver.waitForCount(12, 10_000);

  const gets = at('/get');
  assert.deepEqual(
    gets.map(({ method, target, body }) => [method, target, body]),
    allTypes.map((type) => ['GET', `/get/${callref}?t=${type}&c=${mobile}`, '']),
  );
  assert.deepEqual(
    at('/own').map(({ target }) => target),
    allTypes.map((type) => `/own?r=${callref}&type=${type}`),
  );

  const webhooks = at('/webhook');
  const told = webhooks.map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    told.map(({ type, data }) => [type, data.callref, data.caller, data.direction, data.cause]),
    [
      ['call.setup', callref, mobile, 'incoming', undefined],
      ['call.connect', callref, mobile, 'incoming', undefined],
      ['call.release', callref, mobile, 'incoming', 'normal'],
    ],
  );
  for (const { timestamp, data } of told) {
    assert.equal(new Date(timestamp).getTime(), data.tsms);
    assert.ok(data.tsms >= before && data.tsms <= Date.now());
  }
  assert.deepEqual(
    webhooks.map(({ method, target, headers }) => [method, target, headers['content-type']]),
    allTypes.map(() => ['POST', '/webhook', 'application/json']),
  );

  const tickets = at('/api/v1/cti/TOKEN');
  const shared = { from: mobile, to: line, direction: 'in', callId: callref, user: 'Reception' };
  assert.deepEqual(
    tickets.map(({ body }) => JSON.parse(body)),
    [
      { event: 'newCall', ...shared },
      { event: 'answer', ...shared, answeringNumber: line },
      { event: 'hangup', ...shared, cause: 'normalClearing' },
    ],
  );
  assert.deepEqual(
    tickets.map(({ method, target, headers }) => [
      method,
      target,
      headers['content-type'],
      headers['webhook-signature'],
    ]),
    allTypes.map(() => ['POST', '/api/v1/cti/TOKEN', 'application/json', undefined]),
  );

  const requests = [
    ...at('/own').map((request) => signed(secrets.own, request)),
    ...gets.map((request) => signed(secrets.get, request)),
    ...webhooks.map((request) => signed(secrets.webhook, request)),
  ];
  const [first] = requests;
  const forged = [
    ...requests.map((request) => ({ ...request, content: `${request.content}x` })),
    ...requests.map((request) => ({ ...request, id: `${request.id}1` })),
    ...requests.map((request) => ({ ...request, timestamp: `${Number(request.timestamp) + 1}` })),
    { ...first!, secret: secrets.get },
  ];
  assert.deepEqual(await checkedByGuide(t, 'ts', [...requests, ...forged]), [
    ...requests.map(() => true),
    ...forged.map(() => false),
  ]);
  const ids = new Set(receiver.requests.map(({ headers }) => headers['webhook-id']));
  assert.equal(ids.size, 12, 'each event at each place has an id of its own');

  // Switched off, and with its key taken away, at once.
  await server.run('destination', 'set', get, '--disabled');
  await server.run('destination', 'remove', zammad);
  await server.run('secret', 'remove', line);
  await simulate();
  await receiver.waitForCount(18, 10_000);
  assert.equal(at('/get').length, 3);
  assert.equal(at('/api/v1/cti').length, 3);
  assert.equal(at('/own').at(-1)!.headers['webhook-signature'], undefined);
  const again = at('/webhook').slice(3);
  assert.equal(again.length, 3);
  assert.deepEqual(
    await checkedByGuide(
      t,
      'ts',
      again.map((request) => signed(secrets.webhook, request)),
    ),
    [true, true, true],
  );
});

test('a destination gets the calls and events that it is set to, and no others', async (t) => {
  const { receiver, server, add, at, simulate } = await openWorld(t);
  await server.run('line', 'set', line, '--notification-url', '');
  await add('/missed?c=_CALLER_', '--direction', 'incoming', '--types', 'SETUP RELEASE');
  await add('/outgoing?c=_CALLEE_', '--direction', 'outgoing');
  await add('/some?c=_CALLER_', '--numbers', '336 +44', '--types', 'SETUP');
  await add('/all?n=_N_TYPE_');
  await simulate('33612345678');
  await simulate('33712345678');
  await simulate('anonymous');
  await simulate(line, '33612345679');
  await receiver.waitForCount(12 + 6 + 3 + 2, 10_000);
  assert.equal(at('/all').length, 12);
  assert.deepEqual(
    at('/missed').map(({ query }) => `${query.get('c')} ${query.get('type')}`),
    ['33612345678', '33712345678', 'anonymous'].flatMap((caller) => [
      `${caller} SETUP`,
      `${caller} RELEASE`,
    ]),
  );
  assert.deepEqual(
    at('/outgoing').map(({ target }) => target),
    allTypes.map((type) => `/outgoing?c=33612345679&type=${type}`),
  );
  // Of an outgoing call the other party is the called one.
  assert.deepEqual(
    at('/some').map(({ target }) => target),
    ['/some?c=33612345678&type=SETUP', `/some?c=${line}&type=SETUP`],
  );
});

test('a destination that fails is tried again, and holds up no other', async (t) => {
  const { receiver, add, rotate, at, simulate } = await openWorld(t);
  const broken = await add('/broken', '--format', 'standard-webhooks');
  const place = ['--destination', broken];
  const secrets = [await rotate(...place), await rotate(...place)];
  receiver.answer = ({ target }) =>
    target.startsWith('/broken') && at('/broken').length < 3 ? { status: 500 } : undefined;
  await simulate();
  await until(
    async () => at('/own').length === 3,
    10_000,
    () => 'the notification URL to be told',
  );
  // The same event with the same id three times, each try signed for its own second, with both keys.
  await until(
    async () => at('/broken').length >= 5,
    30_000,
    () => 'the retries',
  );
  const [one, two, three, ...rest] = at('/broken');
  assert.deepEqual([two!.body, three!.body], [one!.body, one!.body]);
  assert.deepEqual(
    rest.map(({ body }) => JSON.parse(body).type),
    ['call.connect', 'call.release'],
  );
  const all = at('/broken');
  assert.ok(
    all.every(({ headers }) => String(headers['webhook-signature']).split(' ').length === 2),
  );
  const requests = secrets.flatMap((each) => all.map((request) => signed(each, request)));
  assert.deepEqual(
    await checkedByGuide(t, 'ts', requests),
    requests.map(() => true),
  );
});

test('destinations and keys outlast a crash; without its key file the server says what to do', async (t) => {
  const { receiver, server, add, rotate, at, simulate } = await openWorld(t);
  const webhook = await add('/webhook', '--format', 'standard-webhooks');
  const secret = await rotate('--destination', webhook);
  await server.kill9();
  await server.start();
  await simulate();
  await receiver.waitForCount(6, 10_000);
  const requests = at('/webhook').map((request) => signed(secret, request));
  assert.deepEqual(await checkedByGuide(t, 'ts', requests), [true, true, true]);

  await server.stop();
  const keyFile = join(server.dataDir, 'carillon.key');
  renameSync(keyFile, `${keyFile}.away`);
  await assert.rejects(server.start());
  assert.equal(await server.process.exit, 1);
  const { stderr } = server.process;
  assert.match(
    stderr,
    /signing keys cannot be decrypted \(1, of .*carillon\.key is missing.*remove-unreadable/,
  );
  assert.equal(stderr.trim().split('\n').length, 1);
  renameSync(`${keyFile}.away`, keyFile);
  await server.start();
});

test('the REST API sets, previews and signs as the commands do', async (t) => {
  const { receiver, server, at, simulate } = await openWorld(t);
  const operator = await operatorOf(server);
  const path = `/lines/${line}/destinations`;
  const url = receiver.url.replace('//', '//user:secret@');
  const { destination, warnings } = await operator.must('POST', path, {
    url: `${url}/webhook`,
    format: 'standard-webhooks',
    types: ['RELEASE'],
  });
  assert.equal(destination.url, receiver.url.replace('//', '//***@') + '/webhook');
  assert.deepEqual(
    warnings.map(({ code }: { code: string }) => code),
    ['template-http'],
  );
  const one = `${path}/${destination.id}`;
  const change = { url: `${destination.url}s`, title: 'Hooks' };
  await operator.must('PATCH', one, change);
  const preview = await operator.must('POST', `/lines/${line}/destination-preview`, {
    id: destination.id,
    types: ['SETUP', 'RELEASE'],
  });
  assert.deepEqual(
    preview.requests.map(({ type, method, url: shown }: Record<string, string>) => [
      type,
      method,
      shown,
    ]),
    [
      ['SETUP', 'POST', `${destination.url}s`],
      ['RELEASE', 'POST', `${destination.url}s`],
    ],
  );
  const place = { destination: destination.id };
  const { secret, key } = await operator.must('POST', `/lines/${line}/secret`, place);
  assert.equal(key.destination, destination.id);
  const listed = await operator.send('GET', path);
  assert.deepEqual(listed.json.items[0].key, key);
  assert.deepEqual(listed.json.keys, [key]);
  assert.ok(!listed.text.includes('secret') && !listed.text.includes('whsec_'));
  await simulate();
  await receiver.waitForCount(4, 10_000);
  const [release] = at('/webhooks');
  assert.equal(release!.headers.authorization, `Basic ${btoa('user:secret')}`);
  assert.deepEqual(await checkedByGuide(t, 'ts', [signed(secret, release!)]), [true]);
  const removal = await operator.send(
    'DELETE',
    `/lines/${line}/secret?destination=${destination.id}`,
  );
  assert.equal(removal.status, 204);
  assert.equal((await operator.must('GET', one)).key, null);
  assert.equal((await operator.send('DELETE', one)).status, 204);
  assert.equal((await operator.send('GET', one)).status, 404);
});

test('what is wrong with a destination is told by REST, with its field and a code, and changes nothing', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const path = `/lines/${line}/destinations`;
  const url = 'https://crm.example/?c=_CALLREF_';
  const cases: [path: string, body: object, field: string, code: string][] = [
    [path, {}, 'url', 'missing'],
    [path, { url: '' }, 'url', 'template-empty'],
    [path, { url: 'ftp://h/' }, 'url', 'template-scheme'],
    [path, { url: 'http://***@h/' }, 'url', 'masked-user-info'],
    [path, { url, title: 'x'.repeat(65) }, 'title', 'title-too-long'],
    [path, { url, format: 'xml' }, 'format', 'wrong-value'],
    [path, { url, enabled: 'on' }, 'enabled', 'wrong-type'],
    [path, { url, types: [] }, 'types', 'destination-types-empty'],
    [path, { url, numbers: ['0612'] }, 'numbers', 'destination-number-invalid'],
    [`/lines/${line}/secret`, { secret: 'x' }, 'secret', 'secret-invalid'],
    [`/lines/${line}/secret`, { destination: 99 }, 'destination', 'no-such-destination'],
  ];
  for (const [at, body, field, code] of cases) {
    const answer = await operator.send('POST', at, { body });
    assert.equal(answer.status, 422, answer.text);
    const [error] = answer.json.errors;
    assert.deepEqual([error.field, error.code], [field, code], answer.text);
  }
  assert.deepEqual((await operator.must('GET', path)).items, []);
  const preview = await operator.must('POST', `/lines/${line}/destination-preview`, { url: 'x' });
  assert.partialDeepStrictEqual(preview.error, { field: 'url', code: 'template-scheme' });
  for (let n = 0; n < 10; n++) await operator.must('POST', path, { url });
  const many = await operator.send('POST', path, { body: { url } });
  assert.deepEqual([many.status, many.json.code], [409, 'too-many-destinations']);
  assert.equal((await operator.send('DELETE', `/lines/${line}/secret`)).status, 404);
  assert.doesNotMatch(server.process.stderr, /a fault/);
});

test('the guide’s checks in Python and PHP say the same as ours', async (t) => {
  if (!requirePeer(t, 'python3', 'php')) return;
  const bytes = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const base = {
    secret: `whsec_${bytes.toString('base64')}`,
    id: 'call-0001-1',
    timestamp: '1700000000',
  };
  const contents = ['{"é":"😀"}', '/cti?type=SETUP&caller=33612345678', ''];
  const right = contents.map((content) => {
    const text = `${base.id}.${base.timestamp}.${content}`;
    const signature = `v1,${createHmac('sha256', bytes).update(text).digest('base64')}`;
    return { ...base, content, signatures: signature };
  });
  const other = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
  const cases: [request: SignedRequest, authentic: boolean][] = [
    ...right.map((request): [SignedRequest, boolean] => [request, true]),
    ...right.map((r): [SignedRequest, boolean] => [
      { ...r, signatures: `${other} ${r.signatures}` },
      true,
    ]),
    ...right.map((r): [SignedRequest, boolean] => [{ ...r, signatures: other }, false]),
    ...right.map((r): [SignedRequest, boolean] => [{ ...r, signatures: '' }, false]),
    ...right.map((r): [SignedRequest, boolean] => [
      { ...r, signatures: r.signatures.replace('v1,', 'v2,') },
      false,
    ]),
    ...right.map((r): [SignedRequest, boolean] => [{ ...r, content: `${r.content} ` }, false]),
  ];
  for (const language of ['ts', 'python', 'php'] as const) {
    assert.deepEqual(
      await checkedByGuide(
        t,
        language,
        cases.map(([request]) => request),
      ),
      cases.map(([, authentic]) => authentic),
      language,
    );
  }
});
