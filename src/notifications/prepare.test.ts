import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainOf, createPrepare } from './prepare.ts';
import { event, LINE, lineWith, silent } from './test-kit.ts';
import type { Line } from '../lines/line.ts';

function prepareWith(settings: Partial<Line> | undefined, log = silent, buzzeePreset?: string) {
  let seq = 40;
  return createPrepare({
    lineOf: (account) => (settings && account === LINE ? lineWith(settings) : undefined),
    now: () => 77,
    nextSeq: () => ++seq,
    log,
    buzzeePreset,
  });
}

const URL_SETTING = 'http://h/x?t=_N_TYPE_&r=_CALLREF_';

describe('the events of a call', () => {
  it('cause one notification each at the URL of the line', () => {
    const prepare = prepareWith({ notificationUrl: URL_SETTING });
    assert.deepEqual(prepare([event('SETUP')]), [
      {
        seq: 41,
        id: 'call-0001-1',
        callref: 'call-0001',
        account: LINE,
        type: 'SETUP',
        url: 'http://h/x?t=SETUP&r=call-0001',
        createdAt: 77,
      },
    ]);
    assert.deepEqual(
      prepare([event('CONNECT'), event('RELEASE')]).map(({ seq, id, url }) => [seq, id, url]),
      [
        [42, 'call-0001-2', 'http://h/x?t=CONNECT&r=call-0001'],
        [43, 'call-0001-3', 'http://h/x?t=RELEASE&r=call-0001'],
      ],
    );
  });

  it('cause one more each at the Buzzee URL, with ids of its own', () => {
    const prepare = prepareWith({ notificationUrl: URL_SETTING, buzzeeUrl: 'http://b/y' });
    const made = prepare([event('SETUP'), event('RELEASE')]);
    assert.deepEqual(
      made.map(({ seq, id }) => [seq, id]),
      [
        [41, 'call-0001-1'],
        [42, 'call-0001-4'],
        [43, 'call-0001-3'],
        [44, 'call-0001-6'],
      ],
    );
    assert.equal(
      made[1]!.url,
      'http://b/y?account=33123456789&caller=33612345678&callee=33123456789&type=SETUP&callref=call-0001',
    );
  });

  it('cause only the Buzzee one where only that is set, with the preset of the operator', () => {
    const made = prepareWith(
      { buzzeeUrl: 'http://b/y' },
      silent,
      '?n=_CALLER_&t=_N_TYPE_',
    )([event('SETUP')]);
    assert.deepEqual(
      made.map(({ url }) => url),
      ['http://b/y?n=33612345678&t=SETUP'],
    );
  });

  it('cause nothing at the notification URL where the API is off, and the Buzzee one all the same', () => {
    const off = { notificationUrl: URL_SETTING, api: false };
    assert.deepEqual(prepareWith(off)([event('SETUP'), event('RELEASE')]), []);
    const made = prepareWith({ ...off, buzzeeUrl: 'http://b/y' })([event('SETUP')]);
    assert.deepEqual(
      made.map(({ seq, id }) => [seq, id]),
      [[41, 'call-0001-4']],
    );
  });

  it('cause nothing where no URL is set, or the line is no longer there', () => {
    assert.deepEqual(prepareWith({})([event('SETUP'), event('RELEASE')]), []);
    assert.deepEqual(prepareWith(undefined)([event('SETUP')]), []);
  });

  it('cause nothing at a stored URL that is not usable, which is logged once', () => {
    const lines: string[] = [];
    const log = { ...silent, warn: (_fields: object, text: string) => void lines.push(text) };
    const prepare = prepareWith({ notificationUrl: 'ftp://u:secret@h/' }, log);
    assert.deepEqual(prepare([event('SETUP'), event('CONNECT')]), []);
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0]!, /secret/);
  });
});

describe('a chain', () => {
  it('is what one call sends to one destination', () => {
    const made = prepareWith({ notificationUrl: URL_SETTING, buzzeeUrl: 'http://h/y' })([
      event('SETUP', { callref: 'call-7' }),
      event('CONNECT', { callref: 'call-7' }),
      event('RELEASE', { callref: 'call-7' }),
      event('SETUP', { callref: 'call-8' }),
    ]);
    const [a1, b1, a2, b2, a3, b3, other] = made.map(chainOf);
    assert.deepEqual([a2, a3], [a1, a1]);
    assert.deepEqual([b2, b3], [b1, b1]);
    assert.equal(new Set([a1, b1, other]).size, 3);
  });
});
