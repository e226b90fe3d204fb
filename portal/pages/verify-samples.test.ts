// Each program that verifies a signature, run as it is shown: it takes what the server signs, also beside an
// older key's signature, and nothing else. A language that is not installed is said and left out.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSecret, secretBytes, sign, signingKey } from '../../src/notifications/signing.ts';
import type { SampleLanguage } from './makecall-samples.ts';
import { verifySample } from './verify-samples.ts';

interface Signed {
  readonly secret: string;
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: string;
  readonly content: string;
}

interface Runner {
  readonly command: string;
  readonly file: string;
  /** What is written behind the sample: it asks with the environment and prints yes or no. */
  readonly ask: string;
}

const RUNNERS: Readonly<Record<SampleLanguage, Runner>> = {
  curl: { command: 'sh', file: 'verify.sh', ask: '' },
  php: {
    command: 'php',
    file: 'verify.php',
    ask: `echo is_authentic(getenv('SECRET'), getenv('WEBHOOK_ID'), getenv('WEBHOOK_TIMESTAMP'),
  getenv('WEBHOOK_SIGNATURE'), getenv('CONTENT')) ? 'authentic' : 'refused';`,
  },
  python: {
    command: 'python3',
    file: 'verify.py',
    ask: `
import os
e = os.environ
good = is_authentic(e["SECRET"], e["WEBHOOK_ID"], e["WEBHOOK_TIMESTAMP"], e["WEBHOOK_SIGNATURE"], e["CONTENT"].encode())
print("authentic" if good else "refused")
`,
  },
  typescript: {
    command: process.execPath,
    file: 'verify.ts',
    ask: `
const e = process.env;
console.log(isAuthentic(e.SECRET!, e.WEBHOOK_ID!, e.WEBHOOK_TIMESTAMP!, e.WEBHOOK_SIGNATURE!, e.CONTENT!)
  ? 'authentic' : 'refused');
`,
  },
};

const keyOf = (secret: string) => signingKey(secretBytes(secret)!);

function signed(at: number): Signed {
  const secret = makeSecret();
  const content = '/cti?type=SETUP&caller=33612345678&name=%C3%A9';
  const keys = [keyOf(secret), keyOf(makeSecret())];
  const signatures = sign(keys, 'abc-1', at, content);
  return { secret, id: 'abc-1', timestamp: String(at), signatures, content };
}

/** Each language refuses what is too old by itself, but for openssl, where a person sees the time. */
const NO_CLOCK: readonly SampleLanguage[] = ['curl'];

for (const [name, { command, file, ask }] of Object.entries(RUNNERS)) {
  const language = name as SampleLanguage;
  test(`the verification in ${language} takes what is signed, and nothing else`, (t) => {
    if (spawnSync(command, ['--version']).error) return t.skip(`${command} is not installed`);
    const folder = mkdtempSync(join(tmpdir(), 'verify-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, file);
    writeFileSync(path, `${verifySample(language)}${ask}`);
    const judge = ({ secret, id, timestamp, signatures, content }: Signed): string => {
      const { stdout, stderr } = spawnSync(command, [path], {
        encoding: 'utf8',
        env: {
          ...process.env,
          SECRET: secret,
          WEBHOOK_ID: id,
          WEBHOOK_TIMESTAMP: timestamp,
          WEBHOOK_SIGNATURE: signatures,
          CONTENT: content,
        },
      });
      assert.match(stdout, /^(authentic|refused)\s*$/, stderr);
      return stdout.trim();
    };
    const now = Math.floor(Date.now() / 1000);
    const good = signed(now);
    assert.equal(judge(good), 'authentic');
    // The receiver still has the key before: it is the second signature.
    const [first, second] = good.signatures.split(' ');
    assert.equal(judge({ ...good, signatures: `${second} ${first}` }), 'authentic');
    assert.equal(judge({ ...good, signatures: second ?? '' }), 'refused');
    assert.equal(judge({ ...good, content: `${good.content}0` }), 'refused');
    assert.equal(judge({ ...good, id: 'abc-2' }), 'refused');
    assert.equal(judge({ ...good, secret: makeSecret() }), 'refused');
    assert.equal(judge({ ...good, signatures: '' }), 'refused');
    if (!NO_CLOCK.includes(language)) assert.equal(judge(signed(now - 600)), 'refused');
    return undefined;
  });
}
