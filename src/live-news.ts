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
import type { NotificationRow, Store } from './store/store.ts';

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
  readonly onLineChange: LineListener;
  onTerminals(line: E164): void;
  /** Sends a notification again and tells that it is pending. */
  resend(row: NotificationRow, outbox: Pick<Outbox, 'resend'>): ReturnType<Outbox['resend']>;
}

/** A first try so soon after its event is certainly the first: its row holds nothing else. */
const FRESH_MS = 10_000;

export function createLiveNews(rooms: LiveNewsRooms): LiveNews {
  const { stream, openCalls, lines, registrar, store, onFault } = rooms;
  /** Sent again and not at their end yet: their earlier tries are on disk only. */
  const resent = new Set<number>();

  /** The line, and whose it is now; nobody's where it is gone. */
  const about = (line: E164) => ({ line, customer: lines.byNumber(line)?.customer ?? '' });

  // Whose line it was when it happened: a line that goes to another customer takes none of it along.
  function tellNotification(row: NotificationRow): void {
    const data = presentNotification(row, maskUserInfo);
    const { account: line, customer } = row;
    stream.publish({ line, customer, type: 'notification', data });
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
      const { seq, createdAt } = notification;
      const customer = openCalls.customerOf(notification.callref);
      const isFresh = attempt.at - createdAt < FRESH_MS && !resent.has(seq);
      if (attempts === 1 && isFresh && customer !== undefined) {
        tellNotification({ ...notification, customer, state, attempts: [attempt] });
        return;
      }
      if (state !== 'pending') resent.delete(seq);
      store
        .getNotification(notification.id)
        .then((row) => row && tellNotification(row))
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
      resent.add(row.seq);
      const answer = await outbox.resend(row);
      if (answer.ok) tellNotification({ ...row, state: 'pending' });
      else if (answer.code !== 'pending') resent.delete(row.seq);
      return answer;
    },
  };
}
