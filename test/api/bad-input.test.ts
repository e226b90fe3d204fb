// Wrong input to every route: each answer is a problem that says what to change, none is a fault, and
// nothing was done. The routes are those of the server's own description.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { startServer, type Server } from '../kit/server.ts';
import { operatorOf } from './client.ts';
import type { Answer, Sending } from './client.ts';

const line = '33123456789';

interface Route {
  readonly method: string;
  /** With its parameters filled in by something that is there, where it can be. */
  readonly path: string;
  readonly template: string;
  readonly hasBody: boolean;
  readonly hasQuery: boolean;
}

async function routesOf(server: Server): Promise<Route[]> {
  const response = await fetch(`${server.http}/api/v1/openapi.json`);
  type Operation = { requestBody?: unknown; parameters?: { in: string }[] };
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([full, methods]) => {
    const template = full.replace('/api/v1', '');
    const path = template.replace('{number}', line).replace(/\{\w+\}/, 'nothing');
    return Object.entries(methods).map(([method, { requestBody, parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      template,
      hasBody: requestBody !== undefined,
      hasQuery: parameters.some((parameter) => parameter.in === 'query'),
    }));
  });
}

/** A refusal as it must be: a problem with a code and a sentence, and nothing of our insides. */
function isProblem(answer: Answer, what: string, ...statuses: number[]): void {
  const { status, text, json, headers } = answer;
  assert.ok(
    statuses.includes(status),
    `${what}: ${status}, not ${statuses.join(' or ')}: ${text.slice(0, 300)}`,
  );
  assert.equal(headers.get('content-type'), 'application/problem+json', what);
  assert.equal(json.status, status, what);
  assert.match(json.code, /^[a-z-]+$/, what);
  assert.ok(json.detail.length > 10 && json.title.length > 2, `${what}: ${text}`);
  assert.ok(text.length < 5000, `${what}: an answer of ${text.length} characters`);
  assert.doesNotMatch(text, /node_modules|\.ts:|at async|FST_ERR|SQLITE/, what);
}

test('a body of any wrong kind is refused by every route that takes one', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const routes = (await routesOf(server)).filter(({ hasBody }) => hasBody);
  assert.ok(routes.length > 12);
  const json = type('application/json');
  const cases: [string, Sending, number[]][] = [
    ['a list', { body: '[]', headers: json }, [422]],
    ['a text', { body: '"x"', headers: json }, [422]],
    ['null', { body: 'null', headers: json }, [422]],
    ['a number', { body: '1e999', headers: json }, [422]],
    ['no JSON', { body: '{"title":', headers: json }, [400]],
    ['nothing', { body: '', headers: json }, [422]],
    ['an unknown member', { body: { nonsense: 1 } }, [422]],
    [
      'wrong types',
      {
        body: {
          title: 1,
          name: [],
          role: {},
          pattern: 1,
          template: {},
          to: 1,
          link: 1,
          current: 1,
          number: 1,
          caller: 1,
        },
      },
      [422],
    ],
    ['__proto__', { body: '{"__proto__":{"role":"operator"}}', headers: json }, [400]],
    ['half a character', { body: '{"title":"\\ud800"}', headers: json }, [400]],
    ['Latin-1', { body: Buffer.from('{"title":"é"}', 'latin1'), headers: json }, [400]],
    [
      'UTF-16',
      {
        body: Buffer.from('{"title":"x"}', 'utf16le'),
        headers: type('application/json; charset=utf-16'),
      },
      [400],
    ],
    ['deep', { body: `${'['.repeat(20_000)}${']'.repeat(20_000)}`, headers: json }, [422, 400]],
    ['another type', { body: '<a/>', headers: type('text/xml') }, [415]],
    ['no type', { body: Buffer.from('{}'), headers: type('') }, [415]],
    ['huge', { body: `{"title":"${'x'.repeat(70_000)}"}`, headers: json }, [413]],
  ];
  for (const { method, path, template } of routes) {
    for (const [what, sending, statuses] of cases) {
      const answer = await operator.send(method, path, sending);
      // A file of CSV is no JSON at all.
      isProblem(
        answer,
        `${method} ${template}: ${what}`,
        ...(template.endsWith('.csv') ? [415, 400, 413] : statuses),
      );
    }
  }
  assert.equal((await operator.must('GET', `/lines/${line}`)).title, '');
  assert.doesNotMatch(server.process.stderr, /a fault/);
});

