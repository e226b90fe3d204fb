// Requests that are wrong, and the answer that each gets on the wire (RFC 4475, 3.1.2 and 3.3; RFC
// 3261, 8.2). And noise: whatever comes, nothing throws and the next request is answered.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ManualTimers } from '../manual-timers.ts';
import { header, Peer } from '../test-peer.ts';
import { TransactionLayer } from '../transaction/layer.ts';
import { faultOf } from '../validate.ts';
import { parseMessage } from './parse.ts';
import { request, tortuousInvite, unusualMethod, unusualUri } from './samples.ts';

const faults: unknown[] = [];
let layer: TransactionLayer;
let peer: Peer;
let to: { host: string; port: number };

before(async () => {
  layer = await TransactionLayer.open({
    transport: { host: '127.0.0.1', port: 0, onDropped() {} },
    timers: new ManualTimers(),
    onRequest: (each, source) => layer.replyStateless(each, source, 200),
    onAck() {},
    onFault: (error) => faults.push(error),
  });
  to = { host: '127.0.0.1', port: layer.transport.port };
  peer = await Peer.open('127.0.0.1');
});
after(async () => {
  peer.close();
  await layer.close();
  assert.deepEqual(faults, []);
});

/** The Via that brings answers back to the peer. */
const via = { Via: 'SIP/2.0/UDP 127.0.0.1:5070;rport;branch=z9hG4bKtorture' };
const options = 'OPTIONS sip:user@example.com SIP/2.0';

const answers: readonly [string, string, string][] = [
  [
    'Content-Length larger than the body',
    request(options, via).replace('Length: 0', 'Length: 9999'),
    '400',
  ],
  ['Content-Length negative', request(options, via).replace('Length: 0', 'Length: -999'), '400'],
  ['Content-Length twice', request(options, { ...via, 'content-length': '0' }), '400'],
  ['Request-URI in brackets', request('INVITE <sip:user@example.com> SIP/2.0', via), '400'],
  ['space within the Request-URI', request('INVITE sip:user@example.com; lr SIP/2.0', via), '400'],
  [
    'several spaces in the start line',
    request('INVITE  sip:user@example.com  SIP/2.0', via),
    '400',
  ],
  ['Request-URI without a scheme', request('OPTIONS example.com SIP/2.0', via), '400'],
  ['Request-URI too long', request(`OPTIONS sip:${'a'.repeat(2100)}@b SIP/2.0`, via), '414'],
  [
    'unknown scheme',
    request('OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0', via),
    '416',
  ],
  [
    'unknown scheme with slashes',
    request('OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0', via),
    '416',
  ],
  ['CSeq with another method', request(options, { ...via, CSeq: '8 INVITE' }), '400'],
  [
    'unknown method, CSeq with another',
    request('NEWMETHOD sip:a@b SIP/2.0', { ...via, CSeq: '8 INVITE' }),
    '400',
  ],
  ['unknown method', request('NEWMETHOD sip:a@b SIP/2.0', via), '501'],
  ['method of every character', request(`${unusualMethod} ${unusualUri} SIP/2.0`, via), '501'],
  ['method in small letters', request('options sip:a@b SIP/2.0', via), '501'],
  ['method that is known and not served', request('SUBSCRIBE sip:a@b SIP/2.0', via), '405'],
  ['CSeq too large', request(options, { ...via, CSeq: '36893488147419103232 OPTIONS' }), '400'],
  ['CSeq of 2^31', request(options, { ...via, CSeq: '2147483648 OPTIONS' }), '400'],
  ['CSeq without a method', request(options, { ...via, CSeq: '1' }), '400'],
  ['Max-Forwards too large', request(options, { ...via, 'Max-Forwards': '300' }), '400'],
  ['Max-Forwards no number', request(options, { ...via, 'Max-Forwards': '-1' }), '400'],
  ['Max-Forwards twice', request(options, { ...via, 'Max-Forwards': ['5', '6'] }), '400'],
  [
    'INVITE that may go no further',
    request('INVITE sip:a@b SIP/2.0', { ...via, 'Max-Forwards': '0' }),
    '483',
  ],
  ['no From', request(options, { ...via, From: null }), '400'],
  ['no To', request(options, { ...via, To: null }), '400'],
  ['no Call-ID', request(options, { ...via, 'Call-ID': null }), '400'],
  ['no CSeq', request(options, { ...via, CSeq: null }), '400'],
  ['From twice', request(options, { ...via, From: ['<sip:a@b>;tag=1', '<sip:c@d>;tag=2'] }), '400'],
  ['To twice, once in its compact form', request(options, { ...via, t: '<sip:c@d>' }), '400'],
  ['Call-ID twice', request(options, { ...via, i: 'other' }), '400'],
  ['CSeq twice', request(options, { ...via, CSeq: ['1 OPTIONS', '2 OPTIONS'] }), '400'],
  [
    'quotes that do not close',
    request(options, { ...via, To: '"Mr. J. User <sip:j.user@example.com>' }),
    '400',
  ],
  [
    'brackets that do not close',
    request(options, { ...via, To: '<sip:j.user@example.com' }),
    '400',
  ],
  ['a tag that is no token', request(options, { ...via, From: '<sip:a@b>;tag=a b,c' }), '400'],
  [
    'empty parameters in Via',
    request(options, { Via: 'SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK1;;,;,,' }),
    '400',
  ],
  [
    'a header line without a colon',
    request(options, { ...via, 'Subject: x\r\nNo colon here\r\nX': '1' }),
    '400',
  ],
  ['a header name of two words', request(options, { ...via, 'Two words': 'x' }), '400'],
  ['a line feed alone', request(options, { ...via, Subject: 'a\nInjected: 1' }), '400'],
  [
    'a version yet to come',
    request('OPTIONS sip:a@b SIP/7.0', { Via: 'SIP/7.0/UDP 127.0.0.1;rport;branch=z9hG4bKv' }),
    '505',
  ],
  [
    'Require of what is unknown',
    request(options, { ...via, Require: 'nothingSupportsThis, norThis' }),
    '420',
  ],
];
for (const [title, text, status] of answers) {
  test(`${title}: answered ${status}`, async () => {
    peer.send(text, to);
    const answer = await peer.next('SIP/2.0 ');
    assert.equal(answer.slice(8, 11), status, answer);
  });
}

