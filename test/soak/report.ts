// The words of a soak: its rules with what broke them, and figures that are no rules.

import { isAccepted, lastNotedOf, repeatsIn, type RuleResult } from './books.ts';
import type { Soaked } from './run-soak.ts';
import type { Seen, Sighting } from './sightings.ts';
import type { StoredCall } from './store-rows.ts';

/** Rows shown of a broken rule; the count says how many there are. */
const ROWS_SHOWN = 20;
const FAULTS_SHOWN = 5;

/** The whole summary, lines of text. */
export function reportOf(soaked: Soaked, results: readonly RuleResult[]): string {
  return [...figures(soaked), '', ...rules(results)].join('\n');
}

function rules(results: readonly RuleResult[]): string[] {
  return results.flatMap(({ rule, looked, broken }) => {
    const verdict = broken.length === 0 ? 'holds' : `BROKEN ${broken.length}`;
    const rows = broken.slice(0, ROWS_SHOWN).map((row) => `    ${row}`);
    const more = broken.length > ROWS_SHOWN ? [`    and ${broken.length - ROWS_SHOWN} more`] : [];
    return [`${rule.padEnd(62)} ${String(looked).padStart(7)}  ${verdict}`, ...rows, ...more];
  });
}

function figures({ books, lives, seconds, lastExit }: Soaked): string[] {
  const { calls, notifications, receipts, kills, sightings } = books;
  const kinds = Map.groupBy(lives, ({ round }) => round.kind);
  const byKind = [...kinds].map(([kind, some]) => `${some.length} ${kind}`).join(', ');
  const unanswered = receipts.filter(
    (one) => isAccepted(one) && kills.has(one.life) && !isAnsweredBefore(one, kills),
  );
  const faults = lives.flatMap((life) => life.faults);
  const repeats = repeatsIn(receipts);
  const ages = repeats.flatMap(({ before }) => {
    const kill = kills.get(before.life) ?? Number.NaN;
    return isAnsweredBefore(before, kills) ? [kill - (before.answeredAt ?? 0)] : [];
  });
  const lastNoted = lastNotedOf(books);
  const overtaken = repeats.flatMap(({ before: { life, answeredAt } }) => {
    const noted = lastNoted.get(life);
    return noted !== undefined && answeredAt !== undefined ? [noted - answeredAt] : [];
  });
  const starts = lives.flatMap(({ readyMs }) => (readyMs ? [readyMs] : []));
  const seen = (what: Seen): string => byCause(sightings, calls, what);
  const state = (which: string): number => notifications.filter((n) => n.state === which).length;
  const callers = new Set(calls.map(({ caller }) => caller));
  const outcome = (which: string): number => receipts.filter((r) => r.outcome === which).length;
  return [
    row('rounds', `${lives.length} (${byKind})`),
    row(
      'time',
      `${seconds.toFixed(0)} s, ${(seconds / Math.max(1, lives.length)).toFixed(2)} s a round`,
    ),
    row('killed before it was ready', lives.filter(({ readyMs }) => readyMs === undefined).length),
    row('start until ready, median', `${median(starts)} ms`),
    row('last life', `exit status ${lastExit}`),
    row('calls', `${calls.length}, ${calls.filter((c) => c.connectAt !== null).length} answered`),
    row('calls that a kill ended', calls.filter((c) => c.cause === 'server-stopped').length),
    row('callers with more than one call', calls.length - callers.size),
    row('notifications', `${state('delivered')} delivered, ${state('parked')} parked`),
    row(
      'requests received',
      `${receipts.length}: ${outcome('ok')} accepted, ${outcome('refused')} refused, ` +
        `${outcome('hung-up')} hung up on`,
    ),
    row('accepted but not answered at a kill', unanswered.length),
    row('repeats', repeats.length),
    row(
      '  of these answered before the kill',
      `${ages.length}; ${median(ages)} ms before (median), ${Math.max(0, ...ages).toFixed(1)} ms at most`,
    ),
    row(
      '  a noted one came after their answer by',
      overtaken.length === 0 ? '-' : `${Math.max(...overtaken).toFixed(1)} ms at most`,
    ),
    row('callers refused', seen('refused')),
    row('callers, telephones who heard no more', seen('silence')),
    row('faults in the log', faults.length),
    ...faults.slice(0, FAULTS_SHOWN).map((line) => `    ${line.slice(0, 500)}`),
  ];
}

function isAnsweredBefore(
  { life, answeredAt }: { life: number; answeredAt: number | undefined },
  kills: ReadonlyMap<number, number>,
): boolean {
  return answeredAt !== undefined && answeredAt < (kills.get(life) ?? 0);
}

/** How many saw that, and how the calls ended that it was of. */
function byCause(sightings: readonly Sighting[], calls: readonly StoredCall[], what: Seen): string {
  const causeOf = new Map(calls.map(({ caller, cause }) => [caller, cause ?? 'open']));
  const mine = sightings.filter((one) => one.what === what);
  const groups = Map.groupBy(mine, ({ caller }) => causeOf.get(caller) ?? 'no call kept');
  const parts = [...groups].map(([cause, some]) => `${some.length} ${cause}`);
  return `${mine.length}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

function median(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(0);
}

function row(name: string, value: string | number): string {
  return `${name.padEnd(40)} ${value}`;
}
