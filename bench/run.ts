// npm run bench: every figure three times, beside a reference measured in the same run (SIPp calls SIPp
// without us; a bare HTTP server). Loopback only, under five minutes; --quick under 50 seconds. The figures
// of delivery alone, which take longer, are asked for by --delivery. What each figure means is in README.md
// beside this file.

import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findPeer } from '../test/kit/peer.ts';
import { cpuSeconds } from '../test/kit/proc.ts';
import { until } from '../test/kit/until.ts';
import { cpuPerThousand, untilIdle } from './cpu.ts';
import { benchDelivery, PARTS } from './delivery/delivery.ts';
import { figureLine, type Figure } from './figures.ts';
import { latencies, CALLS_PER_SECOND as LATENCY_RATE } from './latency.ts';
import { placeLoad, startAnswerer } from './load.ts';
import { makecallLatencies, CALLS_PER_SECOND as MAKECALL_RATE } from './makecall-latency.ts';
import { makecallRates, warmUpMakecall, type RateSizes } from './makecall-rate.ts';
import { startMakecallSubject } from './makecall-subject.ts';
import { parserFigures } from './parser.ts';
import { freeAddress, startSubject, type Subject } from './subject.ts';
import { sustainedRate } from './sustained.ts';

interface Sizes {
  readonly rates: readonly number[];
  readonly referenceRates: readonly number[];
  readonly secondsEach: number;
  readonly cpuCalls: number;
  readonly latencyCalls: number;
  readonly makecall: RateSizes & { readonly latencyCalls: number };
  readonly parserMs: number;
}

const full: Sizes = {
  rates: [200, 400, 800, 1_200, 1_600, 2_000, 2_500, 3_000, 4_000, 5_000],
  referenceRates: [2_000, 4_000, 6_000],
  secondsEach: 5,
  cpuCalls: 1_000,
  latencyCalls: 900,
  makecall: { lines: 1_000, sweeps: 4, bareRequests: 20_000, latencyCalls: 160 },
  parserMs: 1_000,
};

