// What one REGISTER changes, as a table (RFC 3261, 10.3).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isE164 } from '../numbers/e164.ts';
import type { E164 } from '../numbers/e164.ts';
import { SipRequest } from '../sip/message/message.ts';
import type { Binding } from '../store/store.ts';
import { changesOf } from './changes.ts';

const number = '33123456789';
assert.ok(isE164(number));
const line: E164 = number;
const now = 1_800_000_000_000;

const context = {
  line,
  now,
  transport: 'udp',
  sourceHost: '192.0.2.7',
  sourcePort: 5060,
  behindNat: false,
  longestExpiryS: 7200,
  defaultExpiryS: 3600,
};

function binding(contact: string, changes: Partial<Binding> = {}): Binding {
  return {
    line,
    contact,
    transport: 'udp',
    sourceHost: '192.0.2.7',
    sourcePort: 5060,
    behindNat: false,
    callId: 'old',
    cseq: 5,
    expiresAt: now + 1000,
    registeredAt: now - 1000,
    userAgent: '',
    instance: '',
    ...changes,
  };
}

function register(contacts: readonly string[], lines: Record<string, string> = {}): SipRequest {
  const request = new SipRequest('REGISTER', 'sip:x');
  for (const each of contacts) request.add('contact', each);
  const rest = { 'call-id': 'c', cseq: '7 REGISTER', ...lines };
  for (const [name, value] of Object.entries(rest)) request.add(name, value);
  return request;
}

/** `put` as contact=seconds, `remove` as contacts; or the refusal's status. */
function outcome(request: SipRequest, current: readonly Binding[] = []): unknown {
  const changes = changesOf(request, current, context);
  if (!changes.ok) return changes.status;
  return {
    put: changes.put.map((b) => `${b.contact}=${(b.expiresAt - now) / 1000}`),
    remove: changes.remove.map((b) => b.contact),
  };
}

const a = binding('sip:a@192.0.2.7');
const b = binding('sip:b@192.0.2.8', { instance: '<urn:uuid:1>' });
const instance = '+sip.instance="<urn:uuid:1>"';

