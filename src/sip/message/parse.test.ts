// Reading and writing of messages that are valid, however odd (RFC 4475, 3.1.1).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf } from '../validate.ts';
import { nameAddr, parameterOf, quoteDisplay, splitValues, withoutParameter } from './headers.ts';
import type { SipRequest } from './message.ts';
import type { SipResponse } from './message.ts';
import { parseMessage } from './parse.ts';
import { request, tortuousInvite, unusualMethod, unusualUri } from './samples.ts';
import { parseUri, transportOf } from './uri.ts';

function read(text: string): SipRequest {
  const parsed = parseMessage(text);
  assert.ok(parsed.kind === 'message' && parsed.message.kind === 'request', JSON.stringify(parsed));
  return parsed.message;
}

function readResponse(text: string): SipResponse {
  const parsed = parseMessage(text);
  assert.ok(
    parsed.kind === 'message' && parsed.message.kind === 'response',
    JSON.stringify(parsed),
  );
  return parsed.message;
}

test('the tortuous INVITE is read right, folds, compact names and odd space included', () => {
  const invite = read(tortuousInvite);
  assert.equal(faultOf(invite), undefined);
  assert.deepEqual(invite.cseq, { number: 9, method: 'INVITE' });
  assert.equal(invite.to.tag, '1918181833n');
  assert.equal(invite.to.uri, 'sip:vivekg@chair-dnrc.example.com');
  assert.equal(invite.from.tag, '98asjd8');
  assert.equal(invite.from.display, 'J Rosenberg \\"');
  assert.equal(invite.get('subject'), '');
  assert.equal(invite.get('newfangledheader'), 'newfangled value continued newfangled value');
  assert.equal(invite.get('unknownheaderwithunusualvalue'), ';;,,;;,;');
  assert.equal(invite.via.host, '192.0.2.2');
  assert.equal(invite.via.branch, '390skdjuw');
  const vias = splitValues(invite.all('via'));
  assert.equal(vias.length, 3);
  const contact = nameAddr(invite.get('contact')!);
  assert.equal(contact.display, 'Quoted string ""');
  assert.equal(contact.uri, 'sip:jdrosen@example.com');
  assert.equal(parameterOf(contact.parameters, 'newparam'), 'newvalue');
  assert.equal(parameterOf(contact.parameters, 'secondparam'), '');
  assert.equal(parameterOf(contact.parameters, 'q'), '0.33');
});

test('every character that a method and a user part may hold is read', () => {
  const odd = read(
    request(`${unusualMethod} ${unusualUri} SIP/2.0`, { CSeq: `139122385 ${unusualMethod}` }),
  );
  assert.equal(odd.method, unusualMethod);
  assert.equal(parseUri(odd.uri)?.host, 'example.com');
  assert.equal(faultOf(odd)?.status, 501);
});

test('escapes in a display name keep control characters, and brackets in it open no address', () => {
  const value =
    '"BEL:\\\u0007 NUL:\\\u0000 DEL:\\\u007f <sip:no@x>;tag=no" <sip:yes@example.com>;tag=yes';
  const { from } = read(request('OPTIONS sip:a@b SIP/2.0', { From: value }));
  assert.equal(from.uri, 'sip:yes@example.com');
  assert.equal(from.tag, 'yes');
  assert.equal(from.display, 'BEL:\u0007 NUL:\u0000 DEL:\u007f <sip:no@x>;tag=no');
});

const uris: readonly [string, object | undefined][] = [
  [
    'sip:user;par=u%40example.net@example.com',
    { user: 'user;par=u@example.net', host: 'example.com' },
  ],
  ['sip:%61lice@example.com', { user: 'alice' }],
  ['sip:null-%00-null@example.com', { user: 'null-\0-null' }],
  [
    'sip:alice:secret@Example.COM:5070;transport=TCP;lr',
    { user: 'alice', host: 'example.com', port: 5070 },
  ],
  ['SIPS:bob@[2001:db8::1]:5061', { scheme: 'sips', host: '[2001:db8::1]', port: 5061 }],
  ['sip:example.com', { user: '', host: 'example.com' }],
  ['sip:user@example.com?Route=%3Csip:evil.example.com%3E', { user: 'user', parameters: '' }],
  ['tel:+33-1-23;ext=5', { scheme: 'tel', user: '+33-1-23;ext=5' }],
  ['tel:0123;phone-context=+49', { user: '0123;phone-context=+49' }],
  ['sip:@', undefined],
  ['sip:', undefined],
  ['sip:user@host:99999', undefined],
  ['sip:us%4er%zz@host', undefined],
  ['sip:two words@host', undefined],
  ['sip:user@host;a=b c', undefined],
  ['sip:a>@host', undefined],
  ['sip:a@host\r\nEvil: 1', undefined],
  ['<sip:user@example.com>', undefined],
  ['http://example.com', undefined],
];
for (const [text, expected] of uris) {
  test(`the URI ${JSON.stringify(text)} is ${expected ? 'read in parts' : 'refused'}`, () => {
    const uri = parseUri(text);
    if (expected) assert.deepEqual(uri, { ...uri, ...expected });
    assert.equal(uri !== undefined, expected !== undefined);
  });
}

