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
 * How long after its answer a request still counts as in flight, milliseconds. The server learns of an
 * answer, waits up to 20 ms for a commit that the note can ride on (Store.recordAttempt), and commits;
 * killed before that, it rightly repeats the request. The rest is for a machine that is busy.
 */
export const NOTE_MS = 150;

/** Holds every rule. */
export function checkBooks(books: Books): RuleResult[] {
  return [
    everyEventHasItsNotification(books),
    everyNotificationEnded(books),
    everyRequestIsKnown(books),
    firstDeliveriesAreInOrder(books),
    repeatsHaveTheirKill(books),
    everyCallIsWhole(books),
    ...whatWasSeenWasKept(books),
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
 * A notification that comes again after the receiver accepted it has a kill to blame: the accepted
 * request was in flight then. Each accepted request excuses one repeat, the next of its notification.
 */
function repeatsHaveTheirKill({ receipts, kills }: Books): RuleResult {
  const broken: string[] = [];
  let repeats = 0;
  for (const { before, again } of repeatsIn(receipts)) {
    repeats += 1;
    const kill = kills.get(before.life);
    if (again.life > before.life && kill !== undefined && isInFlight(before, kill)) continue;
    const answered = before.answeredAt === undefined ? 'never' : ms(before.answeredAt);
    broken.push(
      `${again.id} came at ${ms(again.at)} (${lifeOf(again)}) though it was accepted at ${answered} ` +
        `(${lifeOf(before)}, killed ${kill === undefined ? 'never' : `at ${ms(kill)}`})`,
    );
  }
  const rule = 'c: a repeat only of what was in flight at a kill';
  return { rule, looked: repeats, broken };
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

/**
 * In flight at the kill of its life: its head was read (if need be after the kill, from the socket),
 * and its answer had not been given by NOTE_MS before.
 */
export function isInFlight(receipt: Receipt, killedAt: number): boolean {
  return receipt.answeredAt === undefined || receipt.answeredAt >= killedAt - NOTE_MS;
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