test('a number, name or id in no form is not found, by every route that names one', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const routes = (await routesOf(server)).filter(({ template }) => template.includes('{'));
  assert.ok(routes.length > 12);
  const bodies: Record<string, unknown> = {
    'PATCH /lines/{number}': { title: 'x' },
    'POST /lines/{number}/copy': { to: ['33123456790'], settings: ['api'] },
    'POST /lines/{number}/test-notification': {},
    'PATCH /customers/{name}': { title: 'x' },
    'PUT /users/{name}': { role: 'user', customer: 'default' },
  };
  const wrong = [
    'abc',
    '12',
    '0',
    '33123456799',
    'x'.repeat(255),
    '%00',
    '%E2%80%AE',
    "'%20OR%201=1",
    '-1',
    'constructor',
    '%2e%2e',
  ];
  for (const { method, template } of routes) {
    const body = bodies[`${method} ${template}`];
    for (const text of wrong) {
      // Any number can be erased, also one that is not there: then nothing of it is left either.
      if (template === '/numbers/{number}' && text === '33123456799') continue;
      const path = template.replace(/\{\w+\}/, text);
      const answer = await operator.send(method, path, body === undefined ? {} : { body });
      isProblem(answer, `${method} ${path}`, 404, 422, 405);
    }
    isProblem(
      await operator.send(method, template.replace(/\{\w+\}/, '%ff')),
      `${method} ${template}: %ff`,
      400,
    );
    const long = template.replace(/\{\w+\}/, 'x'.repeat(1000));
    isProblem(await operator.send(method, long), `${method} ${template}: long`, 404);
  }
  assert.doesNotMatch(server.process.stderr, /a fault/);
});

test('a query with a wrong, unknown or repeated parameter is refused, and names it', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const cases: [string, string][] = [
    ['/lines?limit=0', 'limit'],
    ['/lines?limit=201', 'limit'],
    ['/lines?limit=x', 'limit'],
    ['/lines?nonsense=1', 'nonsense'],
    [`/lines?q=${'x'.repeat(200)}`, 'q'],
    ['/calls?after=x', 'after'],
    ['/calls?after=-1', 'after'],
    ['/calls?after=99999999999999999999', 'after'],
    ['/calls?line=abc', 'line'],
    ['/calls?missed=yes', 'missed'],
    ['/calls?direction=up', 'direction'],
    ['/calls?from=yesterday', 'from'],
    ['/calls?to=2026-99-99T00:00:00Z', 'to'],
    ['/notifications?state=lost', 'state'],
    ['/notifications?line=%00', 'line'],
    ['/events?nonsense=1', 'nonsense'],
    ['/lines.csv?separator=x', 'separator'],
  ];
  for (const [path, field] of cases) {
    const answer = await operator.send('GET', path);
    isProblem(answer, path, 422);
    assert.equal(answer.json.errors[0].field, field, answer.text);
  }
  isProblem(await operator.send('GET', '/lines?q=1&q=2'), 'a parameter twice', 422);
});

test('every other method is refused, and the answer names those that are served', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const routes = await routesOf(server);
  for (const template of new Set(routes.map((route) => route.template))) {
    const served = routes
      .filter((route) => route.template === template)
      .map(({ method }) => method);
    const { path } = routes.find((route) => route.template === template)!;
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      if (served.includes(method)) continue;
      const answer = await operator.send(method, path);
      isProblem(answer, `${method} ${path}`, 405);
      assert.equal(answer.headers.get('allow'), served.toSorted().join(', '));
    }
    const head = await operator.send('HEAD', path);
    assert.ok(head.status === 405, `HEAD ${path}: ${head.status}`);
  }
  for (const path of ['/nothing', '/lines/1/2/3', '/', '/lines/', '/../v2/lines']) {
    isProblem(await operator.send('GET', path), path, 404);
  }
  isProblem(await new Unversioned(server).get('/api/v2/lines'), '/api/v2/lines', 404);
});

