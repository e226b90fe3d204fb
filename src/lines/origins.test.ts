import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { parseOrigins } from './origins.ts';

function read(text: string): readonly string[] {
  const parsed = parseOrigins(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.text);
  return parsed.origins;
}

test('origins come back as a browser writes them', () => {
  const table: [string, readonly string[]][] = [
    ['', []],
    ['   ', []],
    ['https://crm.example http://intranet:8080', ['https://crm.example', 'http://intranet:8080']],
    ['HTTPS://CRM.Example:443', ['https://crm.example']],
    ['http://crm.example:80/', ['http://crm.example']],
    ['http://crm.example:443', ['http://crm.example:443']],
    ['https://téléphone.example', ['https://xn--tlphone-byab.example']],
    ['http://[2001:DB8::0:1]:8080', ['http://[2001:db8::1]:8080']],
    ['http://192.168.1.10', ['http://192.168.1.10']],
    ['http://dev_host', ['http://dev_host']],
    ['  https://b.example   https://a.example ', ['https://b.example', 'https://a.example']],
    ['https://a.example https://A.example:443/', ['https://a.example']],
  ];
  for (const [text, origins] of table) {
    assert.deepEqual(read(text), origins, text);
    assert.deepEqual(read(read(text).join(' ')), origins, `${text}, read again`);
  }
});

test('what is no origin is refused with what to write', () => {
  const how = /is no web origin: write scheme and host, such as https:\/\/crm\.example/;
  const table: [string, RegExp][] = [
    ['*', /"\*" is refused, since \* would let pages of strangers order calls/],
    ['https://*.example', /"https:\/\/\*\.example" is refused, since \*/],
    ['null', /null is refused, since local files and sandboxed frames of any site send it/],
    ['https://a.example null', /null is refused/],
    ['crm.example', how],
    ['//crm.example', how],
    ['ftp://crm.example', how],
    ['file:///', how],
    ['https:crm.example', how],
    ['https:/crm.example', how],
    ['https://', how],
    ['https:///crm.example', how],
    ['https://crm.example/app', how],
    ['https://crm.example/?x', how],
    ['https://crm.example#x', how],
    ['https://crm.example\\app', how],
    ['https://a.example,https://b.example', how],
    ['https://a.example,', how],
    ["https://a.example'", how],
    ['https://crm.example:65536', how],
    ['https://crm.example:x', how],
    ['https://999.999.999.999', how],
    [`https://${'a.'.repeat(150)}example`, /has more than 300 characters/],
  ];
  for (const [text, error] of table) {
    const parsed = parseOrigins(text);
    assert.match(parsed.ok ? 'taken' : parsed.error.text, error, text);
    assert.ok(!parsed.ok && parsed.error.text.length < 300);
  }
});

test('a password in an origin is not repeated in the refusal', () => {
  const parsed = parseOrigins('https://me:secret@crm.example');
  assert.match(
    parsed.ok ? 'taken' : parsed.error.text,
    /^"https:\/\/\*\*\*@crm\.example" is no web origin/,
  );
});

function many(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `https://h${n}.example`);
}

test('twenty origins are taken and one more is refused, not counting repetitions', () => {
  assert.equal(read([...many(20), ...many(20)].join(' ')).length, 20);
  assert.deepEqual(parseOrigins(many(21).join(' ')), {
    ok: false,
    error: {
      code: 'too-many-origins',
      text: '21 origins are too many: write at most 20',
      values: { origins: 21, limit: 20 },
    },
  });
});

test('each refusal has its code and names the origin, its password masked', () => {
  const table: [string, string, object | undefined][] = [
    ['null', 'origin-null', undefined],
    ['https://*.example', 'origin-wildcard', { origin: 'https://*.example' }],
    ['https://me:secret@h', 'origin-invalid', { origin: 'https://***@h' }],
    [
      `https://${'a.'.repeat(150)}example`,
      'origin-too-long',
      { origin: `https://${'a.'.repeat(26)}…`, limit: 300 },
    ],
  ];
  for (const [text, code, values] of table) {
    const parsed = parseOrigins(text);
    assert.ok(!parsed.ok);
    assert.deepEqual([parsed.error.code, parsed.error.values], [code, values]);
  }
});