test('the transport parameter is found in any letter case', () => {
  assert.equal(transportOf(parseUri('sip:a@b;Transport=TCP')!), 'tcp');
  assert.equal(
    transportOf(parseUri('sip:a@b;x="transport=tcp"') ?? parseUri('sip:a@b')!),
    undefined,
  );
});

test('an unknown scheme in From or To is carried, and a header without brackets owns its parameters', () => {
  const odd = read(request('OPTIONS sip:a@b SIP/2.0', { To: 'isbn:2983792873;x=1;tag=t' }));
  assert.equal(odd.to.uri, 'isbn:2983792873');
  assert.equal(odd.to.tag, 't');
});

test('several values of a header, commas in quotes and brackets included, are split right', () => {
  const lines = ['"Doe, J" <sip:a@x;p=1,2>;q=1, <sip:b@x>', ' , sip:c@x'];
  assert.deepEqual(splitValues(lines), ['"Doe, J" <sip:a@x;p=1,2>;q=1', '<sip:b@x>', 'sip:c@x']);
});

test('only the header parameter is taken away, not what looks like it elsewhere', () => {
  const value = '"a;tag=1" <sip:x@y;tag=2>;a="b;tag=3"; TAG = 4;z';
  assert.equal(withoutParameter(value, 'tag'), '"a;tag=1" <sip:x@y;tag=2>;a="b;tag=3";z');
});

test('responses: no reason phrase, an odd one, and eight-bit text', () => {
  const rest = '\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nContent-Length: 0\r\n\r\n';
  assert.equal(readResponse(`SIP/2.0 100 ${rest}`).reason, '');
  assert.equal(readResponse(`SIP/2.0 200${rest}`).status, 200);
  assert.equal(
    readResponse(`SIP/2.0 200 = 2**3 * 5**2 \u00d0\u00bd${rest}`).reason,
    '= 2**3 * 5**2 \u00d0\u00bd',
  );
  for (const start of ['4294967301 no', '099 no', '700 no', '1e2 no', '20 no', 'abc no', '']) {
    assert.equal(parseMessage(`SIP/2.0 ${start}${rest}`).kind, 'invalid', start);
  }
});

test('what came leaves byte for byte: names in UTF-8, an eight-bit body, unknown headers', () => {
  const name = Buffer.from('"Jos\u00e9 M\u00fcller" <sip:j@x>;tag=1', 'utf8').toString('latin1');
  const body = String.fromCharCode(...Array(256).keys());
  const came = request('INVITE sip:a@b SIP/2.0', { From: name, 'X-Odd': '\u0080\u00ff' }, body);
  const sent = Buffer.from(read(came).toString(), 'latin1');
  assert.ok(
    sent.includes(Buffer.from('From: "Jos\u00e9 M\u00fcller" <sip:j@x>;tag=1\r\n', 'utf8')),
  );
  assert.ok(sent.includes(Buffer.from('X-Odd: \u0080\u00ff\r\n', 'latin1')));
  assert.ok(sent.includes(Buffer.from('Content-Length: 256\r\n')));
  assert.deepEqual(sent.subarray(-256), Buffer.from([...Array(256).keys()]));
});

test('bytes behind Content-Length do not belong to the message; without it all do', () => {
  const two = `${request('OPTIONS sip:a@b SIP/2.0')}INVITE sip:evil@b SIP/2.0\r\n\r\n`;
  assert.equal(read(two).body, '');
  assert.equal(
    read(request('INFO sip:a@b SIP/2.0', {}, 'text').replace(/Content-Length.*\r\n/, '')).body,
    'text',
  );
});

test('a quoted display name holds no line break and closes no quotes', () => {
  assert.equal(quoteDisplay('a\r\nVia: x"\\'), '"a  Via: x\\"\\\\"');
  assert.equal(nameAddr(`${quoteDisplay('a\r\n"b\\')} <sip:x@y>`).display, 'a  "b\\');
});

test('empty lines ahead of a message are let through, and alone are nothing', () => {
  assert.equal(read(`\r\n\r\n${request('OPTIONS sip:a@b SIP/2.0')}`).method, 'OPTIONS');
  for (const text of ['', '\r\n', '\r\n\r\n']) assert.equal(parseMessage(text).kind, 'nothing');
});

test('a CR or LF that stands alone hides no header', () => {
  for (const evil of ['a\nX-Evil: 1', 'a\rX-Evil: 1', 'a\n', 'a\r\n b\nX-Evil: 1', 'a\n\r\nb']) {
    const parsed = parseMessage(request('OPTIONS sip:a@b SIP/2.0', { Subject: evil }));
    assert.equal(parsed.kind, 'invalid', JSON.stringify(evil));
  }
  assert.equal(parseMessage('SIP/2.0 200 OK\nX: 1\r\nVia: x\r\n\r\n').kind, 'invalid');
  assert.equal(parseMessage('SIP/2.0 200 OK\rX: 1\r\nVia: x\r\n\r\n').kind, 'invalid');
});
