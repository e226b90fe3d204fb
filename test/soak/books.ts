// The rules that the soak holds, as plain functions over what was written down: the store's rows, the
// receiver's requests, the kills, and what the callers and telephones were told. Knows no process, no
// file and no socket; each broken rule is given with the rows that break it.

import type { Receipt } from './ledger.ts';
import type { Sighting } from './sightings.ts';
import type { StoredCall, StoredNotification } from './store-rows.ts';

export interface Books {
  readonly calls: readonly StoredCall[];
  /** In the order in which they were made. */
  readonly notifications: readonly StoredNotification[];
  /** In the order of their arrival. */
  readonly receipts: readonly Receipt[];
  /** The moment of each kill by the life that it ended, on the clock of the receipts. */
  readonly kills: ReadonlyMap<number, number>;
  readonly sightings: readonly Sighting[];
  /** True where the receiver fails some notifications for ever. */
  readonly mayPark: boolean;
}

/** A rule and the rows that break it, one a line; none where it holds. */
export interface RuleResult {
  readonly rule: string;
  /** How many things the rule was held against. */
  readonly looked: number;
  readonly broken: readonly string[];
}

/**
 * By how much answers may change places on their way to the server's notes, milliseconds: they come over
 * several connections. It is no measure of how fast the server is.
 */
export const REORDER_MS = 20;

/** The longest that an answer may go without a note, on any machine. */
export const LONGEST_MS = 2_000;

/** Holds every rule. */
export function checkBooks(books: Books): RuleResult[] {
  return [
    everyEventHasItsNotification(books),
    everyNotificationEnded(books),
    everyRequestIsKnown(books),
    firstDeliveriesAreInOrder(books),
    repeatsHaveTheirKill(books),
    notedIsNotRepeated(books),
    everyCallIsWhole(books),
    ...whatWasSeenWasKept(books),
    nobodyIsForsaken(books),
  ];
}

/** Each event of each call has its row: SETUP always, CONNECT and RELEASE where the call has the time. */
function everyEventHasItsNotification({ calls, notifications }: Books): RuleResult {
  const broken: string[] = [];
  const rows = countBy(notifications, ({ callref, type }) => `${callref} ${type}`);
  for (const call of calls) {
    const due = ['SETUP'];
    if (call.connectAt !== null) due.push('CONNECT');
    if (call.releaseAt !== null) due.push('RELEASE');
    for (const type of due) {
      if (!rows.has(`${call.callref} ${type}`)) broken.push(`no ${type} for ${nameOf(call)}`);
    }
  }
  return { rule: 'a: every event of a call has its notification', looked: calls.length, broken };
}

/** Nothing waits any more; what is said to be delivered was accepted by the receiver. */
function everyNotificationEnded({ notifications, receipts, mayPark }: Books): RuleResult {
  const accepted = new Set(receipts.filter(isAccepted).map(({ id }) => id));
  const broken = notifications.flatMap((row) => {
    const what = `${row.type} ${row.id} of ${time(row.createdAt)}`;
    if (row.state === 'parked')
      return mayPark ? [] : [`${what} is parked, and nothing fails for ever`];
    if (row.state !== 'delivered') return [`${what} is ${row.state} at the end`];
    if (!accepted.has(row.id)) return [`${what} is delivered, but the receiver accepted none`];
    if (!isSuccess(row.lastStatus)) return [`${what} is delivered with status ${row.lastStatus}`];
    return [];
  });
  const rule = 'a: every notification is delivered, and was received, or parked';
  return { rule, looked: notifications.length, broken };
}

/** What the receiver got is in the store: nothing was sent that was not kept, or is not kept any more. */
function everyRequestIsKnown({ notifications, receipts }: Books): RuleResult {
  const byId = new Map(notifications.map((row) => [row.id, row]));
  const broken = receipts.flatMap((receipt) => {
    const row = byId.get(receipt.id);
    if (!row)
      return [`${receipt.target}, id "${receipt.id}", ${lifeOf(receipt)}: not in the store`];
    const said = new URL(receipt.target, 'http://receiver').searchParams;
    if (said.get('callref') === row.callref && said.get('type') === row.type) return [];
    return [`${receipt.target}, id "${receipt.id}", is ${row.type} of ${row.callref} in the store`];
  });
  return { rule: 'a: every request is of a kept notification', looked: receipts.length, broken };
}