const quick: Sizes = {
  rates: [400, 1_000, 2_000],
  referenceRates: [2_000],
  secondsEach: 1,
  cpuCalls: 200,
  latencyCalls: 100,
  makecall: { lines: 500, sweeps: 1, bareRequests: 3_000, latencyCalls: 20 },
  parserMs: 200,
};

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    makecall: { type: 'boolean', default: false },
    delivery: { type: 'boolean', default: false },
    part: { type: 'string' },
    profile: { type: 'string' },
    target: { type: 'string' },
    'target-pid': { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const sizes = flags.quick ? quick : full;
const anyNumber = ['33123456700'];

const part = PARTS.find((name) => name === flags.part);
if (flags.part !== undefined && part === undefined) {
  console.error(`--part ${flags.part}: write one of ${PARTS.join(', ')}`);
  process.exit(2);
}
if (!flags.makecall && !flags.delivery && findPeer('sipp') === undefined) {
  console.error('the bench calls with SIPp, which is not here: apt-get install sip-tester');
  process.exit(1);
}

const startedAt = performance.now();
const cpu = cpus()[0]?.model ?? 'unknown processor';
console.log(`carillon bench on ${cpus().length} x ${cpu}, Node ${process.version}`);
if (flags.quick) {
  console.log(
    'quick: a second at each rate and few calls for each figure, scaled up: for a look only, not for a verdict',
  );
}
const load = loadavg()[0] ?? 0;
if (load > cpus().length / 2) {
  console.log(
    `the machine is busy (load ${load.toFixed(1)}): expect worse figures and a wide spread`,
  );
}
if (flags.delivery) {
  const { quick, profile: profileDir } = flags;
  await benchDelivery({ quick, part, show, say: watch, profileDir });
} else if (flags.makecall) {
  await benchMakecall();
} else {
  if (flags.target === undefined) {
    await benchCarillon();
    await benchMakecall();
  } else {
    await benchOther(flags.target, flags['target-pid']);
  }
  show(await parserFigures(sizes.parserMs));
}
console.log(`took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);

async function benchCarillon(): Promise<void> {
  await using subject = await startSubject();
  await warmUp(subject);
  await cpuFigures(subject);
  await latencyFigures(subject);
  await sustainedFigures(subject);
}

/** The first thousand calls run in the interpreter; they would be half of the CPU figure. */
async function warmUp({ server, outside, telephone, notified, silent }: Subject): Promise<void> {
  await using answerer = await startAnswerer(telephone);
  const calls = flags.quick ? 300 : 1_500;
  const numbers = [...notified, ...silent];
  const burst = { remote: server.sip, from: outside, numbers, callsPerSecond: 300, calls };
  const result = await placeLoad(burst);
  if (!result.sustained) console.log(`warming up: ${result.why}`);
  void answerer;
}

async function cpuFigures(subject: Subject): Promise<void> {
  const { server, sink, outside, telephone, notified, silent } = subject;
  const calls = sizes.cpuCalls;
  await using answerer = await startAnswerer(telephone);
  const common = { remote: server.sip, from: outside, calls };
  const ours = { ...common, cpuSeconds: () => subject.cpuSeconds() };
  const three = 3; // SETUP, CONNECT, RELEASE
  const notificationsOf = async (count: number): Promise<void> => {
    const wanted = sink.count + three * count;
    const everything = `${three * count} notifications of ${count} calls`;
    await until(() => sink.count >= wanted, 30_000, everything);
  };
  show([
    await cpuPerThousand('CPU of the server for 1,000 calls, notified', {
      ...ours,
      numbers: notified,
      settled: notificationsOf,
    }),
    await cpuPerThousand('CPU of the server for 1,000 calls, not notified', {
      ...ours,
      numbers: silent,
      settled: () => Promise.resolve(),
    }),
    await cpuPerThousand('  reference: CPU of a SIPp that answers 1,000 calls', {
      ...common,
      remote: telephone,
      numbers: anyNumber,
      cpuSeconds: () => cpuSeconds(answerer.child.pid),
      settled: () => Promise.resolve(),
    }),
  ]);
}

async function latencyFigures({
  server,
  sink,
  outside,
  telephone,
  notified,
}: Subject): Promise<void> {
  const common = { from: outside, telephone, numbers: notified, calls: sizes.latencyCalls, sink };
  console.log(`at ${LATENCY_RATE} calls/s:`);
  show(await latencies('server', { ...common, remote: server.sip }));
  const ourselves = { ...common, remote: telephone, askSinkOurselves: true };
  show(await latencies('  reference', ourselves));
}

async function sustainedFigures(subject: Subject): Promise<void> {
  const { server, outside, telephone, notified } = subject;
  await using answerer = await startAnswerer(telephone);
  const { secondsEach } = sizes;
  const rest = (): Promise<void> => untilIdle(() => subject.cpuSeconds());
  const ramp = { from: outside, secondsEach, log: watch, rest };
  const reference = { ...ramp, rates: sizes.referenceRates, remote: answerer.address };
  show([
    await sustainedRate('calls a second sustained, notified', {
      ...ramp,
      rates: sizes.rates,
      remote: server.sip,
      numbers: notified,
    }),
    await sustainedRate('  reference: SIPp calls SIPp', { ...reference, numbers: anyNumber }),
  ]);
}

/** After the calls, on a server of its own: a thousand lines are no burden of the other figures. */
async function benchMakecall(): Promise<void> {
  const began = performance.now();
  await using subject = await startMakecallSubject();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  watch(`${subject.lines.length} lines added and registered in ${seconds} s`);
  await warmUpMakecall(subject, sizes.makecall);
  show(await makecallRates(subject, sizes.makecall));
  console.log(`at ${MAKECALL_RATE} makecalls/s:`);
  show(await makecallLatencies(subject, sizes.makecall.latencyCalls));
}

/** Another SIP server, or a SIPp, that answers calls by itself: what can be measured of it. */
async function benchOther(target: string, pid: string | undefined): Promise<void> {
  const from = await freeAddress();
  const common = { remote: target, from, numbers: anyNumber };
  if (pid !== undefined) {
    const processor = {
      cpuSeconds: () => cpuSeconds(Number(pid)),
      settled: () => Promise.resolve(),
    };
    const name = `CPU of process ${pid} for 1,000 calls`;
    show([await cpuPerThousand(name, { ...common, ...processor, calls: sizes.cpuCalls })]);
  }
  const ramp = { rates: sizes.rates, secondsEach: sizes.secondsEach, log: watch, rest: shortRest };
  show([await sustainedRate(`calls a second sustained by ${target}`, { ...common, ...ramp })]);
}

/** We cannot ask another server whether it is idle. */
async function shortRest(): Promise<void> {
  await pause(2_000);
}

function show(figures: readonly Figure[]): void {
  for (const figure of figures) console.log(figureLine(figure));
}

/** The single steps: on a terminal or with --verbose; a log file has enough with the figures. */
function watch(text: string): void {
  if (flags.verbose || process.stdout.isTTY) console.log(`    ${text}`);
}
