// What makecall answers where no telephone is needed to see it: methods, pages of other sites, the
// order of the checks, and that only an accepted request takes the line's turn.

// oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins hold only what a test needs

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { PlaceCall, PlaceCallFailure } from '../calls/call-command.ts';
import type { Line } from '../lines/line.ts';
import { HttpDigest } from './http-digest.ts';
import { addMakecall } from './makecall.ts';

const line = { number: '33123456789', api: true, origins: ['https://crm.example'] };
const target = '/makecall.html?ACCOUNT=33123456789&CALLEE=0612345678';

let app: FastifyInstance;
let api: boolean;
let accepted: boolean;
let failure: PlaceCallFailure | undefined;
let turns: number;
let placed: PlaceCall[];

beforeEach(() => {
  [api, accepted, failure, turns, placed] = [true, true, undefined, 0, []];
  app = fastify({ exposeHeadRoutes: false });
  addMakecall(app, {
    country: 'FR',
    digest: new HttpDigest('carillon', Date.now),
    lineOf: (number) =>
      number === line.number ? ({ ...line, api } as unknown as Line) : undefined,
    addressAccepted: () => accepted,
    clientAddress: () => '127.0.0.1',
    takeTurn: () => ++turns === 1,
    checkPlaceCall: () => failure,
    placeCall: async (command) => {
      placed.push(command);
      return { ok: true, callref: 'ref' };
    },
  });
});

afterEach(() => app.close());

/** The status and the beginning of the text. */
async function ask(url: string): Promise<string> {
  const answer = await app.inject({ url });
  assert.match(String(answer.headers['content-type']), /^text\/plain/);
  return `${answer.statusCode} ${answer.body.split(':')[0]}`;
}

/** The name that the line's telephones would show. */
async function nameOf(query: string): Promise<string> {
  turns = 0;
  assert.equal((await app.inject({ url: `${target}&${query}` })).body, 'OK');
  return placed.at(-1)!.calleeName;
}

test('any method but GET is 405 and places no call, whatever its body is', async () => {
  const types = ['application/x-www-form-urlencoded', 'application/json', 'text/xml'];
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS'] as const) {
    for (const type of types) {
      const payload = method === 'POST' || method === 'PUT' ? '{bad' : undefined;
      const options = { method, url: target, headers: { 'content-type': type } };
      const answer = await app.inject(
        (payload === undefined ? options : { ...options, payload }) as { url: string },
      );
      assert.equal(answer.statusCode, 405, `${method} ${type}`);
      assert.equal(answer.headers['allow'], 'GET');
    }
  }
  assert.equal(turns, 0);
  assert.deepEqual(placed, []);
});

test('a listed origin can read the answer, of the same site too; a page of another cannot call', async () => {
  for (const site of ['cross-site', 'same-site', undefined]) {
    turns = 0;
    const headers = { origin: 'https://crm.example', ...(site ? { 'sec-fetch-site': site } : {}) };
    const asked = await app.inject({ method: 'OPTIONS', url: target, headers });
    assert.equal(asked.statusCode, 204, String(site));
    const answer = await app.inject({ url: target, headers });
    assert.equal(answer.body, 'OK');
    assert.equal(answer.headers['access-control-allow-origin'], 'https://crm.example');
  }
  placed = [];
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { referer: 'https://evil.example/page' },
    { referer: 'nonsense' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://crm.example', 'sec-purpose': 'prefetch;prerender' },
  ];
  for (const headers of foreign) {
    turns = 0;
    const answer = await app.inject({ url: target, headers });
    assert.equal(answer.statusCode, 403, JSON.stringify(headers));
  }
  assert.deepEqual(placed, []);
});

test('the checks stand in their order, and only what is accepted takes the turn', async () => {
  [api, accepted] = [false, false];
  failure = { ok: false, reason: 'no-terminal', error: 'none' };
  assert.equal(await ask('/makecall.html'), '400 ACCOUNT is missing');
  assert.equal(await ask('/makecall.html?ACCOUNT=33123456789'), '401 Authentication is needed');
  assert.equal(await ask('/makecall.html?ACCOUNT=33123456780'), '401 Authentication is needed');
  accepted = true;
  assert.equal(await ask('/makecall.html?ACCOUNT=33123456789'), '400 CALLEE is missing');
  assert.match(await ask(target), /^403 The API is switched off/);
  api = true;
  assert.equal(await ask(target), '503 none');
  failure = { ok: false, reason: 'bad-callee', error: 'bad' };
  api = false;
  assert.equal(await ask(target), '400 CALLEE');
  assert.equal(turns, 0);
  [api, failure] = [true, undefined];
  assert.equal(await ask(target), '200 OK');
  assert.equal(await ask(target), '500 Come Back Later');
  assert.equal(placed.length, 1);
});

test('a name is one line of at most 128 characters, in either spelling of its parameter', async () => {
  assert.equal(await nameOf('CALLEE_NAME=A%0D%0AContact:%20x'), 'A Contact: x');
  assert.equal(await nameOf(`calle_name=${'x'.repeat(9000)}`), 'x'.repeat(128));
  assert.equal(await nameOf('CALLEE_NAME=&CALLE_NAME=Bob'), 'Bob');
  assert.equal(
    await nameOf(`CALLEE_NAME=${'x'.repeat(127)}%F0%9F%98%80`),
    `${'x'.repeat(127)}\ufffd`,
  );
});
