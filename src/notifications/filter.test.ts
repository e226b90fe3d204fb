import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Destination } from './destination.ts';
import { wantsEvent } from './filter.ts';
import { destinationWith, event, LINE } from './test-kit.ts';

const incoming = { caller: '33612345678', callee: LINE };
const outgoing = { caller: LINE, callee: '33712345678' };
const hidden = { caller: 'anonymous', callee: LINE };

describe('a destination', () => {
  const table: [
    what: string,
    settings: Partial<Destination>,
    wants: { incoming: boolean; outgoing: boolean; hidden: boolean },
  ][] = [
    [
      'that is set to nothing else wants every call',
      {},
      { incoming: true, outgoing: true, hidden: true },
    ],
    [
      'that is switched off wants none',
      { enabled: false },
      { incoming: false, outgoing: false, hidden: false },
    ],
    [
      'of incoming calls wants those alone, hidden callers too',
      { direction: 'incoming' },
      { incoming: true, outgoing: false, hidden: true },
    ],
    [
      'of outgoing calls wants those alone',
      { direction: 'outgoing' },
      { incoming: false, outgoing: true, hidden: false },
    ],
    [
      'of some numbers looks at the caller of an incoming call, and never takes a hidden one',
      { numbers: ['336', '44'] },
      { incoming: true, outgoing: false, hidden: false },
    ],
    [
      'of some numbers looks at the called party of an outgoing call',
      { numbers: ['337'] },
      { incoming: false, outgoing: true, hidden: false },
    ],
    [
      'of the account’s own beginning is not misled by the account',
      { numbers: ['331'] },
      { incoming: false, outgoing: false, hidden: false },
    ],
    [
      'of a direction and numbers wants both to hold',
      { direction: 'outgoing', numbers: ['336'] },
      { incoming: false, outgoing: false, hidden: false },
    ],
  ];
  for (const [what, settings, wants] of table) {
    it(what, () => {
      const destination = destinationWith(settings);
      assert.deepEqual(
        {
          incoming: wantsEvent(destination, event('SETUP', incoming)),
          outgoing: wantsEvent(destination, event('SETUP', outgoing)),
          hidden: wantsEvent(destination, event('SETUP', hidden)),
        },
        wants,
      );
    });
  }

  it('wants the types that it is set to, and no others', () => {
    const destination = destinationWith({ types: ['SETUP', 'RELEASE'] });
    const wanted = (['SETUP', 'CONNECT', 'RELEASE'] as const).filter((type) =>
      wantsEvent(destination, event(type)),
    );
    assert.deepEqual(wanted, ['SETUP', 'RELEASE']);
  });
});