test('wrong settings of a line name the field, in words and by a code, and change nothing', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const before = await operator.must('GET', `/lines/${line}`);
  const cases: [object, string, string][] = [
    [{ title: 'x'.repeat(65) }, 'title', 'title-too-long'],
    [{ title: 'two\nlines' }, 'title', 'control-character'],
    [{ notificationUrl: 'ftp://h.example/' }, 'notificationUrl', 'template-scheme'],
    [
      { notificationUrl: 'http://_CALLER_.example/' },
      'notificationUrl',
      'template-keyword-in-host',
    ],
    [{ notificationUrl: 'http://***@other.example/' }, 'notificationUrl', 'masked-user-info'],
    [{ buzzeeUrl: 'buzzee' }, 'buzzeeUrl', 'buzzee-url-invalid'],
    [{ origins: ['*'] }, 'origins', 'origin-wildcard'],
    [{ origins: ['https://crm.example/page'] }, 'origins', 'origin-invalid'],
    [{ customer: 'nobody' }, 'customer', 'customer-unknown'],
    [{ password: '' }, 'password', 'password-empty'],
    [{ sourceIpMatch: 'other' }, 'sourceIpMatch', 'wrong-value'],
    [{ api: 'on' }, 'api', 'wrong-type'],
    [{ title: 'fine', sourceIp: 'x'.repeat(3000) }, 'sourceIp', 'source-ip-too-long'],
  ];
  for (const [body, field, code] of cases) {
    const answer = await operator.send('PATCH', `/lines/${line}`, { body });
    isProblem(answer, JSON.stringify(body), 422);
    assert.deepEqual(
      [answer.json.errors[0].field, answer.json.errors[0].code],
      [field, code],
      answer.text,
    );
  }
  assert.deepEqual(await operator.must('GET', `/lines/${line}`), before);
  await operator.must('PATCH', `/lines/${line}`, { short: '12' });
  const taken = await operator.send('PATCH', '/lines/33123456790', { body: { short: '12' } });
  isProblem(taken, 'a short number that another line has', 409);
  const exists = await operator.send('POST', '/lines', { body: { number: line } });
  isProblem(exists, 'a line that is there', 409);
  const many = await operator.send('POST', `/lines/${line}/copy`, {
    body: { to: [], settings: ['api'] },
  });
  isProblem(many, 'no line to copy to', 422);
  const unknown = await operator.send('POST', '/sandbox/simulate', {
    body: { caller: '1', callee: line },
  });
  isProblem(unknown, 'a caller that is no number', 422);
});

test('user names and passwords in URLs are shown masked, and come back so unchanged', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const url = 'http://me:secret@h.example/a?c=_CALLREF_';
  const { line: set } = await operator.must('PATCH', `/lines/${line}`, { notificationUrl: url });
  assert.equal(set.notificationUrl, 'http://***@h.example/a?c=_CALLREF_');
  const path = set.notificationUrl.replace('/a?', '/b?');
  await operator.must('PATCH', `/lines/${line}`, { notificationUrl: path });
  await operator.must('POST', `/lines/${line}/copy`, {
    to: ['33123456790'],
    settings: ['notificationUrl'],
  });
  const answer = await operator.send('GET', '/lines.csv');
  assert.ok(!answer.text.includes('secret'), answer.text);
  // Only the kept one has the password that is sent: a test goes there and nowhere else.
  const elsewhere = { template: 'http://***@127.0.0.1:1/' };
  const test = await operator.send('POST', `/lines/${line}/test-notification`, { body: elsewhere });
  isProblem(test, 'the masked password for another server', 422);
});

test('a request that is no HTTP, or stops in the middle, harms nobody', async (t) => {
  const server = await startServer(t, { args: ['--sandbox'] });
  const operator = await operatorOf(server);
  const [host = '', port = ''] = server.http.slice('http://'.length).split(':');
  const raw = async (text: string, isWhole = true): Promise<string> => {
    const socket = connect(Number(port), host);
    socket.on('error', () => {});
    socket.write(text);
    if (!isWhole) socket.end();
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    await once(socket, 'close');
    return answer;
  };
  const cookie = `Cookie: carillon_session=${operator.cookie}\r\n`;
  const traversal = await raw(
    `GET /assets/../../package.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  assert.match(traversal, /^HTTP\/1\.1 404/);
  const encoded = await raw(
    `GET /assets/%2e%2e%2fpackage.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  assert.match(encoded, /^HTTP\/1\.1 404/);
  const badHost = await raw(
    `GET /api/v1/lines/${line} HTTP/1.1\r\nHost: evil"><script>\r\n${cookie}Connection: close\r\n\r\n`,
  );
  assert.match(badHost, /^HTTP\/1\.1 200/);
  assert.ok(!badHost.includes('evil'), badHost);
  await raw(
    `PATCH /api/v1/lines/${line} HTTP/1.1\r\nHost: x\r\n${cookie}Content-Length: 100\r\n\r\n{"title":`,
    false,
  );
  await raw(
    `POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    false,
  );
  assert.equal((await operator.must('GET', `/lines/${line}`)).title, '');
});

function type(value: string): Sending['headers'] {
  return { 'Content-Type': value };
}

/** For paths outside of the version. */
class Unversioned {
  readonly #http: string;

  constructor({ http }: Server) {
    this.#http = http;
  }

  async get(path: string): Promise<Answer> {
    const response = await fetch(`${this.#http}${path}`);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
  }
}
