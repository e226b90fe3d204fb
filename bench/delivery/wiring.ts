// The delivery rooms of the product joined as src/server.ts joins them, without SIP and HTTP in front:
// the ONE file of this bench that knows their constructors. Beside the real store there is a stand-in
// that keeps nothing and resolves at once, for runs "without the store".

import { tmpdir } from 'node:os';
import type { CallEvent } from '../../src/calls/call-event.ts';
import { Destinations, type DestinationRooms } from '../../src/destinations/destinations.ts';
import { keyFileIn } from '../../src/destinations/key-file.ts';
import { SigningKeys, type SigningRooms } from '../../src/destinations/signing-keys.ts';
import { lineRules } from '../../src/line-rules.ts';
import type { Line } from '../../src/lines/line.ts';
import { Lines, type LineStore } from '../../src/lines/lines.ts';
import { systemClock } from '../../src/notifications/clock.ts';
import { DEFAULT_DELIVERY, deliveryPolicyOf } from '../../src/notifications/delivery-policy.ts';
import { createOutbox, type OutboxStore } from '../../src/notifications/outbox.ts';
import { createSender } from '../../src/notifications/send.ts';
import { createTargetPolicy } from '../../src/notifications/http/target-policy.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';

const REALM = 'carillon';

type DeliveryStore = OutboxStore &
  LineStore &
  DestinationRooms['store'] &
  SigningRooms['store'] &
  Pick<Store, 'recordCalls' | 'close'>;

export interface DeliveryOptions {
  /** Undefined: the stand-in. */
  readonly dataDir: string | undefined;
  /** Put into the store before anything else; none where it has its lines already. */
  readonly newLines: Iterable<Line>;
  /** Told of each notification whose delivery is on record. */
  readonly onDelivered: () => void;
}

export interface Delivery {
  /** As the server's journal: commits the events with their notifications, and has them delivered. */
  record(events: readonly CallEvent[], dref: string, wire: string | undefined): Promise<void>;
  /** Resolves when what was on its way is on record and all is closed. */
  close(): Promise<void>;
}

export async function openDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { dataDir, onDelivered } = options;
  const store =
    dataDir === undefined
      ? noStore()
      : await openSqliteStore(dataDir, { kind: 'server', realm: REALM });
  await putLines(store, options.newLines);
  const lines = await Lines.load(store, lineRules(REALM, 'FR'), log);
  const now = Date.now;
  const destinations = await Destinations.load({ store, lines, log, now });
  const keyFile = keyFileIn(dataDir ?? tmpdir());
  const signingKeys = await SigningKeys.load({ store, lines, destinations, keyFile, now });
  const policy = createTargetPolicy({
    allow: ['127.0.0.0/8'],
    sandbox: false,
    severalCustomers: () => true,
  });
  const sender = createSender({ clock: systemClock, version: 'bench', policy });
  const outbox = createOutbox({
    store,
    lineOf: (account) => lines.byNumber(account),
    destinationsOf: (account) => destinations.ofLine(account),
    signerOf: (account, destination) => signingKeys.signerOf(account, destination),
    policyOf: (account) => deliveryPolicyOf(lines.byNumber(account), DEFAULT_DELIVERY),
    send: sender.send,
    log,
    onAttempt: (_notification, _attempt, _attempts, state) => {
      if (state === 'delivered') onDelivered();
    },
  });
  await outbox.start();
  return {
    async record(events, dref, wire) {
      const notifications = outbox.prepare(events);
      await store.recordCalls(events, notifications, dref, wire);
      outbox.enqueue(notifications);
    },
    async close() {
      const stopped = outbox.stop();
      await sender.close();
      await stopped;
      await store.close();
    },
  };
}

/** Lines of one commit; a million at once would be too large a message for the writer. */
const LINES_AT_ONCE = 5_000;

async function putLines(store: LineStore, lines: Iterable<Line>): Promise<void> {
  let some: Line[] = [];
  for (const line of lines) {
    some.push(line);
    if (some.length < LINES_AT_ONCE) continue;
    await store.putLines(some);
    some = [];
  }
  if (some.length > 0) await store.putLines(some);
}

/** What fails in a bench must be seen: its figures would be those of something else. */
const log = {
  info: () => {},
  warn: () => {},
  error: (fields: object, text: string) => console.error(`the subject says: ${text}`, fields),
};

const nothing = (): Promise<void> => Promise.resolve();
const none = (): Promise<never[]> => Promise.resolve([]);

/** Keeps lines in memory and nothing else; every promise is resolved when it is given. */
function noStore(): DeliveryStore {
  const lines: Line[] = [];
  return {
    allLines: () => Promise.resolve(lines),
    putLine: nothing,
    putLines(some) {
      lines.push(...some);
      return nothing();
    },
    removeLine: nothing,
    lastDestinationId: () => Promise.resolve(1),
    allDestinations: none,
    putDestination: nothing,
    removeDestination: nothing,
    allSecrets: none,
    putSecret: nothing,
    removeSecret: nothing,
    recordCalls: nothing,
    lastNotificationSeq: () => Promise.resolve(0),
    linesWithPending: none,
    pendingNotifications: none,
    parkedChains: none,
    recordAttempt: nothing,
    claimNotification: nothing,
    parkBehind: nothing,
    requeueNotifications: nothing,
    parkedOfChain: none,
    endedNotifications: () => Promise.resolve({ found: [], next: null }),
    close: nothing,
  };
}
