// Coming in and going: links, passwords, cookies, the CSRF token, tokens; and what a page of another site,
// or a proxy, can and cannot do about it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../kit/server.ts';
import { Client, operatorOf, signedIn, withToken } from './client.ts';

const line = '33123456789';
const password = 'a long enough one';

test('the link that serve prints signs in once, and a link that was used or made up does not', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const [shown = '', link = ''] = await server.process.waitForOutput(
    /^Open \S+#link=(\S+) /m,
    5000,
  );
  assert.ok(shown.startsWith(`Open ${server.http}/#link=`), shown);
  assert.match(
    server.process.stdout,
    /^carillon ready http:\/\/\S+ sip:\S+\nOpen .*good once, for 10 minutes\)\n/m,
  );
  const client = new Client(server.http);
  const answer = await client.signIn({ link });
  assert.equal(answer.status, 200);
  const { kind, name, role, customer, csrf, server: about } = answer.json;
  assert.deepEqual(
    { kind, name, role, customer },
    { kind: 'user', name: 'operator', role: 'operator', customer: null },
  );
  assert.deepEqual([about.sandbox, about.country, about.realm], [true, 'FR', 'carillon']);
  assert.equal((await client.must('GET', '/session')).csrf, csrf);
  for (const wrong of [link, `${link.slice(1)}A`, '']) {
    const refused = await new Client(server.http).send('POST', '/session', {
      body: { link: wrong },
    });
    assert.equal(refused.status, 401, wrong);
    assert.equal(refused.json.code, 'wrong-link');
    assert.equal(refused.headers.get('set-cookie'), null);
  }
});

test('the cookie is for this server alone: no script reads it, and https keeps it to https', async (t) => {
  const server = await startServer(t, { args: ['--sandbox', '--trust-proxy', '127.0.0.1/32'] });
  const operator = await operatorOf(server);
  await operator.must('PUT', '/users/alice', { role: 'manager', customer: 'default', password });
  const sign = (headers: Record<string, string>) =>
    new Client(server.http).send('POST', '/session', {
      body: { name: 'alice', password },
      headers,
    });
  const plain = (await sign({})).headers.get('set-cookie') ?? '';
  assert.match(plain, /^carillon_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
  const proxied = await sign({ 'X-Forwarded-Proto': 'https' });
  assert.match(proxied.headers.get('set-cookie') ?? '', /; Secure/);
});

test('what a client says about https and its address counts only from a listed proxy', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const forged = {
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-For': '192.0.2.1',
  };
  const { json: view } = await operator.send('GET', `/lines/${line}`, { headers: forged });
  assert.equal(view.makecallUrl, `${server.http}/makecall.html`);
  const { json: link } = await operator.send('POST', '/users/operator/sign-in-link', {
    headers: forged,
  });
  assert.ok(link.url.startsWith(`${server.http}/#link=`), link.url);
  const body = { pattern: '', match: 'whole' };
  const { json: address } = await operator.send('POST', '/source-ip-test', {
    body,
    headers: forged,
  });
  assert.equal(address.yours.address, '127.0.0.1');

  const behind = await startServer(t, { args: ['--sandbox', '--trust-proxy', '127.0.0.1/32'] });
  const other = await operatorOf(behind);
  const honest = { ...forged, 'X-Forwarded-Host': 'cti.example' };
  const { json: seen } = await other.send('GET', `/lines/${line}`, { headers: honest });
  assert.equal(seen.makecallUrl, 'https://cti.example/makecall.html');
  const { json: from } = await other.send('POST', '/source-ip-test', { body, headers: honest });
  assert.equal(from.yours.address, '192.0.2.1');
});

test('wrong passwords slow down, and say nothing about who exists', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('PUT', '/users/alice', { role: 'manager', customer: 'default', password });
  const client = new Client(server.http);
  const sign = (name: string, given: string) =>
    client.send('POST', '/session', { body: { name, password: given } });
  const [known, unknown] = [await sign('alice', 'wrong'), await sign('nobody', 'wrong')];
  assert.equal(known.status, 401);
  assert.equal(known.json.code, 'wrong-password');
  assert.equal(known.text, unknown.text);
  let last = known;
  for (let i = 0; i < 10 && last.status === 401; i++) last = await sign('alice', `wrong ${i}`);
  assert.equal(last.status, 429);
  assert.equal(last.json.code, 'slow-down');
  assert.ok(Number(last.headers.get('retry-after')) >= 1);
  assert.equal((await sign('alice', password)).status, 429, 'the right one waits as well');
});

