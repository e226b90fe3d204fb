import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createNameCache } from './name-cache.ts';

/** A resolver whose answers come when the test says so. */
function resolver() {
  let elapsed = 0;
  const asked: { name: string; give: (address: string) => void; fail: () => void }[] = [];
  const lookUp = createNameCache(
    (name) =>
      new Promise((resolve, reject) => {
        asked.push({
          name,
          give: (address) => resolve([{ address }]),
          fail: () => reject(new Error('ENOTFOUND')),
        });
      }),
    { elapsed: () => elapsed },
  );
  return { asked, lookUp, later: (ms: number) => void (elapsed += ms) };
}

describe('a name', () => {
  it('is asked once at a time, and not again while the answer is fresh', async () => {
    const { asked, lookUp, later } = resolver();
    const both = Promise.all([lookUp('a'), lookUp('a')]);
    await turn();
    assert.equal(asked.length, 1);
    asked[0]!.give('192.0.2.1');
    assert.deepEqual(await both, [[{ address: '192.0.2.1' }], [{ address: '192.0.2.1' }]]);
    later(9_999);
    assert.deepEqual(await lookUp('a'), [{ address: '192.0.2.1' }]);
    assert.equal(asked.length, 1);
  });

  it('that was found before is answered at once and asked again behind that', async () => {
    const { asked, lookUp, later } = resolver();
    const first = lookUp('a');
    await turn();
    asked[0]!.give('192.0.2.1');
    await first;
    later(10_000);
    assert.deepEqual(await lookUp('a'), [{ address: '192.0.2.1' }]);
    await turn();
    assert.equal(asked.length, 2);
    asked[1]!.give('192.0.2.2');
    await turn();
    assert.deepEqual(await lookUp('a'), [{ address: '192.0.2.2' }]);
  });

  it('that cannot be found any more is used for five minutes, and no longer', async () => {
    const { asked, lookUp, later } = resolver();
    const first = lookUp('a');
    await turn();
    asked[0]!.give('192.0.2.1');
    await first;
    later(299_999);
    assert.deepEqual(await lookUp('a'), [{ address: '192.0.2.1' }]);
    await turn();
    asked[1]!.fail();
    await turn();
    later(1);
    const last = assert.rejects(lookUp('a'), /ENOTFOUND/);
    await turn();
    asked[2]!.fail();
    await last;
  });

  it('that is not found is asked again the next time', async () => {
    const { asked, lookUp } = resolver();
    for (let time = 0; time < 2; time++) {
      const answer = assert.rejects(lookUp('a'), /ENOTFOUND/);
      await turn();
      asked[time]!.fail();
      await answer;
    }
    assert.equal(asked.length, 2);
  });
});

describe('names that hang', () => {
  it('hold up new names after the 24th, and none that was found before', async () => {
    const { asked, lookUp, later } = resolver();
    const known = lookUp('known');
    await turn();
    asked[0]!.give('192.0.2.1');
    await known;
    later(60_000);
    const hanging = Array.from({ length: 30 }, (_, n) => lookUp(`hangs-${n}`));
    await turn();
    assert.equal(asked.length, 25);
    assert.deepEqual(await lookUp('known'), [{ address: '192.0.2.1' }]);
    await turn();
    assert.equal(asked.at(-1)!.name, 'known');
    // Each that ends lets the next one ask.
    for (let n = 0; asked.length < 32; n++) {
      asked.slice(1).forEach(({ give }) => give('192.0.2.9'));
      await turn();
      assert.ok(n < 10);
    }
    asked.forEach(({ give }) => give('192.0.2.9'));
    assert.equal((await Promise.all(hanging)).length, 30);
  });

  it('that were found before take no more than 16 questions, and their old answers serve meanwhile', async () => {
    const { asked, lookUp, later } = resolver();
    const found = Array.from({ length: 40 }, (_, n) => lookUp(`was-${n}`));
    for (let given = 0; given < 40;) {
      await turn();
      for (; given < asked.length; given++) asked[given]!.give('192.0.2.1');
    }
    await Promise.all(found);
    later(60_000);
    await Promise.all(Array.from({ length: 40 }, (_, n) => lookUp(`was-${n}`)));
    await turn();
    assert.equal(asked.length, 40 + 16);
  });
});
