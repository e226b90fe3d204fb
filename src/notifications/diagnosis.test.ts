// What a status means to who was asked so. What the sender makes of a receiver is in test-call.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose, DIAGNOSIS_CODES } from './diagnosis.ts';
import type { Asked } from './diagnosis.ts';

const URL = 'http://user:secret@h.example/cti/TOKEN';

function answered(status: number, asked: Asked) {
  const rest = { at: 0, ms: 1, error: 'x', address: null, answer: null, sent: true };
  return diagnose(URL, { status, failure: 'status', ...rest }, asked);
}

test('a refusal is explained by the format, and by whether the request was signed', () => {
  const get = { format: 'get', signed: false } as const;
  const signedGet = { format: 'get', signed: true } as const;
  const hook = { format: 'standard-webhooks', signed: false } as const;
  const signedHook = { format: 'standard-webhooks', signed: true } as const;
  const zammad = { format: 'zammad', signed: false } as const;
  const signedZammad = { format: 'zammad', signed: true } as const;
  const cases: [status: number, asked: Asked, code: string, says: RegExp][] = [
    [400, get, 'status', /200 to 299/],
    [401, get, 'status-401', /user name and password/],
    [403, get, 'status-403', /forbids/],
    [405, get, 'status-405', /not take GET/],
    [405, signedGet, 'status-405', /not take GET/],
    [400, signedGet, 'status-signed', /key of this very place/],
    [401, signedGet, 'status-signed', /401.*signature/],
    [403, signedHook, 'status-signed', /403.*signature/],
    [400, hook, 'status-unsigned', /Make a key/],
    [401, hook, 'status-unsigned', /Make a key/],
    [403, hook, 'status-unsigned', /Make a key/],
    [404, signedHook, 'status-404', /this path/],
    [405, hook, 'status-405-post', /not take POST/],
    [405, zammad, 'status-405-post', /not take POST/],
    [503, signedHook, 'status-5xx', /own log/],
    [401, zammad, 'status-401-zammad', /token/],
    // Zammad looks at no signature.
    [401, signedZammad, 'status-401-zammad', /token/],
    [422, zammad, 'status-422-zammad', /Integrations/],
    [422, hook, 'status', /200 to 299/],
    [403, signedZammad, 'status-403', /forbids/],
  ];
  for (const [status, asked, code, says] of cases) {
    const { text, values, ...rest } = answered(status, asked);
    assert.deepEqual([rest.code, values], [code, { status }], `${status} ${JSON.stringify(asked)}`);
    assert.match(text, says);
    assert.ok(DIAGNOSIS_CODES.some((each) => each === code));
    assert.doesNotMatch(text, /secret|TOKEN/);
  }
});
