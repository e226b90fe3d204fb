import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayManage } from './may-manage.ts';
import type { Reach, Role } from './principal.ts';
import { e164 } from './test-kit.ts';

const [ONE, TWO] = [e164('33123456781'), e164('33123456782')];

function reach(role: Role, customer = '', lines: Reach['lines'] = []): Reach {
  return { role, customer, lines };
}

const REACHES: Readonly<Record<string, Reach>> = {
  operator: reach('operator'),
  managerA: reach('manager', 'a'),
  managerB: reach('manager', 'b'),
  userA1: reach('user', 'a', [ONE]),
  userA12: reach('user', 'a', [ONE, TWO]),
  userB1: reach('user', 'b', [ONE]),
  userA0: reach('user', 'a'),
  // What must not be, but must give nothing either.
  managerNobody: reach('manager', ''),
  userNobody: reach('user', ''),
};

test('every kind of person manages exactly what he is to manage', () => {
  const everything = Object.keys(REACHES);
  const ofA = ['managerA', 'userA1', 'userA12', 'userA0'];
  const ofB = ['managerB', 'userB1'];
  const nobodys = ['managerNobody', 'userNobody'];
  const table: [who: string, users: string[], tokens: string[]][] = [
    ['operator', everything, everything],
    ['managerA', ofA, ofA],
    ['managerB', ofB, ofB],
    ['userA1', [], ['userA1']],
    ['userA12', [], ['userA1', 'userA12']],
    ['userB1', [], ['userB1']],
    ['userA0', [], []],
    ['managerNobody', nobodys, nobodys],
    ['userNobody', [], []],
  ];
  for (const [who, users, tokens] of table) {
    const managed = (what: 'user' | 'token') =>
      everything.filter((target) => mayManage(REACHES[who]!, REACHES[target]!, what));
    assert.deepEqual(managed('user').sort(), [...users].sort(), `${who}: users`);
    assert.deepEqual(managed('token').sort(), [...tokens].sort(), `${who}: tokens`);
  }
});
