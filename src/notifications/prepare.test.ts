import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Destination } from './destination.ts';
import { createPrepare } from './prepare.ts';
import { destinationWith, event, LINE, lineWith, silent } from './test-kit.ts';
import type { Line } from '../lines/line.ts';

function prepareWith(
  settings: Partial<Line> | undefined,
  log = silent,
  buzzeePreset?: string,
  destinations: readonly Destination[] = [],
) {
  let seq = 40;
  return createPrepare({
    lineOf: (account) => (settings && account === LINE ? lineWith(settings) : undefined),
    destinationsOf: (account) => (account === LINE ? destinations : []),
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
        destination: 0,
        url: 'http://h/x?t=SETUP&r=call-0001',
        contentType: '',
        body: '',
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

describe('the further destinations of a line', () => {
  it('are told besides its own URLs, each with ids and a place of its own', () => {
    const prepare = prepareWith(
      { notificationUrl: URL_SETTING, buzzeeUrl: 'http://b/y' },
      silent,
      undefined,
      [destinationWith({ id: 2 }), destinationWith({ id: 41, url: 'http://e/' })],
    );
    assert.deepEqual(
      prepare([event('SETUP'), event('RELEASE')]).map(({ seq, id, destination, type }) => [
        seq,
        id,
        destination,
        type,
      ]),
      [
        [41, 'call-0001-1', 0, 'SETUP'],
        [42, 'call-0001-4', 1, 'SETUP'],
        [43, 'call-0001-7', 2, 'SETUP'],
        [44, 'call-0001-124', 41, 'SETUP'],
        [45, 'call-0001-3', 0, 'RELEASE'],
        [46, 'call-0001-6', 1, 'RELEASE'],
        [47, 'call-0001-9', 2, 'RELEASE'],
        [48, 'call-0001-126', 41, 'RELEASE'],
      ],
    );
  });

  it('are told where the line has no URL of its own, and its API is off', () => {
    const made = prepareWith({ api: false }, silent, undefined, [destinationWith({})])([
      event('CONNECT'),
    ]);
    assert.deepEqual(
      made.map(({ id, url, contentType, body }) => [id, url, contentType, body]),
      [['call-0001-8', 'http://d/?type=CONNECT', '', '']],
    );
  });

  it('get what they want alone, each in its format', () => {
    const url = 'http://same/';
    const made = prepareWith({ title: 'Reception' }, silent, undefined, [
      destinationWith({ id: 2, url, types: ['SETUP'] }),
      destinationWith({ id: 3, url, format: 'standard-webhooks', numbers: ['336'] }),
      destinationWith({ id: 4, url, format: 'zammad' }),
      destinationWith({ id: 5, url, direction: 'outgoing' }),
      destinationWith({ id: 6, url, enabled: false }),
    ])([event('SETUP'), event('CONNECT')]);
    assert.deepEqual(
      made.map((each) => [each.destination, each.type, each.url, each.contentType]),
      [
        [2, 'SETUP', 'http://same/?type=SETUP', ''],
        [3, 'SETUP', 'http://same/', 'application/json'],
        [4, 'SETUP', 'http://same/', 'application/json'],
        [3, 'CONNECT', 'http://same/', 'application/json'],
        [4, 'CONNECT', 'http://same/', 'application/json'],
      ],
    );
    assert.equal(JSON.parse(made[1]!.body).type, 'call.setup');
    assert.deepEqual(JSON.parse(made[2]!.body).user, 'Reception');
  });
});