const tolerated: readonly [string, string][] = [
  ['Max-Forwards 0 in what is for us', request(options, { ...via, 'Max-Forwards': '0' })],
  ['no Max-Forwards', request(options, { ...via, 'Max-Forwards': null })],
  [
    'a date of another time zone',
    request(options, { ...via, Date: 'Fri, 01 Jan 2010 16:00:00 EST' }),
  ],
  [
    'a display name with a comma and no quotes',
    request(options, { ...via, From: 'Bell, Alexander <sip:a@b>;tag=43' }),
  ],
  [
    'no space ahead of the bracket',
    request(options, { ...via, From: 'caller<sip:caller@example.com>;tag=323' }),
  ],
  [
    'space within the brackets',
    request(options, { ...via, To: '"Watson" < sip:t.watson@example.org >' }),
  ],
  [
    'unknown transports further down',
    request(options, {
      Via: [
        via.Via,
        'SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKt4',
        'SIP/2.0/SCTP [2001:db8::9]:5061;branch=z',
      ],
    }),
  ],
  [
    'a sender of the time before RFC 3261',
    request(options, {
      Via: 'SIP/2.0/UDP iftgw.example.com;rport',
      From: '<sip:+1303@x;user=phone>',
    }),
  ],
  ['SIP in small letters', request('OPTIONS sip:a@b sip/2.0', via)],
];
for (const [title, text] of tolerated) {
  test(`${title}: tolerated`, async () => {
    peer.send(text, to);
    const answer = await peer.next('SIP/2.0 ');
    assert.equal(answer.slice(8, 11), '200', answer);
  });
}

test('the answer says what is wrong: Unsupported for 420, Allow for 405 and 501', async () => {
  peer.send(request(options, { ...via, Require: 'one, two' }), to);
  assert.equal(header(await peer.next('SIP/2.0 420'), 'Unsupported'), 'one, two');
  peer.send(request('PUBLISH sip:a@b SIP/2.0', via), to);
  assert.match(header(await peer.next('SIP/2.0 405'), 'Allow'), /INVITE/);
  peer.send(request('FOO sip:a@b SIP/2.0', via), to);
  assert.match(header(await peer.next('SIP/2.0 501'), 'Allow'), /INVITE/);
});

test('what nobody could take an answer to gets none', async () => {
  const silent = [
    request(options, { Via: null }),
    request(options, { Via: 'nonsense' }),
    request('ACK sip:a@b SIP/2.0', { ...via, From: null }),
    'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKx\r\nCSeq: 9292394834772304023312 OPTIONS\r\n\r\n',
    'nonsense',
    '\0\0\0\0',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  ];
  for (const text of silent) peer.send(text, to);
  const came = await peer.settled(to);
  assert.deepEqual(came, []);
});

/** A small generator of numbers, so that a failure can be found again (xorshift32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const seeds = [
  tortuousInvite,
  request(
    'INVITE sip:a@b SIP/2.0',
    { ...via, 'Record-Route': '<sip:p;lr>', Require: 'x' },
    'v=0\r\n',
  ),
  request('ACK sip:a@b SIP/2.0', via),
  request('CANCEL sip:a@b SIP/2.0', via),
  'SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n',
];
const pieces = [
  ...Array.from(';,:"<>\\\r\n \t@%=/*?[]\0\u00ff9'),
  '\r\n',
  '\r\n ',
  'SIP/2.0',
  '4294967296',
  'tag',
  ';branch=',
  'Via: ',
];

function mutated(text: string, next: (below: number) => number): string {
  let out = text;
  for (let i = 0; i <= next(4); i++) {
    const at = next(out.length + 1);
    const piece = pieces[next(pieces.length)]!;
    const cut = [0, 1, 1, 8, 60][next(5)]!;
    out = out.slice(0, at) + (next(4) === 0 ? '' : piece) + out.slice(at + cut);
  }
  return out;
}

test('20,000 mutations throw nowhere: not in the parser, not in the checks, not in the layer', async () => {
  const next = numbers(20260101);
  let read = 0;
  for (let i = 0; i < 20_000; i++) {
    const text = mutated(seeds[i % seeds.length]!, next);
    const parsed = parseMessage(text);
    if (parsed.kind === 'message') {
      read++;
      if (parsed.message.kind === 'request') faultOf(parsed.message);
      assert.doesNotMatch(parsed.message.toString().split('\r\n\r\n')[0]!, /[^\r]\n|\r[^\n]/);
    }
    peer.send(text, to);
    if (i % 200 === 199) await peer.settled(to);
  }
  assert.ok(read > 2000, `${read} were still messages`);
  assert.deepEqual(faults, []);
  peer.send(request(options, via), to);
  await peer.next('SIP/2.0 200');
});
