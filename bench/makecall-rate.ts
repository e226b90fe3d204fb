// Figure 5: makecalls a second over a thousand lines as fast as answers come, by address and by Digest,
// and the processor time of 1,000. The telephones of all lines are in this process and refuse at once.
// The reference is the same client at a bare node:http server that answers `OK` and does nothing.

import { setTimeout as pause } from 'node:timers/promises';
import { until, within } from '../test/kit/until.ts';
import { atOnce } from './at-once.ts';
import { threeTimes, type Figure } from './figures.ts';
import {
  ACCEPTED_ADDRESS,
  CONNECTIONS,
  OTHER_ADDRESS,
  PASSWORD,
  type MakecallSubject,
} from './makecall-subject.ts';
import { withConnections, type Answer, type WebConnection } from './web-client.ts';

export interface RateSizes {
  /** Lines that ask, each once a sweep; where two times as many exist, Digest is asked of others. */
  readonly lines: number;
  /** Times that all of them ask by address, in each run; by Digest they ask once. */
  readonly sweeps: number;
  readonly bareRequests: number;
}

type Ask = (connection: WebConnection, target: string, line: string) => Promise<Answer>;

const byAddress: Ask = (connection, target) => connection.get(target);
const byDigest: Ask = (connection, target, line) =>
  connection.getWithDigest(target, line, PASSWORD);

/** The first requests run uncompiled, in the server, in the bare one and in this client. */
export async function warmUpMakecall(subject: MakecallSubject, sizes: RateSizes): Promise<void> {
  await askInSweeps(subject, byAddressOf(subject, sizes));
  await askInSweeps(subject, byDigestOf(subject, sizes));
  await bareSeconds(subject, 3_000);
}

export async function makecallRates(subject: MakecallSubject, sizes: RateSizes): Promise<Figure[]> {
  const { bareRequests, lines } = sizes;
  const calls = sizes.sweeps * lines;
  const runs = await threeTimes(async () => {
    const before = subject.cpuSeconds();
    const rate = calls / (await askInSweeps(subject, byAddressOf(subject, sizes)));
    // The ends of the last calls are still being written; they belong to the price.
    await pause(200);
    const cpu = ((subject.cpuSeconds() - before) / calls) * 1_000;
    const digest = lines / (await askInSweeps(subject, byDigestOf(subject, sizes)));
    await pause(200);
    const bareBefore = subject.bareCpuSeconds();
    const bare = bareRequests / (await bareSeconds(subject, bareRequests));
    const bareCpu = ((subject.bareCpuSeconds() - bareBefore) / bareRequests) * 1_000;
    return { rate, digest, bare, cpu, bareCpu };
  });
  type Run = (typeof runs)[number];
  const figure = (
    name: string,
    unit: string,
    digits: number,
    of: (run: Run) => number,
  ): Figure => ({ name, unit, digits, runs: runs.map(of) });
  const over = `makecalls a second over ${lines} lines`;
  return [
    figure(`${over}, by address`, 'calls/s', 0, (run) => run.rate),
    figure(`${over}, by Digest`, 'calls/s', 0, (run) => run.digest),
    figure('  reference: bare node:http, requests a second', 'req/s', 0, (run) => run.bare),
    figure('  reference / makecalls by address', 'times', 1, (run) => run.bare / run.rate),
    figure('CPU of the server for 1,000 makecalls, by address', 'CPU s', 2, (run) => run.cpu),
    figure('  reference: CPU of bare node:http, 1,000 requests', 'CPU s', 3, (run) => run.bareCpu),
  ];
}

/** Who asks, how, from where, and how often. */
interface Asking {
  readonly lines: readonly string[];
  readonly from: string;
  readonly ask: Ask;
  readonly sweeps: number;
}

function byAddressOf(subject: MakecallSubject, { lines, sweeps }: RateSizes): Asking {
  const asking = subject.lines.slice(0, lines);
  return { lines: asking, from: ACCEPTED_ADDRESS, ask: byAddress, sweeps };
}

function byDigestOf(subject: MakecallSubject, { lines }: RateSizes): Asking {
  const asking = subject.lines.slice(-lines);
  return { lines: asking, from: OTHER_ADDRESS, ask: byDigest, sweeps: 1 };
}

/**
 * Lets all lines ask once, as fast as answers come, so many times. Gives the seconds that it took, from
 * the first request to the last answer and the last call's end; the second that the quota demands
 * between two requests of a line lies outside. Throws where one answer is not 200 `OK`.
 */
async function askInSweeps(subject: MakecallSubject, asking: Asking): Promise<number> {
  const { telephone, server } = subject;
  const { lines, from, ask } = asking;
  let ms = 0;
  for (let sweep = 0; sweep < asking.sweeps; sweep += 1) {
    await subject.mayAsk(lines);
    const wanted = telephone.invites + lines.length;
    ms += await withConnections(server.http, { count: CONNECTIONS, from }, async (connections) => {
      const began = performance.now();
      await askAll(subject, connections, lines, ask);
      const answered = performance.now();
      subject.haveAsked(lines);
      await until(
        () => telephone.invites === wanted && telephone.unacknowledged === 0,
        10_000,
        () =>
          `${wanted - telephone.invites} calls to ring and ${telephone.unacknowledged} to be over`,
      );
      return Math.max(answered, telephone.lastAckAt) - began;
    });
  }
  return ms / 1_000;
}

async function bareSeconds(subject: MakecallSubject, requests: number): Promise<number> {
  const lines = Array.from(
    { length: requests },
    (_, n) => subject.lines[n % subject.lines.length] ?? '',
  );
  const from = { count: CONNECTIONS, from: ACCEPTED_ADDRESS };
  return withConnections(subject.bareUrl, from, async (connections) => {
    const began = performance.now();
    await askAll(subject, connections, lines, byAddress);
    return (performance.now() - began) / 1_000;
  });
}

async function askAll(
  subject: MakecallSubject,
  connections: readonly WebConnection[],
  lines: readonly string[],
  ask: Ask,
): Promise<void> {
  const all = atOnce(connections.length, lines, async (line, worker) => {
    const connection = connections[worker];
    if (connection) demandOk(line, await ask(connection, subject.targetOf(line), line));
  });
  await within(all, 60_000, `${lines.length} answers`);
}

/** An answer that is something else than `OK` voids the run: it would be faster than a call. */
function demandOk(line: string, { status, body }: Answer): void {
  if (status !== 200 || body !== 'OK') {
    throw new Error(`makecall of line ${line} was answered ${status} ${body}, not 200 OK`);
  }
}
