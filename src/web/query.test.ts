import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readQuery } from './query.ts';

function read(rawTarget: string): Record<string, string> {
  const query = readQuery(rawTarget);
  assert.ok(query.ok, rawTarget);
  return Object.fromEntries(query.parameters);
}

/** What the front hands on: bytes as Latin-1. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

test('a name is the same however a client writes it', () => {
  const forms = [
    'CALLEE_NAME=Jos%C3%A9%20M%C3%BCller',
    'CALLEE_NAME=Jos%c3%a9+M%c3%bcller',
    bytes('CALLEE_NAME=José Müller'),
    'CALLEE_NAME=José Müller',
    'CALLEE_NAME=Jos%E9%20M%FCller',
    'callee_name=Jos%E9+Müller',
    'Callee%5FName=Jos%E9+M%FCller',
  ];
  for (const form of forms) {
    assert.deepEqual(read(`/makecall.html?${form}`), { callee_name: 'José Müller' }, form);
  }
});

test('what is no escape is text, and an escape is read once', () => {
  assert.deepEqual(read('/?a=100%&b=%zz&c=%2&d=%2526&e=%'), {
    a: '100%',
    b: '%zz',
    c: '%2',
    d: '%26',
    e: '%',
  });
});

test('an escaped separator belongs to its value', () => {
  assert.deepEqual(read('/?a=1%262%3D3%23%2B&b=x=y'), { a: '1&2=3#+', b: 'x=y' });
});

test('a plus is a space, so a number with one has a space ahead', () => {
  assert.deepEqual(read('/?CALLEE=+33612345678'), { callee: ' 33612345678' });
  assert.deepEqual(read('/?CALLEE=%2B33612345678'), { callee: '+33612345678' });
});

test('empty pairs are left out, empty names and values are kept', () => {
  assert.deepEqual(read('/?&&a=&b&&=c&'), { a: '', b: '', '': 'c' });
  for (const target of ['/', '/?', '*', '', '/?#a=1', '/#?']) {
    const query = readQuery(target);
    assert.ok(query.ok);
    assert.ok(query.parameters.size <= 0 || target === '/#?', target);
  }
});

test('a fragment is no part of the query, and a second question mark is', () => {
  assert.deepEqual(read('/?a=1?b#c=2&d=3'), { a: '1?b' });
});

test('the query of an absolute target is read as well', () => {
  assert.deepEqual(read('http://host/makecall.html?ACCOUNT=33123456789'), {
    account: '33123456789',
  });
});

test('a parameter twice is refused, in whatever letters and escapes', () => {
  for (const target of [
    '/?a=1&a=1',
    '/?A=1&a=2',
    '/?a=1&b=2&%61=3',
    '/?a&a',
    '/?__proto__=1&__PROTO__=2',
  ]) {
    const query = readQuery(target);
    assert.ok(!query.ok, target);
    assert.match(query.twice, /^(a|__proto__)$/);
  }
  const long = readQuery(`/?${'x'.repeat(4000)}=1&${'X'.repeat(4000)}=2`);
  assert.ok(!long.ok && long.twice.length === 32);
});

test('control characters are handed on as they are, for the reader to refuse', () => {
  assert.deepEqual(read('/?n=a%0D%0Ab%00'), { n: 'a\r\nb\u0000' });
});

test('a query of 8 kB of separators costs milliseconds', () => {
  const started = performance.now();
  for (const part of ['&', '=', '%', '+', '#', '?', 'é', '%C3']) {
    readQuery(`/?${part.repeat(Math.floor(8192 / part.length))}`);
  }
  assert.ok(performance.now() - started < 200);
});
