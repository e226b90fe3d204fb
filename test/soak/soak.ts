// npm run soak [-- --rounds 1000 --calls-per-second 100 --seed 1]: kills the server under load again and
// again and holds the rules of books.ts. Exit status 0 where all hold, 1 where one is broken or the soak
// could not run, 2 for wrong arguments. Loopback only; about 1.3 s a round.

import { parseArgs } from 'node:util';
import { findPeer } from '../kit/peer.ts';
import { checkBooks } from './books.ts';
import { reportOf } from './report.ts';
import { runSoak } from './run-soak.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    'calls-per-second': { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const [rounds, callsPerSecond, seed] = [
    numberOf('rounds', values.rounds, 1, 4_000),
    numberOf('calls-per-second', values['calls-per-second'], 1, 200),
    numberOf('seed', values.seed, 0, 0xffff_ffff),
  ];
  if (rounds === undefined || callsPerSecond === undefined || seed === undefined) return 2;
  if (findPeer('sipp') === undefined) {
    process.stderr.write('the soak needs sipp: apt-get install sip-tester\n');
    return 1;
  }
  log(`${rounds} rounds, ${callsPerSecond} calls a second; the same again: --seed ${seed}`);
  const soaked = await runSoak(undefined, { rounds, callsPerSecond, seed, log }).catch(
    (error: unknown) => log(`it could not run: ${String(error).slice(0, 3_000)}`),
  );
  if (!soaked) return 1;
  const results = checkBooks(soaked.books);
  log(reportOf(soaked, results));
  const holds = results.every(({ broken }) => broken.length === 0) && soaked.lastExit === 0;
  log(holds ? '\nall rules hold' : '\nBROKEN');
  return holds ? 0 : 1;
}

function log(text: string): void {
  process.stdout.write(`${text}\n`);
}

function numberOf(name: string, text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  process.stderr.write(`--${name} "${text}": write a whole number from ${least} to ${most}\n`);
  return undefined;
}
