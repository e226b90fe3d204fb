// For this room's tests only: a data directory that is not there yet, and commands typed on it. Where a whole
// process must run, process.test.ts starts one.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { dispatch } from './dispatch.ts';

/** The place of a data directory, gone with the test; the first command that may makes it. */
export function directory(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'carillon-cli-'));
  t.after(() => rmSync(root, { recursive: true }));
  const data = join(root, 'data');
  /** Types a line: words with single spaces between, or given one by one. What it prints is by lines. */
  async function run(line: string | readonly string[], stdin = '') {
    const out: string[] = [];
    const err: string[] = [];
    const argv = typeof line === 'string' ? line.split(' ') : line;
    const status = await dispatch(argv, {
      env: { CARILLON_DATA: data },
      stdin: Readable.from([Buffer.from(stdin)]),
      print: (text) => out.push(text),
      warn: (text) => err.push(text),
    });
    return { status, out, err };
  }
  return { data, run };
}
