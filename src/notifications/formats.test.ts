import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEvent, ReleaseCause } from '../calls/call-event.ts';
import type { DestinationFormat } from './destination.ts';
import { parseDestinationUrl, requestOf } from './formats.ts';
import { event, LINE } from './test-kit.ts';

function requestFor(format: DestinationFormat, url: string, told: CallEvent, title = '') {
  const parsed = parseDestinationUrl(format, url);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.text);
  return requestOf(format, parsed.template, told, title);
}

function bodyFor(format: DestinationFormat, told: CallEvent, title = ''): unknown {
  const { contentType, body } = requestFor(format, 'http://h/', told, title);
  assert.equal(contentType, 'application/json');
  return JSON.parse(body);
}

function warningsFor(format: DestinationFormat, url: string): string[] {
  const parsed = parseDestinationUrl(format, url);
  return parsed.ok ? parsed.warnings.map(({ code }) => code) : [];
}

function release(cause: ReleaseCause, call: Partial<CallEvent['call']> = {}): CallEvent {
  return { ...event('RELEASE', call), cause };
}

const outgoing = { caller: LINE, callee: '33712345678' };

describe('the format get', () => {
  it('is the URL with its keywords, and a type where it has none', () => {
    assert.deepEqual(requestFor('get', 'http://h/x?c=_CALLER_', event('SETUP')), {
      url: 'http://h/x?c=33612345678&type=SETUP',
      contentType: '',
      body: '',
    });
  });
});

describe('the URL of a format that is sent by POST', () => {
  const table: [written: string, sent: string][] = [
    ['http://h/api/v1/cti/TOKEN', 'http://h/api/v1/cti/TOKEN'],
    ['http://h', 'http://h/'],
    ['http://h/?', 'http://h/?'],
    ['http://h/?a=b', 'http://h/?a=b'],
    ['http://h/?a=b&', 'http://h/?a=b&'],
    [' http://h/?a=b#part?type=_N_TYPE_ ', 'http://h/?a=b'],
    ['http://h/_CALLER_?a=_CALLREF_', 'http://h/33612345678?a=call-0001'],
    ['http://h/?type=_N_TYPE_', 'http://h/?type=SETUP'],
    ['http://h/?a=type=_N_TYPE_', 'http://h/?a=type=SETUP'],
    ['http://h/type=_N_TYPE_', 'http://h/type=SETUP'],
    ['http://h/?kind=_N_TYPE_', 'http://h/?kind=SETUP'],
    ['http://h/?_N_TYPE_', 'http://h/?_N_TYPE_'],
    ['http://h/?mytype=_CALLER_', 'http://h/?mytype=33612345678'],
    ['http://h/?type=', 'http://h/?type='],
    ['http://h/?a=_N_TYPE_&type=_N_TYPE_', 'http://h/?a=SETUP&type=SETUP'],
    ['http://u:p@h/x', 'http://u:p@h/x'],
  ];
  for (const [written, sent] of table) {
    it(`is as it was written, with its keywords: ${written.trim()}`, () => {
      assert.equal(requestFor('zammad', written, event('SETUP')).url, sent);
    });
  }

  it('is not warned of what only a GET must have', () => {
    const url = 'http://h/?type=x&c=CALLER';
    const both = ['template-bare-keyword', 'template-http'];
    assert.deepEqual(warningsFor('standard-webhooks', url), both);
    assert.deepEqual(
      warningsFor('get', url).sort(),
      [...both, 'template-no-callref', 'template-type-twice'].sort(),
    );
  });

  it('is refused for what any URL is refused for', () => {
    assert.equal(parseDestinationUrl('zammad', 'http://_CALLER_.h/').ok, false);
  });
});

describe('the format standard-webhooks', () => {
  it('tells type, time and everything about the call', () => {
    assert.deepEqual(bodyFor('standard-webhooks', event('SETUP')), {
      type: 'call.setup',
      timestamp: '2023-11-14T22:13:20.123Z',
      data: {
        callref: 'call-0001',
        account: LINE,
        caller: '33612345678',
        callee: LINE,
        direction: 'incoming',
        dref: '0123456789abcdef0123456789abcdef',
        dref_replace: '',
        session_id: '',
        is_acd: false,
        redirecting_number: '',
        tsms: 1_700_000_000_123,
      },
    });
  });

  it('names each event, the direction, and at the end the cause', () => {
    assert.partialDeepStrictEqual(bodyFor('standard-webhooks', event('CONNECT', outgoing)), {
      type: 'call.connect',
      data: { direction: 'outgoing', caller: LINE, callee: '33712345678' },
    });
    assert.partialDeepStrictEqual(bodyFor('standard-webhooks', release('no-answer')), {
      type: 'call.release',
      data: { cause: 'no-answer' },
    });
  });

  it('carries a caller that is no number whole, whatever it holds', () => {
    const caller = 'é"\\\u2028</script>😀';
    const told = bodyFor('standard-webhooks', event('SETUP', { caller }));
    assert.partialDeepStrictEqual(told, { data: { caller } });
  });
});

describe('the format zammad', () => {
  it('tells of an incoming call in the words of its generic CTI', () => {
    const call = { from: '33612345678', to: LINE, direction: 'in', callId: 'call-0001' };
    assert.deepEqual(bodyFor('zammad', event('SETUP')), { event: 'newCall', ...call });
    assert.deepEqual(bodyFor('zammad', event('CONNECT'), 'Reception'), {
      event: 'answer',
      ...call,
      user: 'Reception',
      answeringNumber: LINE,
    });
    assert.deepEqual(bodyFor('zammad', release('normal'), 'Reception'), {
      event: 'hangup',
      ...call,
      user: 'Reception',
      cause: 'normalClearing',
    });
  });

  it('tells of an outgoing call, which no agent of the line answers', () => {
    assert.deepEqual(bodyFor('zammad', event('CONNECT', outgoing)), {
      event: 'answer',
      from: LINE,
      to: '33712345678',
      direction: 'out',
      callId: 'call-0001',
    });
  });

  it('has a cause of Zammad’s for each of ours', () => {
    const known = ['normalClearing', 'busy', 'cancel', 'noAnswer', 'congestion', 'notFound'];
    const causes: Record<ReleaseCause, string> = {
      normal: 'normalClearing',
      busy: 'busy',
      refused: 'noAnswer',
      'no-answer': 'noAnswer',
      cancelled: 'cancel',
      'no-terminal': 'notFound',
      'not-found': 'notFound',
      unreachable: 'congestion',
      failed: 'congestion',
      'server-stopped': 'normalClearing',
      'too-long': 'normalClearing',
    };
    for (const [ours, theirs] of Object.entries(causes) as [ReleaseCause, string][]) {
      assert.partialDeepStrictEqual(bodyFor('zammad', release(ours)), { cause: theirs });
      assert.ok(known.includes(theirs));
    }
  });
});
