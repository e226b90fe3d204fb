// The soak itself: the same server started and killed, round after round, on one data directory, under
// load; then a last clean life in which everything ends. It gathers the books (books.ts judges them).

import type { Owner } from '../kit/child.ts';
import { startServer, type Server } from '../kit/server.ts';
import { HANG_MS, until } from '../kit/until.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { Books } from './books.ts';
import { CALM, KIND, Ledger, STORM } from './ledger.ts';
import { freeAddress, LINES, Load, PASSWORD } from './load.ts';
import { planRounds, seededRandom, type Round } from './plan.ts';
import { openStoreRows } from './store-rows.ts';

export interface SoakOptions {
  readonly rounds: number;
  readonly callsPerSecond: number;
  readonly seed: number;
  /** Told of the progress, a line now and then. */
  readonly log: (text: string) => void;
}

/** A killed life of the server. */
export interface Life {
  readonly round: Round;
  /** Milliseconds from its start until it was ready; undefined where it was killed before. */
  readonly readyMs: number | undefined;
  readonly livedMs: number;
  /** What it logged as a fault, as the lines are. */
  readonly faults: readonly string[];
}

export interface Soaked {
  readonly books: Books;
  readonly lives: readonly Life[];
  readonly seconds: number;
  /** Exit status of the last life, which was stopped in order. */
  readonly lastExit: number | string;
}

const ARGUMENTS = ['--notify-allow', '127.0.0.0/8', '--ring-timeout', '1', '--log-level', 'error'];

/** Runs all rounds; rejects where the server, the load or the receiver does not do its part at all. */
export async function runSoak(owner: Owner, options: SoakOptions): Promise<Soaked> {
  const began = performance.now();
  await using ledger = new Ledger(seededRandom(options.seed + 1));
  await ledger.listen();
  const outside = await freeAddress();
  await using server = await startServer(owner, {
    args: [...ARGUMENTS, '--outside', `sip:${outside}`],
  });
  const url = `${ledger.url}/n?callref=_CALLREF_&type=_N_TYPE_&caller=_CALLER_`;
  for (const number of LINES) await server.addLine(number, PASSWORD, '--notification-url', url);
  // A round takes 1.3 s where the machine has nothing else to do.
  const timeoutSeconds = 300 + options.rounds * 30;
  const { callsPerSecond } = options;
  await using load = new Load(owner, { outside, callsPerSecond, timeoutSeconds });
  await load.openTelephones(server.sip);
  await load.startCalling(server.sip);

  const rounds = new Rounds(server, ledger);
  for (const round of planRounds(options.rounds, options.seed)) {
    await rounds.run(round);
    load.assertAlive();
    if (round.n % 50 === 0) options.log(`${round.n} rounds, ${ledger.receipts.length} requests`);
  }
  ledger.behaviour = KIND;
  await rounds.startLast();
  await load.finishCalling();
  {
    using rows = openStoreRows(server.dataDir);
    await until(() => rows.pending() === 0, HANG_MS, 'the last deliveries to end').catch(() => {
      options.log(`${rows.pending()} notifications still wait after ${HANG_MS / 1000} s`);
    });
  }
  const lastExit = await server.stop();
  using rows = openStoreRows(server.dataDir);
  return {
    books: {
      calls: rows.calls(),
      notifications: rows.notifications(),
      receipts: ledger.receipts,
      kills: rounds.kills,
      sightings: load.sightings(),
      mayPark: false,
    },
    lives: rounds.lives,
    seconds: (performance.now() - began) / 1000,
    lastExit,
  };
}

/** Lives one after the other; the first server runs already. */
class Rounds {
  readonly lives: Life[] = [];
  /** By life, on the clock of the receipts. */
  readonly kills = new Map<number, number>();
  readonly #server: Server;
  readonly #ledger: Ledger;
  /** How long the last complete start took. */
  #startMs = 500;

  constructor(server: Server, ledger: Ledger) {
    this.#server = server;
    this.#ledger = ledger;
  }

  async run(round: Round): Promise<void> {
    this.#ledger.behaviour = round.kind === 'storm' ? STORM : CALM;
    const start = this.#start();
    if (round.kind === 'recovery') await pause(this.#startMs * round.startShare);
    else if (round.kind === 'first-request')
      await Promise.race([this.#firstRequest(), start.ready]);
    else await start.ready;
    await pause(round.liveMs);
    const killedAt = performance.now();
    this.kills.set(this.#ledger.life, killedAt);
    const readyMs = start.readyMs();
    const child = this.#server.process;
    if (child.ended !== undefined) throw new Error(`it ended by itself:\n${child.report()}`);
    await this.#server.kill9();
    await start.ready;
    await this.#ledger.endLife();
    const faults = child.stderr.split('\n').filter((line) => line !== '');
    this.lives.push({ round, readyMs, livedMs: killedAt - start.at, faults });
  }

  async startLast(): Promise<void> {
    const start = this.#start();
    await start.ready;
    if (start.readyMs() === undefined) throw new Error(this.#server.process.report());
  }

  /** `ready` resolves when the server is ready, or has ended; it rejects where neither comes. */
  #start(): { at: number; ready: Promise<void>; readyMs: () => number | undefined } {
    const at = performance.now();
    let readyMs: number | undefined;
    if (this.#ledger.life === 1 && this.lives.length === 0) {
      return { at, ready: Promise.resolve(), readyMs: () => 0 };
    }
    const starting = this.#server.start();
    const child = this.#server.process;
    const ready = starting.then(
      () => {
        readyMs = performance.now() - at;
        this.#startMs = readyMs;
      },
      (error: unknown) => {
        if (child.ended === 'SIGKILL') return; // by us, before it was ready
        throw error;
      },
    );
    ready.catch(() => {}); // it is awaited later
    return { at, ready, readyMs: () => readyMs };
  }

  #firstRequest(): Promise<void> {
    return new Promise((resolve) => {
      this.#ledger.onReceipt = ({ life }) => {
        if (life === this.#ledger.life) resolve();
      };
    });
  }
}