const table: readonly [string, SipRequest, readonly Binding[], unknown][] = [
  ['no Contact asks only', register([]), [a], { put: [], remove: [] }],
  ['no expiry is an hour', register(['<sip:n@x>']), [], { put: ['sip:n@x=3600'], remove: [] }],
  [
    'Expires holds for all',
    register(['<sip:n@x>, <sip:m@x>'], { expires: '60' }),
    [],
    { put: ['sip:n@x=60', 'sip:m@x=60'], remove: [] },
  ],
  [
    'the parameter wins over Expires',
    register(['<sip:n@x>;expires=90'], { expires: '60' }),
    [],
    { put: ['sip:n@x=90'], remove: [] },
  ],
  [
    'a Contact without brackets',
    register(['sip:n@x;expires=90']),
    [],
    { put: ['sip:n@x=90'], remove: [] },
  ],
  [
    'too long is cut to two hours',
    register(['<sip:n@x>;expires=99999999999']),
    [],
    { put: ['sip:n@x=7200'], remove: [] },
  ],
  [
    'URI parameters belong to the URI',
    register(['<sip:n@x;transport=tcp>']),
    [],
    { put: ['sip:n@x;transport=tcp=3600'], remove: [] },
  ],
  [
    'a Contact that is named twice counts once',
    register(['<sip:n@x>;expires=1, <sip:n@x>;expires=9']),
    [],
    { put: ['sip:n@x=9'], remove: [] },
  ],
  [
    'refreshed',
    register(['<sip:a@192.0.2.7>']),
    [a],
    { put: ['sip:a@192.0.2.7=3600'], remove: [] },
  ],
  [
    'expires=0 removes',
    register(['<sip:a@192.0.2.7>;expires=0']),
    [a, b],
    { put: [], remove: ['sip:a@192.0.2.7'] },
  ],
  [
    'Expires: 0 removes',
    register(['<sip:a@192.0.2.7>'], { expires: '0' }),
    [a, b],
    { put: [], remove: ['sip:a@192.0.2.7'] },
  ],
  [
    'removing what is not there changes nothing',
    register(['<sip:z@x>;expires=0']),
    [a],
    { put: [], remove: [] },
  ],
  [
    'one comes and one goes',
    register(['<sip:n@x>', '<sip:a@192.0.2.7>;expires=0']),
    [a],
    { put: ['sip:n@x=3600'], remove: ['sip:a@192.0.2.7'] },
  ],
  [
    '* with Expires: 0 removes all',
    register(['*'], { expires: '0' }),
    [a, b],
    { put: [], remove: [a.contact, b.contact] },
  ],
  ['* without Expires', register(['*']), [a], 400],
  ['* with another Expires', register(['*'], { expires: '5' }), [a], 400],
  ['* beside another Contact', register(['*, <sip:n@x>'], { expires: '0' }), [a], 400],
  [
    'Expires no number: an hour (10.2.1.1)',
    register(['<sip:n@x>'], { expires: 'soon' }),
    [a],
    { put: ['sip:n@x=3600'], remove: [] },
  ],
  [
    'the parameter no number: an hour',
    register(['<sip:n@x>;expires=-1']),
    [a],
    { put: ['sip:n@x=3600'], remove: [] },
  ],
  ['one bad Contact changes nothing', register(['<sip:n@x>', '<sip:bad@>']), [a], 400],
  [
    'a bad Contact behind one that would be removed',
    register(['<sip:a@192.0.2.7>;expires=0', '<sip:bad']),
    [a],
    400,
  ],
  ['a Contact of another scheme', register(['<http://x>']), [], 400],
  ['a sips Contact', register(['<sips:n@x>']), [], 400],
  ['a telephone number as Contact', register(['<tel:+33123>']), [], 400],
  ['headers in a Contact without brackets', register(['sip:n@x?Route=%3Csip:y%3E']), [], 400],
  ['a space within the URI', register(['<sip:n m@x>']), [], 400],
  ['a Contact of 513 characters', register([`<sip:${'n'.repeat(507)}@x>`]), [], 400],
  [
    'the same Call-ID with the same CSeq',
    register(['<sip:a@192.0.2.7>'], { 'call-id': 'old', cseq: '5 REGISTER' }),
    [a],
    500,
  ],
  [
    'the same Call-ID with an older CSeq',
    register(['<sip:a@192.0.2.7>;expires=0'], { 'call-id': 'old', cseq: '4 REGISTER' }),
    [a],
    500,
  ],
  [
    'the same Call-ID with a newer CSeq',
    register(['<sip:a@192.0.2.7>;expires=0'], { 'call-id': 'old', cseq: '6 REGISTER' }),
    [a],
    { put: [], remove: [a.contact] },
  ],
  [
    'another Call-ID with a lower CSeq',
    register(['<sip:a@192.0.2.7>;expires=0'], { cseq: '1 REGISTER' }),
    [a],
    { put: [], remove: [a.contact] },
  ],
  [
    '* with an older CSeq',
    register(['*'], { expires: '0', 'call-id': 'old', cseq: '5 REGISTER' }),
    [a],
    500,
  ],
  [
    'an older CSeq for one of two changes neither',
    register(['<sip:n@x>', '<sip:a@192.0.2.7>'], { 'call-id': 'old', cseq: '5 REGISTER' }),
    [a],
    500,
  ],
  [
    'an instance replaces what it registered before',
    register([`<sip:n@x>;${instance}`]),
    [a, b],
    { put: ['sip:n@x=3600'], remove: [b.contact] },
  ],
  [
    'an instance on two addresses at once replaces neither',
    register([`<sip:b@192.0.2.8>;${instance}`, `<sip:n@x>;${instance}`]),
    [b],
    { put: ['sip:b@192.0.2.8=3600', 'sip:n@x=3600'], remove: [] },
  ],
  [
    'no instance replaces nothing',
    register(['<sip:n@x>']),
    [a, b],
    { put: ['sip:n@x=3600'], remove: [] },
  ],
];
for (const [title, request, current, expected] of table) {
  test(`${title}: ${typeof expected === 'number' ? expected : 'as asked'}`, () => {
    assert.deepEqual(outcome(request, current), expected);
  });
}

test('a binding keeps what is needed to ring the terminal, and when it first came', () => {
  const request = register([`<sip:b@192.0.2.8>;${instance}`], { 'user-agent': 'x'.repeat(500) });
  const changes = changesOf(request, [b], { ...context, transport: 'tcp', behindNat: true });
  assert.ok(changes.ok);
  assert.deepEqual(changes.put, [
    {
      ...b,
      transport: 'tcp',
      behindNat: true,
      callId: 'c',
      cseq: 7,
      expiresAt: now + 3_600_000,
      userAgent: 'x'.repeat(128),
    },
  ]);
});
