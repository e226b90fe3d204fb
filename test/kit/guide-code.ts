// The code that docs/destinations.md gives to those who write a receiver, run as it stands there: so that it
// cannot be wrong, and our signatures are checked by three languages' own HMAC.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Owner } from './child.ts';
import { run } from './run.ts';

/** A request as a receiver has it before it is checked. */
export interface SignedRequest {
  readonly secret: string;
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: string;
  /** The body of a POST, the request target of a GET. */
  readonly content: string;
}

export type Language = 'ts' | 'python' | 'php';

const guide = new URL('../../docs/destinations.md', import.meta.url);

/** How each is called, and what stands before and behind the guide's code to check the cases of a file. */
const programs = {
  ts: {
    command: process.execPath,
    file: 'check.ts',
    before: "import { readFileSync } from 'node:fs';\n",
    after: `
      const cases = JSON.parse(readFileSync(process.argv[2], 'utf8'));
      console.log(JSON.stringify(cases.map((c) =>
        isAuthentic(c.secret, c.id, c.timestamp, c.signatures, c.content))));`,
  },
  python: {
    command: 'python3',
    file: 'check.py',
    before: 'import json, sys\n',
    after: [
      '',
      'print(json.dumps([is_authentic(c["secret"], c["id"], c["timestamp"], c["signatures"],',
      '    c["content"].encode()) for c in json.load(open(sys.argv[1], encoding="utf-8"))]))',
    ].join('\n'),
  },
  php: {
    command: 'php',
    file: 'check.php',
    before: '<?php\n',
    after: `
      echo json_encode(array_map(
        fn($c) => is_authentic($c['secret'], $c['id'], $c['timestamp'], $c['signatures'], $c['content']),
        json_decode(file_get_contents($argv[1]), true)));`,
  },
} as const;

/** What the guide's code in that language says of each request: whether it is authentic. */
export async function checkedByGuide(
  owner: Owner,
  language: Language,
  requests: readonly SignedRequest[],
): Promise<boolean[]> {
  const { command, file, before, after } = programs[language];
  const code = readFileSync(guide, 'utf8').split(`\`\`\`${language}\n`)[1]?.split('\n```')[0];
  assert.ok(code !== undefined, `the guide has code in ${language}`);
  const folder = mkdtempSync(join(tmpdir(), 'carillon-guide-'));
  try {
    writeFileSync(join(folder, file), before + code + after);
    writeFileSync(join(folder, 'requests.json'), JSON.stringify(requests));
    const paths = [join(folder, file), join(folder, 'requests.json')];
    const { code: status, stdout, stderr } = await run(owner, command, ...paths);
    assert.equal(status, 0, stderr);
    const said: unknown = JSON.parse(stdout);
    assert.ok(Array.isArray(said));
    return said.map(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
