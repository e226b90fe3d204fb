// For tests only: a process with a store of its own, to be killed or starved by the test that starts it.
// Arguments: the data directory. It records calls without end, 16 at once, and writes each callref on a
// line of standard output after its commit was acknowledged, or `failed CODE`. With the argument `pages` it also
// reads a page of their line without end.

import { openSqliteStore } from './sqlite-store.ts';
import { StoreError } from './store-error.ts';
import { IDENTITY, LINE_A, sampleCall, sampleNotification, setup } from './test-samples.ts';

const store = await openSqliteStore(process.argv[2] ?? '', IDENTITY);
process.stdout.write('open\n');
let last = 0;

async function recordWithoutEnd(): Promise<never> {
  for (;;) {
    last += 1;
    const call = sampleCall(`${process.pid}-${last}`);
    try {
      const notification = sampleNotification(last, call);
      await store.recordCalls([setup(call)], [notification], call.dref, 'w'.repeat(600));
      process.stdout.write(`${call.callref}\n`);
    } catch (error) {
      process.stdout.write(`failed ${error instanceof StoreError ? error.code : String(error)}\n`);
    }
  }
}

async function readWithoutEnd(): Promise<never> {
  const page = { scope: { kind: 'all' }, line: LINE_A, limit: 1 } as const;
  for (;;) await store.pageCalls(page);
}

if (process.argv[3] === 'pages') void readWithoutEnd();
await Promise.all(Array.from({ length: 16 }, recordWithoutEnd));
