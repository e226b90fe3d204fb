// The rooms import one another one way only (docs/rules.md, 10). This test reads every
// import of src/ and holds it against the table below: who adds an arrow adds it here, knowingly.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Which rooms a room may import. Files directly in src/ (server.ts, the map) may import all. */
const allowed: Record<string, readonly string[]> = {
  numbers: [],
  digest: [],
  watch: [],
  sip: ['digest'],
  lines: ['numbers', 'digest'],
  routing: ['numbers', 'lines'],
  registrar: ['numbers', 'sip'],
  calls: ['numbers', 'lines', 'routing', 'registrar', 'sip'],
  notifications: ['numbers', 'lines'],
  destinations: ['numbers', 'lines', 'notifications'],
  guard: ['numbers'],
  store: [],
  history: [],
  live: ['numbers', 'history'],
  access: ['numbers', 'lines'],
  control: ['numbers', 'lines', 'access', 'history', 'notifications', 'destinations', 'watch'],
  sandbox: ['numbers', 'lines', 'access', 'registrar', 'sip', 'control'],
  // call-command.ts is the hinge; the rooms that serve a request are arguments.
  web: [
    'numbers',
    'digest',
    'lines',
    'calls',
    'access',
    'live',
    'history',
    'notifications',
    'destinations',
  ],
  cli: [
    'numbers',
    'lines',
    'access',
    'notifications',
    'destinations',
    'history',
    'control',
    'store',
    'watch',
  ],
};

/** Contracts: plain types that any room but a leaf may name. */
const contracts = new Set([
  'numbers/e164.ts',
  'access/principal.ts',
  'calls/call-event.ts',
  'lines/line.ts',
  'live/live-event.ts',
  'notifications/destination.ts',
  'message.ts',
  'store/store.ts',
  'config.ts',
]);
const leaves = new Set(['numbers', 'digest']);

interface Import {
  readonly file: string;
  readonly target: string;
}

function importsOf(folder: string): Import[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'),
    )
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const text = readFileSync(path, 'utf8');
      return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) => ({
        file: relative(src, path).split(sep).join('/'),
        target: relative(src, join(dirname(path), match[1]!))
          .split(sep)
          .join('/'),
      }));
    });
}

test('every room imports only the rooms that the table allows', () => {
  const imports = importsOf(src);
  assert.ok(
    imports.length > 100,
    `only ${imports.length} imports were found: is the reader broken?`,
  );
  const wrong = imports.filter(({ file, target }) => {
    const room = file.includes('/') ? file.split('/')[0]! : undefined;
    const other = target.includes('/') ? target.split('/')[0]! : undefined;
    if (room === undefined || room === other) return false;
    if (!leaves.has(room) && contracts.has(target)) return false;
    // Files directly in src/ that are no contract: only the commands' room starts the server.
    if (other === undefined) return !(room === 'cli' || target === 'version.ts');
    const rooms = allowed[room];
    assert.ok(rooms, `the room ${room} is not in the table`);
    return !rooms.includes(other);
  });
  assert.deepEqual(wrong, []);
});

test('nothing imports the web room but the map', () => {
  const users = importsOf(src).filter(
    ({ file, target }) => target.startsWith('web/') && !file.startsWith('web/'),
  );
  assert.deepEqual([...new Set(users.map(({ file }) => file))], ['server.ts']);
});