/**
 * Within a call the next event is first sent when the one before it was accepted; one that was parked
 * is passed over (or holds the next ones back: then those have no request at all).
 */
function firstDeliveriesAreInOrder({ notifications, receipts }: Books): RuleResult {
  const firstSent = new Map<string, number>();
  const firstAccepted = new Map<string, number>();
  for (const receipt of receipts) {
    if (!firstSent.has(receipt.id)) firstSent.set(receipt.id, receipt.at);
    if (!isAccepted(receipt)) continue;
    const before = firstAccepted.get(receipt.id) ?? Number.POSITIVE_INFINITY;
    firstAccepted.set(receipt.id, Math.min(before, receipt.answeredAt ?? before));
  }
  const broken: string[] = [];
  const last = new Map<string, StoredNotification>();
  for (const row of notifications) {
    const before = last.get(row.callref);
    last.set(row.callref, row);
    const sent = firstSent.get(row.id);
    if (!before || before.state === 'parked' || sent === undefined) continue;
    const accepted = firstAccepted.get(before.id) ?? Number.POSITIVE_INFINITY;
    if (accepted <= sent) continue;
    broken.push(
      `${row.type} ${row.id} came at ${ms(sent)}, ${before.type} before it was accepted at ${ms(accepted)}`,
    );
  }
  const rule = 'b: first deliveries are in order within a call';
  return { rule, looked: notifications.length, broken };
}

/**
 * A notification that comes again after the receiver accepted it has a kill to blame: its delivery was not
 * noted yet when that life ended. Notes are kept in the order of the answers, so that nothing may be noted
 * which this life asked for after the answer that it forgot: however slow the machine, the note was on its
 * way. Each accepted request excuses one repeat, the next of its notification.
 */
function repeatsHaveTheirKill(books: Books): RuleResult {
  const lastNoted = lastNotedOf(books);
  const repeats = repeatsIn(books.receipts);
  const broken = repeats.flatMap(({ before, again }) => {
    const kill = books.kills.get(before.life);
    const why = whyNotExcused(before, again, kill, lastNoted.get(before.life));
    if (why === undefined) return [];
    const answered = before.answeredAt === undefined ? 'never' : `at ${ms(before.answeredAt)}`;
    return [
      `${again.id} came at ${ms(again.at)} (${lifeOf(again)}) though it was accepted, answered ` +
        `${answered} (${lifeOf(before)}, killed ${kill === undefined ? 'never' : `at ${ms(kill)}`}): ${why}`,
    ];
  });
  const rule = 'c: a repeat only of what could not be noted before a kill';
  return { rule, looked: repeats.length, broken };
}

function whyNotExcused(
  before: Receipt,
  again: Receipt,
  kill: number | undefined,
  lastNoted: number | undefined,
): string | undefined {
  if (again.life <= before.life || kill === undefined) return 'the server lived on';
  const { answeredAt } = before;
  if (answeredAt === undefined) return undefined;
  if (lastNoted !== undefined && lastNoted > answeredAt + REORDER_MS) {
    return `what came at ${ms(lastNoted)} was noted in that life`;
  }
  return answeredAt < kill - LONGEST_MS ? `not noted within ${LONGEST_MS} ms` : undefined;
}

/** When the last of a life's requests came whose delivery that life noted: accepted, and never repeated. */
export function lastNotedOf({ notifications, receipts }: Books): Map<number, number> {
  const delivered = new Set(
    notifications.filter(({ state }) => state === 'delivered').map(({ id }) => id),
  );
  const lastOfId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  const found = new Map<number, number>();
  for (const receipt of lastOfId.values()) {
    if (!isAccepted(receipt) || !delivered.has(receipt.id)) continue;
    found.set(receipt.life, Math.max(found.get(receipt.life) ?? 0, receipt.at));
  }
  return found;
}

/** What is on disk as delivered is not sent again, by whatever life. */
function notedIsNotRepeated({ notifications }: Books): RuleResult {
  const broken = notifications.flatMap(({ type, id, successes }) =>
    successes > 1 ? [`${type} ${id} was noted as delivered ${successes} times`] : [],
  );
  const rule = 'c: what was noted as delivered is not sent again';
  return { rule, looked: notifications.length, broken };
}

