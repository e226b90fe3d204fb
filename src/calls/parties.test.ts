// Who calls, who hides, and why a call failed: the tables that callers and integrators see.

// oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins hold only what a test needs

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import { SipRequest, SipResponse } from '../sip/message/message.ts';
import { nameAddr } from '../sip/message/headers.ts';
import { carriedLines } from './carried.ts';
import { failureOf, isGlobal } from './failure.ts';
import { asksToHide, callerFromOutside, callerOfLine, fromValue, latin1 } from './parties.ts';

function invite(from: string, lines: readonly (readonly [string, string])[] = []): SipRequest {
  const request = new SipRequest('INVITE', 'sip:33123456789@x').add('from', from);
  for (const [name, value] of lines) request.add(name, value);
  return request;
}

const shown = '"Anna" <sip:0612345678@trunk>;tag=1';
const hiding: readonly [string, SipRequest, boolean][] = [
  ['nothing', invite(shown), false],
  ['Privacy: none', invite(shown, [['privacy', 'none']]), false],
  ['Privacy: id', invite(shown, [['privacy', 'id']]), true],
  ['Privacy: user', invite(shown, [['privacy', 'user']]), true],
  ['Privacy: header', invite(shown, [['privacy', 'header']]), true],
  ['Privacy: ID;critical', invite(shown, [['privacy', 'ID;critical']]), true],
  [
    'two Privacy lines',
    invite(shown, [
      ['privacy', 'session'],
      ['privacy', 'critical;id'],
    ]),
    true,
  ],
  ['Privacy: session', invite(shown, [['privacy', 'session']]), false],
  [
    'anonymous@anonymous.invalid',
    invite('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'),
    true,
  ],
  ['another user at anonymous.invalid', invite('<sip:x@ANONYMOUS.invalid>;tag=1'), true],
  ['anonymous at a real host', invite('<sip:Anonymous@trunk>;tag=1'), true],
  ['a display name alone', invite('"Anonymous" <sip:0612345678@trunk>;tag=1'), false],
];
for (const [title, request, expected] of hiding) {
  test(`a caller with ${title} is ${expected ? 'hidden' : 'shown'}`, () => {
    assert.equal(asksToHide(request), expected);
    const caller = callerFromOutside(request, 'FR');
    assert.equal(caller.hidden, expected);
    assert.equal(caller.presented, expected ? 'anonymous' : '33612345678');
  });
}

test('an asserted identity is neither used nor passed on', () => {
  const names = [
    'p-asserted-identity',
    'p-preferred-identity',
    'remote-party-id',
    'contact',
    'call-info',
    'organization',
    'user-agent',
    'reply-to',
    'history-info',
    'diversion',
    'referred-by',
    'authorization',
    'proxy-authorization',
    'route',
    'record-route',
    'via',
    'identity',
  ];
  const secret = names.map((name) => [name, '<sip:0611111111@secret>'] as const);
  const request = invite('<sip:anonymous@anonymous.invalid>;tag=1', [
    ...secret,
    ['content-type', 'application/sdp'],
  ]);
  const caller = callerFromOutside(request, 'FR');
  assert.equal(fromValue(caller, '192.0.2.1'), '"Anonymous" <sip:anonymous@anonymous.invalid>');
  assert.deepEqual(carriedLines(request), [['content-type', 'application/sdp']]);
  const named = callerFromOutside(invite(shown, secret), 'FR');
  assert.equal(named.presented, '33612345678');
});

test('a caller of each form is written as it should be', () => {
  const forms: readonly [string, string, string][] = [
    ['<sip:+33612345678@trunk;user=phone>', '33612345678', '<sip:33612345678@h>'],
    ['<tel:+33-6-12-34-56-78;ext=1>', '33612345678', '<sip:33612345678@h>'],
    ['"Jo \\"J\\"" <sip:jo%20e@trunk>', 'jo e', '"Jo \\"J\\"" <sip:jo%20e@h>'],
    ['<sip:a%3E%0D%0AEvil%3A%201@trunk>', 'a>\r\nEvil: 1', '<sip:a%3E%0D%0AEvil%3A%201@h>'],
    ['<sip:trunk>', 'anonymous', '"Anonymous" <sip:anonymous@anonymous.invalid>'],
    ['<nonsense>', 'anonymous', '"Anonymous" <sip:anonymous@anonymous.invalid>'],
  ];
  for (const [from, presented, written] of forms) {
    const caller = callerFromOutside(invite(`${from};tag=1`), 'FR');
    assert.equal(caller.presented, presented, from);
    assert.equal(fromValue(caller, 'h'), written, from);
  }
});

test('a line shows its number and title, in UTF-8, with nothing that could break the header', () => {
  const line = { number: '33123456789' as E164, title: 'Caf\u00e9 "Z"\r\nX: 1' } as Line;
  const value = fromValue(callerOfLine(line, false), 'h');
  assert.equal(
    Buffer.from(value, 'latin1').toString('utf8'),
    '"Caf\u00e9 \\"Z\\"  X: 1" <sip:33123456789@h>',
  );
  assert.equal(nameAddr(value).uri, 'sip:33123456789@h');
  assert.equal(
    fromValue(callerOfLine(line, true), 'h'),
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
  );
  assert.equal(latin1('\u00e9'), '\u00c3\u00a9');
});

const failures: readonly [number | 'timeout' | 'transport', string, number][] = [
  ['timeout', 'unreachable', 480],
  ['transport', 'unreachable', 480],
  [302, 'refused', 480],
  [401, 'failed', 500],
  [403, 'refused', 403],
  [404, 'not-found', 404],
  [407, 'failed', 500],
  [408, 'no-answer', 480],
  [410, 'not-found', 410],
  [480, 'no-answer', 480],
  [484, 'not-found', 484],
  [486, 'busy', 486],
  [488, 'failed', 488],
  [500, 'failed', 500],
  [503, 'failed', 500],
  [600, 'busy', 600],
  [603, 'refused', 603],
  [604, 'not-found', 604],
  [606, 'failed', 606],
  [699, 'refused', 603],
];
for (const [answer, cause, status] of failures) {
  test(`${answer} ends a call as ${cause}, and its caller sees ${status}`, () => {
    const failure = failureOf(typeof answer === 'number' ? new SipResponse(answer, '') : answer);
    assert.equal(failure.cause, cause);
    assert.equal(failure.status, status);
    assert.equal(isGlobal(failure), typeof answer === 'number' && answer >= 600);
  });
}

test('the most telling failure of several terminals wins', () => {
  const best = ['timeout', 503, 488, 480, 404, 486, 603] as const;
  const ranks = best.map(
    (each) => failureOf(typeof each === 'number' ? new SipResponse(each, '') : each).rank,
  );
  assert.deepEqual(
    ranks,
    ranks.toSorted((x, y) => y - x),
  );
  assert.equal(new Set(ranks).size, ranks.length);
});
