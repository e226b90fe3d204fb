// What happens in the house, told to the live stream: calls when they are committed, tries at delivering
// when they are on disk, terminals, and changes of lines. Joined here, beside the map, because none of the
// rooms that it listens to may know the stream.

import type { CallEvent } from './calls/call-event.ts';
import { presentNotification } from './history/history.ts';
import type { Line } from './lines/line.ts';
import type { LineListener, Lines } from './lines/lines.ts';
import type { OpenCalls } from './live/open-calls.ts';
import type { LiveStream } from './live/stream.ts';
import { presentTerminal } from './live/terminals.ts';
import type { Outbox, OutboxOptions } from './notifications/outbox.ts';
import { maskUserInfo } from './notifications/url.ts';
import type { E164 } from './numbers/e164.ts';
import type { Registrar } from './registrar/registrar.ts';
import type {
  Attempt,
  Notification,
  NotificationRow,
  NotificationState,
  Store,
} from './store/store.ts';

export interface LiveNewsRooms {
  readonly stream: LiveStream;
  readonly openCalls: OpenCalls;
  readonly lines: Pick<Lines, 'byNumber'>;
  readonly registrar: Pick<Registrar, 'terminalsOf'>;
  readonly store: Pick<Store, 'getNotification'>;
  readonly onFault: (error: unknown) => void;
}

export interface LiveNews {
  onCallEvents(events: readonly CallEvent[]): void;
  readonly onAttempt: NonNullable<OutboxOptions['onAttempt']>;
  readonly onParkedBehind: NonNullable<OutboxOptions['onParkedBehind']>;
  readonly onLineChange: LineListener;
  onTerminals(line: E164): void;
  /** Sends a notification again and tells that it is pending. */
  resend(row: NotificationRow, outbox: Pick<Outbox, 'resend'>): ReturnType<Outbox['resend']>;
}

/** For so long it is remembered that a notification was tried, and a first try is known to be the first. */
const FRESH_MS = 10_000;
const MOST_REMEMBERED = 50_000;

export function createLiveNews(rooms: LiveNewsRooms): LiveNews {
  const { stream, openCalls, lines, registrar, store, onFault } = rooms;
  /** The seq of each that was tried lately, and when it was made; the oldest first. */
  const tried = new Map<number, number>();
  /** Ends when all that was to be read for telling is told: one after the other, as it happened. */
  let telling: Promise<void> = Promise.resolve();

  /** The line, and whose it is now; nobody's where it is gone. */
  const about = (line: E164) => ({ line, customer: lines.byNumber(line)?.customer ?? '' });

  // Whose line it was when it happened: a line that goes to another customer takes none of it along.
  function tellNotification(row: NotificationRow): void {
    const data = presentNotification(row, maskUserInfo);
    const { account: line, customer } = row;
    stream.publish({ line, customer, type: 'notification', data });
  }

  /**
   * Whether the row of a notification holds this try and nothing else: its call began in this run, so all
   * its tries were made in it, and none was before.
   */
  function isFirst({ seq, createdAt }: Notification, { at }: Attempt): boolean {
    const isKnown = tried.has(seq);
    for (const [old, made] of tried) {
      if (at - made < FRESH_MS && tried.size < MOST_REMEMBERED) break;
      tried.delete(old);
    }
    if (at - createdAt >= FRESH_MS) return false;
    tried.set(seq, createdAt);
    return !isKnown;
  }

  function tellLine(
    { number: line, customer }: Line,
    change: 'added' | 'changed' | 'removed',
  ): void {
    stream.publish({ line, customer, type: 'line', data: { line, change } });
  }

  return {
    onCallEvents(events) {
      for (const [i, data] of openCalls.record(events).entries()) {
        const { account: line, callref } = events[i]!.call;
        const customer = openCalls.customerOf(callref) ?? about(line).customer;
        stream.publish({ line, customer, type: 'call', data });
      }
    },
    onAttempt(notification, attempt, attempts, state) {
      const customer = openCalls.customerOf(notification.callref);
      if (isFirst(notification, attempt) && attempts === 1 && customer !== undefined) {
        tellNotification({ ...notification, customer, state, attempts: [attempt] });
        return;
      }
      const read = store.getNotification(notification.id);
      telling = Promise.all([read, telling])
        .then(([row]) => row && tellNotification(asOf(row, attempt, attempts, state)))
        .catch(onFault);
    },
    onParkedBehind({ id }) {
      telling = Promise.all([store.getNotification(id), telling])
        .then(([row]) => row && tellNotification({ ...row, state: 'parked' }))
        .catch(onFault);
    },
    onLineChange(change) {
      // Whose it was sees it go, whose it is sees it come.
      if (change.kind === 'changed' && change.before.customer !== change.line.customer) {
        tellLine(change.before, 'removed');
        tellLine(change.line, 'added');
      } else {
        tellLine(change.line, change.kind);
      }
    },
    onTerminals(line) {
      const terminals = registrar.terminalsOf(line).map(presentTerminal);
      stream.publish({ ...about(line), type: 'terminals', data: { line, terminals } });
    },
    async resend(row, outbox) {
      const answer = await outbox.resend(row);
      if (answer.ok) {
        telling = telling.then(() => tellNotification({ ...row, state: 'pending' })).catch(onFault);
      }
      return answer;
    },
  };
}

/**
 * The row as it stood after a try, the `attempts`th since it was last sent again: when it is read it may
 * have been tried once more, or sent again, which is told by itself.
 */
function asOf(
  row: NotificationRow,
  attempt: Attempt,
  attempts: number,
  state: NotificationState,
): NotificationRow {
  const { at, ms, status, failure } = attempt;
  const own = row.attempts.findIndex(
    (each, index) =>
      index >= attempts - 1 &&
      each.at === at &&
      each.ms === ms &&
      each.status === status &&
      each.failure === failure,
  );
  return { ...row, state, attempts: own < 0 ? row.attempts : row.attempts.slice(0, own + 1) };
}