test('a change with the cookie needs its token, and no page of another site can make one', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const change = async (headers: Record<string, string>) => {
    const { status, json } = await operator.send('PATCH', `/lines/${line}`, {
      body: { title: 'changed' },
      headers,
    });
    return status === 200 ? 'done' : `${status} ${json.code}`;
  };
  const host = server.http.slice('http://'.length);
  const cases: [Record<string, string>, string][] = [
    [{}, 'done'],
    [{ 'X-CSRF-Token': '' }, '403 csrf'],
    [{ 'X-CSRF-Token': operator.csrf.slice(1) }, '403 csrf'],
    [{ 'X-CSRF-Token': `${operator.csrf}, ${operator.csrf}` }, '403 csrf'],
    [{ Origin: server.http }, 'done'],
    [{ Origin: 'http://evil.example' }, '403 csrf'],
    [{ Origin: `https://${host}.evil.example` }, '403 csrf'],
    [{ Origin: 'null' }, '403 csrf'],
    [{ Referer: 'http://evil.example/page' }, '403 csrf'],
    [{ 'Sec-Fetch-Site': 'same-origin', Origin: server.http }, 'done'],
    [{ 'Sec-Fetch-Site': 'cross-site' }, '403 csrf'],
  ];
  for (const [headers, expected] of cases) {
    assert.equal(await change(headers), expected, JSON.stringify(headers));
  }
  operator.csrf = '';
  assert.equal(await change({}), '403 csrf');
  // Signing in as somebody else behind his back is such a change, too.
  const { status } = await new Client(server.http).send('POST', '/session', {
    body: { name: 'alice', password },
    headers: { Origin: 'http://evil.example' },
  });
  assert.equal(status, 403);
  // Reading needs no token: browsers do not show the answer to other sites, as none may read it.
  operator.csrf = '';
  const { headers } = await operator.send('GET', `/lines/${line}`, {
    headers: { Origin: 'http://evil.example' },
  });
  assert.equal(headers.get('access-control-allow-origin'), null);
});

test('a form, as any page can send one, changes nothing', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const client = new Client(server.http);
  for (const type of [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
  ]) {
    const { status, json } = await client.send('POST', '/session', {
      body: JSON.stringify({ name: 'operator', password }),
      headers: { 'Content-Type': type },
    });
    assert.equal(status, 415, type);
    assert.equal(json.code, 'unsupported-media-type');
  }
});

test('a token needs no CSRF token, goes before the cookie, and stops working when it is removed', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const program = await withToken(server, operator, {
    role: 'user',
    customer: 'default',
    lines: [line],
  });
  await program.must('PATCH', `/lines/${line}`, { title: 'by a program' });
  const me = await program.must('GET', '/session');
  assert.deepEqual(
    { kind: me.kind, role: me.role, lines: me.lines, csrf: me.csrf },
    { kind: 'token', role: 'user', lines: [line], csrf: null },
  );
  // It has neither session nor password.
  assert.equal((await program.send('DELETE', '/session')).status, 403);
  // With both, the token says who asks.
  const both = new Client(server.http);
  Object.assign(both, { cookie: operator.cookie, csrf: operator.csrf, bearer: program.bearer });
  assert.equal((await both.must('GET', '/session')).kind, 'token');
  both.bearer = 'car_000000000000_nonsense';
  assert.equal((await both.send('GET', '/session')).status, 401);
  const [{ id }] = (await operator.must('GET', '/tokens')).items;
  await operator.must('DELETE', `/tokens/${id}`);
  const refused = await program.send('GET', '/lines');
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/);
});

test('a new password ends the other sessions and not the own one; a wrong one is not a lost session', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('PUT', '/users/alice', { role: 'manager', customer: 'default' });
  const [first, second] = [
    await signedIn(server, operator, 'alice'),
    await signedIn(server, operator, 'alice'),
  ];
  assert.equal((await first.must('GET', '/session')).hasPassword, false);
  await first.must('PUT', '/session/password', { current: '', password });
  assert.equal((await second.send('GET', '/session')).status, 401);
  assert.equal((await first.must('GET', '/session')).hasPassword, true);
  const wrong = await first.send('PUT', '/session/password', {
    body: { current: 'no', password: 'another long one' },
  });
  assert.equal(wrong.status, 403);
  assert.equal(wrong.json.code, 'wrong-password');
  const short = await first.send('PUT', '/session/password', {
    body: { current: password, password: 'short' },
  });
  assert.equal(short.status, 422);
  assert.equal(short.json.errors[0].field, 'password');
  const again = new Client(server.http);
  assert.equal((await again.signIn({ name: 'Alice', password })).status, 200);
});

test('signing out clears the cookie, and a removed user is nobody at once', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await operator.must('PUT', '/users/alice', { role: 'manager', customer: 'default' });
  const [first, second] = [
    await signedIn(server, operator, 'alice'),
    await signedIn(server, operator, 'alice'),
  ];
  const out = await first.send('DELETE', '/session');
  assert.equal(out.status, 204);
  assert.match(
    out.headers.get('set-cookie') ?? '',
    /^carillon_session=; .*Expires=Thu, 01 Jan 1970/,
  );
  assert.equal((await first.send('GET', '/session')).status, 401);
  assert.equal((await second.send('GET', '/session')).status, 200);
  await operator.must('DELETE', '/users/alice');
  assert.equal((await second.send('GET', '/session')).status, 401);
});

test('a session survives a restart', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  await server.restart();
  assert.equal((await operator.must('GET', '/session')).name, 'operator');
});
