import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey, SlowDown } from './slow-down.ts';

function open(most?: number) {
  const clock = { now: 1_000_000 };
  return { clock, table: new SlowDown(() => clock.now, most) };
}

function fail(table: SlowDown, key: string, times = 1): void {
  for (let time = 0; time < times; time += 1) {
    table.begin(key);
    table.end(key, 'failed');
  }
}

test('five failures cost nothing, then the wait doubles from a second to a minute', () => {
  const { clock, table } = open();
  fail(table, 'alice', 4);
  assert.equal(table.waitMs('alice'), 0);
  const waits: number[] = [];
  for (let failure = 5; failure < 14; failure += 1) {
    fail(table, 'alice');
    const wait = table.waitMs('alice');
    waits.push(wait);
    clock.now += wait - 1;
    assert.equal(table.waitMs('alice'), 1);
    clock.now += 1;
    assert.equal(table.waitMs('alice'), 0);
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.equal(table.waitMs('bob'), 0);
});

test('a success forgets the failures, an undecided try leaves them', () => {
  const { table } = open();
  fail(table, 'alice', 5);
  table.begin('alice');
  table.end('alice', 'undecided');
  assert.equal(table.waitMs('alice'), 1000);
  table.clear('alice');
  assert.equal(table.waitMs('alice'), 0);
  assert.equal(table.size, 0);
});

test('tries at once count as failures until they are decided', () => {
  const { table } = open();
  for (let time = 0; time < 5; time += 1) {
    assert.equal(table.waitMs('alice'), 0);
    table.begin('alice');
  }
  assert.equal(table.waitMs('alice'), 1000);
  for (let time = 0; time < 5; time += 1) table.end('alice', 'undecided');
  assert.equal(table.waitMs('alice'), 0);
  assert.equal(table.size, 0);
});

test('failures are forgotten a quarter of an hour after the last', () => {
  const { clock, table } = open();
  fail(table, 'alice', 9);
  clock.now += 15 * 60_000 - 1;
  fail(table, 'alice');
  assert.equal(table.waitMs('alice'), 32_000);
  clock.now += 15 * 60_000;
  assert.equal(table.waitMs('alice'), 0);
  fail(table, 'alice', 4);
  assert.equal(table.waitMs('alice'), 0);
});

test('a clock that is set back makes nobody wait longer than a minute', () => {
  const { clock, table } = open();
  fail(table, 'alice', 30);
  clock.now -= 900_000;
  assert.equal(table.waitMs('alice'), 60_000);
  clock.now += 60_000;
  assert.equal(table.waitMs('alice'), 0);
});

test('at its limit the table forgets who failed the longest ago, never one being decided', () => {
  const { clock, table } = open(3);
  table.begin('deciding');
  fail(table, 'old', 5);
  fail(table, 'young', 5);
  fail(table, 'old');
  fail(table, 'new', 5);
  assert.equal(table.size, 3);
  assert.deepEqual(
    ['young', 'old', 'new'].map((key) => table.waitMs(key)),
    [0, 2000, 1000],
  );
  table.end('deciding', 'failed');
  for (let each = 0; each < 10_000; each += 1) fail(table, `guess ${each}`);
  assert.equal(table.size, 3);
  clock.now += 15 * 60_000;
  fail(table, 'later');
  assert.equal(table.size, 1);
});

test('an IPv6 address counts by its /64, an IPv4 address by itself in any form', () => {
  const same: [string, string][] = [
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1::8', '1:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['', ''],
    ['nonsense', 'nonsense'],
  ];
  for (const [address, key] of same) assert.equal(addressKey(address), key, address);
  assert.equal(addressKey('x'.repeat(1_000_000)).length, 64);
});
