import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { unmask } from './masked-url.ts';

/** As notifications/url.ts hides them. */
function mask(url: string): string {
  return url.replace(/^([^:/?#]*:\/\/)[^/?#]*@/, '$1***@');
}

/** The URL that is kept then, or the code of the refusal. */
function kept(changed: string, before: string): string {
  const result = unmask(changed, before);
  return result.ok ? result.url : result.code;
}

test('a URL that comes back as it was shown is the kept one, byte for byte', () => {
  for (const url of [
    'http://u:p@h/x?a=_CALLER_',
    'HTTPS://Me:p%40ss@Example.COM:8443/a/../b?x#y',
    'http://a@b@h',
    'http://***@h/',
    'http://u:***@h/',
    'http://:p@h/',
    'http://@h/',
    'https://u:p@[2001:db8::1]:444/?to=a@b',
    '  http://u:p@h/ ',
    'http://h/?to=***@h',
    'http://u:$&$1@h/',
    '',
  ]) {
    assert.equal(kept(mask(url), url), url);
  }
});

test('path, query and fragment may change, and the kept credentials stay', () => {
  const before = 'http://u:p@h:80/x';
  assert.equal(kept('http://***@h:80/y?z=1#f', before), 'http://u:p@h:80/y?z=1#f');
  assert.equal(kept('http://***@h', before), 'http://u:p@h');
  assert.equal(kept('HTTP://***@H/y', before), 'HTTP://u:p@H/y');
  assert.equal(kept('https://***@h:443/', 'https://u:p@h/'), 'https://u:p@h:443/');
});

test('for another server the mask is refused, with what to write', () => {
  const before = 'https://u:secret@h/x';
  const others = [
    'https://***@evil/x',
    'https://***@h.evil/x',
    'https://***@h:8443/x',
    'https://***@h:80/x',
    'http://***@h/x',
    'http://***@h:443/x',
    'ftp://***@h/x',
    'https://***@h./x',
    'https://***@/x',
    'https://***@_CALLER_/x',
    'https://***@h\\.evil/x',
    'https://***@h\t/x',
  ];
  for (const changed of others) {
    const result = unmask(changed, before, 'buzzeeUrl');
    assert.ok(!result.ok, changed);
    assert.equal(result.code, 'masked-user-info');
    assert.equal(result.field, 'buzzeeUrl');
    assert.match(result.error, /write them again/);
    assert.doesNotMatch(JSON.stringify(result), /secret/);
  }
  assert.deepEqual(unmask('https://***@evil:1/', before), {
    ok: false,
    field: 'notificationUrl',
    code: 'masked-user-info',
    error:
      'the user name and password of the URL are hidden (***) and were not kept for evil:1: write ' +
      'them again, or leave *** out. A user name that is really *** is written %2A%2A%2A.',
    values: { host: 'evil:1' },
  });
});

test('a mask is refused where nothing is kept that it could stand for', () => {
  for (const before of ['', 'https://h/x', 'https://evil/?u:p@h', 'no URL']) {
    assert.equal(kept('https://***@h/x', before), 'masked-user-info', before);
  }
});

test('a URL without a mask is untouched, whatever is kept', () => {
  const before = 'http://u:p@h/';
  for (const url of [
    '',
    'http://h/',
    'http://new:pw@evil/',
    'http://%2A%2A%2A@h/',
    'http://****@h/',
    'http://***:x@h/',
    'http://h/***@h',
    'http:***@h/',
    'nonsense ***@',
  ]) {
    assert.equal(kept(url, before), url);
  }
});