/** One SETUP, at most one CONNECT, one RELEASE, and all over. */
function everyCallIsWhole({ calls, notifications }: Books): RuleResult {
  const rows = countBy(notifications, ({ callref, type }) => `${callref} ${type}`);
  const broken = calls.flatMap((call) => {
    const [setups, connects, releases] = ['SETUP', 'CONNECT', 'RELEASE'].map(
      (type) => rows.get(`${call.callref} ${type}`) ?? 0,
    );
    const whole = setups === 1 && (connects ?? 0) <= 1 && releases === 1;
    if (whole && call.state === 'RELEASE') return [];
    return [
      `${nameOf(call)}: ${setups} SETUP, ${connects} CONNECT, ${releases} RELEASE; ${call.state}`,
    ];
  });
  const callrefs = new Set(calls.map(({ callref }) => callref));
  for (const { callref, id } of notifications) {
    if (!callrefs.has(callref)) broken.push(`${id} is of a call that is not in the store`);
  }
  const rule = 'd: one SETUP, at most one CONNECT, one RELEASE for a call';
  return { rule, looked: calls.length, broken };
}

/** Every time that a caller or a telephone was told something, the event behind it had been noted. */
function whatWasSeenWasKept({ calls, sightings }: Books): RuleResult[] {
  const moments = { setup: 'setupAt', connect: 'connectAt', release: 'releaseAt' } as const;
  const byCaller = Map.groupBy(calls, ({ caller }) => caller);
  const due = [
    ['ringing', 'setup', 'e: SETUP before a caller hears it ring'],
    ['answered', 'connect', 'e: CONNECT before a caller is answered'],
    ['invited', 'setup', 'e: SETUP before a telephone rings'],
    ['released', 'release', 'e: RELEASE before a side is hung up on'],
  ] as const;
  return due.map(([seen, event, rule]) => {
    const mine = sightings.filter(({ what }) => what === seen);
    const broken: string[] = [];
    // Where one caller's call became several (its telephone was called again after a kill), the first
    // sighting needs the first row, the second the second.
    for (const group of Map.groupBy(mine, (one) => `${one.who} ${one.caller}`).values()) {
      const rows = (byCaller.get(group[0]!.caller) ?? [])
        .map((call) => call[moments[event]])
        .filter((at) => at !== null)
        .sort((a, b) => a - b);
      for (const [n, one] of group.toSorted((a, b) => a.at - b.at).entries()) {
        const kept = rows[n];
        if (kept !== undefined && kept <= one.at) continue;
        const late = kept === undefined ? 'has none' : `has it at ${time(kept)} only`;
        broken.push(`${one.who} saw ${one.caller} ${seen} at ${time(one.at)}; the store ${late}`);
      }
    }
    return { rule, looked: mine.length, broken };
  });
}

/** Whoever was called is hung up on, or silenced, in the end: by the life that called him or by a later one. */
function nobodyIsForsaken({ calls, sightings }: Books): RuleResult {
  const byCaller = new Map(calls.map((call) => [call.caller, call]));
  const broken = sightings.flatMap(({ what, who, caller, at }) => {
    if (what !== 'forsaken') return [];
    const call = byCaller.get(caller);
    const end = call ? `${nameOf(call)} ended as ${call.cause ?? 'open'}` : 'no call was kept';
    return [`${who} gave ${caller}'s call up at ${time(at)}; ${end}`];
  });
  const rule = 'f: no telephone is left that nobody hung up on';
  return { rule, looked: sightings.filter(({ what }) => what === 'invited').length, broken };
}

/** A request that followed on one that had been accepted, of the same notification. */
export interface Repeat {
  readonly before: Receipt;
  readonly again: Receipt;
}

export function repeatsIn(receipts: readonly Receipt[]): Repeat[] {
  const last = new Map<string, Receipt>();
  const repeats: Repeat[] = [];
  for (const again of receipts) {
    const before = last.get(again.id);
    if (before && isAccepted(before)) repeats.push({ before, again });
    last.set(again.id, again);
  }
  return repeats;
}

export function isAccepted({ outcome }: Receipt): boolean {
  return outcome === 'ok';
}

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function nameOf(call: StoredCall): string {
  return `${call.caller}'s call ${call.callref} of ${time(call.setupAt)}`;
}

function lifeOf({ life }: Receipt): string {
  return `life ${life}`;
}

function time(at: number): string {
  return new Date(at).toISOString();
}

/** A moment on the soak's own clock. */
function ms(at: number): string {
  return Number.isFinite(at) ? `${at.toFixed(1)} ms` : 'no time';
}
