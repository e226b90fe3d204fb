// Where calls commit what happened, and who hears of it then: one commit holds the events and the
// notifications that they cause, and nobody is told of what is not on disk (docs/rules.md, 1). Joined here,
// beside the map, because the calls may know none of those who hear. What waits for a disk that fails is
// the calls' to keep; how commits are grouped is the store's.

import type { CallJournal } from './calls/call-event.ts';
import type { HouseMetrics } from './house-metrics.ts';
import type { LiveNews } from './live-news.ts';
import type { Outbox } from './notifications/outbox.ts';
import type { Store } from './store/store.ts';

/** What this asks of a log; pino's loggers have this shape. */
export interface JournalLog {
  info(fields: object, text: string): void;
}

export interface JournalRooms {
  readonly store: Pick<Store, 'recordCalls' | 'forgetSession'>;
  readonly outbox: Pick<Outbox, 'prepare' | 'enqueue'>;
  readonly metrics: Pick<HouseMetrics, 'onCommitted'>;
  readonly live: Pick<LiveNews, 'onCallEvents'>;
  readonly log: JournalLog;
}

/** The journal of the calls; `record` rejects as the store does, and then nothing was told. */
export function createJournal({ store, outbox, metrics, live, log }: JournalRooms): CallJournal {
  return {
    async record(events, dref, wire) {
      const notifications = outbox.prepare(events);
      await store.recordCalls(events, notifications, dref, wire);
      metrics.onCommitted(events, notifications);
      outbox.enqueue(notifications, events);
      live.onCallEvents(events);
      for (const { type, call, cause } of events) {
        const { callref, account: line, caller, callee } = call;
        log.info({ callref, line, caller, callee, cause }, type);
      }
    },
    forgetSession: (dref) => store.forgetSession(dref),
  };
}
