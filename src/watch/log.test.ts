import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

function logInto(lines: string[], level: 'info' | 'silent' = 'info') {
  return createLog(level, { write: (line) => lines.push(line) });
}

test('a line of the log is one JSON object with level, time and text', () => {
  const lines: string[] = [];
  logInto(lines).info({ callref: 'c1', err: new Error('a\nb') }, 'SETUP');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^[^\n]*\n$/);
  const line: Record<string, unknown> = JSON.parse(lines[0] ?? '');
  const { level, time, callref, msg } = line;
  assert.deepEqual({ level, callref, msg }, { level: 'info', callref: 'c1', msg: 'SETUP' });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(Object.keys(line).sort(), ['callref', 'err', 'level', 'msg', 'time']);
});

test('secrets that slipped into a line are replaced', () => {
  const lines: string[] = [];
  const secrets = { password: 'p1', ha1Md5: 'p2', ha1Sha256: 'p3', authorization: 'p4' };
  logInto(lines).info({ ...secrets, account: '33123456789' }, 'a line');
  assert.doesNotMatch(lines[0] ?? '', /p[1-4]/);
  assert.match(lines[0] ?? '', /33123456789/);
});

test('what is below the level is not written', () => {
  const lines: string[] = [];
  logInto(lines).debug('not this');
  logInto(lines, 'silent').fatal('nor this');
  assert.deepEqual(lines, []);
});
