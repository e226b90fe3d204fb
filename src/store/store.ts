// What the rooms may ask of the place where everything is kept. The engine (SQLite in one file today)
// is behind this interface; every answer is a promise, and a write's promise resolves when it is on disk.

import type { Customer, Scope, Session, Token, User } from '../access/principal.ts';
import type { CallEvent, CallIdentity, OpenSession, ReleaseCause } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
import type { Destination, SigningSecret } from '../notifications/destination.ts';
import type { E164 } from '../numbers/e164.ts';

/** One terminal's registration (RFC 3261, 10). Times are milliseconds since 1970. */
export interface Binding {
  readonly line: E164;
  /** The Contact URI as the terminal wrote it; with `line` the key. */
  readonly contact: string;
  /** `udp` or `tcp`, and the address the REGISTER came from. */
  readonly transport: string;
  readonly sourceHost: string;
  readonly sourcePort: number;
  /** True where the terminal is behind address translation: calls go to the source address. */
  readonly behindNat: boolean;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAt: number;
  readonly registeredAt: number;
  readonly userAgent: string;
  /** `+sip.instance` of the Contact, or empty. */
  readonly instance: string;
}

export type NotificationState = 'pending' | 'delivered' | 'parked';

/** One request to be made at a customer's server, in full: the settings of its moment are in it. */
export interface Notification {
  /** Rises with every notification of this store; the order of delivery within a call. */
  readonly seq: number;
  /** Stable over retries and restarts: `<callref>-<n>`. */
  readonly id: string;
  readonly callref: string;
  readonly account: E164;
  readonly type: CallEvent['type'];
  /** 0 for the notification URL, 1 for Buzzee, else the id of a Destination. With the callref its chain. */
  readonly destination: number;
  /** The whole URL, every keyword replaced. May hold user-info; mask it where it is shown. */
  readonly url: string;
  /** Media type of `body`, which is then sent by POST; empty for a GET. */
  readonly contentType: string;
  readonly body: string;
  readonly createdAt: number;
}

/** A notification that waits, as the store has it. */
export interface PendingNotification {
  readonly notification: Notification;
  /** Tries so far; those before it was last sent again do not count. */
  readonly attempts: number;
  /** Since when it waits: its event, or when it was last sent again. Milliseconds since 1970. */
  readonly since: number;
  /** True where a try was begun that must not be repeated, and how it ended is not known. */
  readonly claimed: boolean;
  /** True where an earlier one of its chain is parked: it must park behind that. */
  readonly behindParked: boolean;
}

/** Which ended notifications are to be sent again, read slice by slice. Absent members do not filter. */
export interface EndedSelection {
  readonly line?: E164;
  readonly customer?: string;
  /** `ended` is delivered or parked. */
  readonly state: 'parked' | 'delivered' | 'ended';
  /** Created at or after, and before; milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
}

/** One slice of a selection, in order of seq. */
export interface EndedSlice {
  readonly found: readonly Pick<Notification, 'seq' | 'account' | 'callref' | 'destination'>[];
  /** Where the next slice begins; null where this was the last. */
  readonly next: number | null;
}

/** One try at delivering a notification. */
export interface Attempt {
  /** Milliseconds since 1970, when the try began. */
  readonly at: number;
  /** How long it took, milliseconds. */
  readonly ms: number;
  /** The HTTP status, or null where no answer came. */
  readonly status: number | null;
  /** A plain sentence, or null where it succeeded. */
  readonly error: string | null;
  /** Stable code of the failure (send-failure.ts), null where it succeeded or is not known. */
  readonly failure: string | null;
  /** The address and port that was connected to, `192.0.2.1:443`; null where there was no connection. */
  readonly address: string | null;
  /** The first 2 kB of the answer's body, as text; null where there was none. */
  readonly answer: string | null;
}

export interface NotificationRow extends Notification {
  readonly state: NotificationState;
  /** Whose line it was when the event happened; empty where the line was gone by then. */
  readonly customer: string;
  readonly attempts: readonly Attempt[];
}

/** A call as it stands now. */
export interface CallRow extends CallIdentity {
  readonly state: CallEvent['type'];
  readonly setupAt: number;
  readonly connectAt: number | null;
  readonly releaseAt: number | null;
  readonly cause: ReleaseCause | null;
  /** Rises with every call of this store: the newest has the highest. */
  readonly id: number;
  /** Whose line it was at SETUP; empty where the line was gone by then. */
  readonly customer: string;
}

/** One page of calls, the newest first. Absent members do not filter. */
export interface CallPage {
  readonly scope: Scope;
  readonly line?: E164;
  /** The other party or the line: caller or callee is exactly this. */
  readonly party?: string;
  readonly direction?: 'incoming' | 'outgoing';
  /** Incoming, over, and never answered. */
  readonly missed?: true;
  /** Only those of this dialogue. A filter, with no index of its own: give the party and a period too. */
  readonly dref?: string;
  /** Only calls whose id is below: the last id of the page before. */
  readonly before?: number;
  /** SETUP at or after, and before; milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

/** One page of notifications, the newest first. */
export interface NotificationPage {
  readonly scope: Scope;
  readonly line?: E164;
  readonly callref?: string;
  readonly state?: NotificationState;
  /** Only those whose seq is below. */
  readonly before?: number;
  readonly limit: number;
}

/** A call as retention and erasure look at it. */
export interface KeptCall {
  readonly id: number;
  readonly setupAt: number;
  readonly releaseAt: number | null;
  /** Not over yet, or its session is still being ended on the wire. */
  readonly open: boolean;
  /** How many it has, and how many of them wait for delivery. */
  readonly notifications: number;
  readonly pending: number;
}

/** How far back a SIP Call-ID is looked for. */
export const NEWEST_CALLS = 10_000;

export interface ListFilter {
  readonly line?: E164;
  readonly callref?: string;
  /** Of calls among the newest NEWEST_CALLS. */
  readonly sipCallId?: string;
  /** Of notifications only. */
  readonly state?: NotificationState;
  /** The newest `limit` rows, oldest of them first. */
  readonly limit: number;
}

export interface Store {
  /** Small facts about the store itself, e.g. `realm`, `kind`. */
  getMeta(key: string): Promise<string | undefined>;
  setMeta(key: string, value: string): Promise<void>;

  allLines(): Promise<Line[]>;
  putLine(line: Line): Promise<void>;
  /** All of them in one commit or none. Short numbers may move from one of them to another. */
  putLines(lines: readonly Line[]): Promise<void>;
  /** Removes the line and its bindings; its history stays. */
  removeLine(number: E164): Promise<void>;

  allBindings(): Promise<Binding[]>;
  /** All changes of one REGISTER, together or not at all. */
  changeBindings(
    put: readonly Binding[],
    remove: readonly Pick<Binding, 'line' | 'contact'>[],
  ): Promise<void>;

  /** The events, the notifications they cause and the session's wire state, in one commit. */
  recordCalls(
    events: readonly CallEvent[],
    notifications: readonly Notification[],
    dref: string,
    wire: string | undefined,
  ): Promise<void>;
  /** Forgets a session's wire state. Not urgent; while nothing can be written it waits. */
  forgetSession(dref: string): Promise<void>;
  openSessions(): Promise<OpenSession[]>;
  listCalls(filter: ListFilter): Promise<CallRow[]>;
  pageCalls(page: CallPage): Promise<CallRow[]>;
  getCall(callref: string): Promise<CallRow | undefined>;

  lastNotificationSeq(): Promise<number>;
  /** The lines that have a notification waiting. */
  linesWithPending(): Promise<E164[]>;
  /** The line's waiting notifications with a seq above `afterSeq`, in order of seq. */
  pendingNotifications(line: E164, afterSeq: number, limit: number): Promise<PendingNotification[]>;
  /** The chains of open calls in which a notification is parked. */
  parkedChains(): Promise<Pick<Notification, 'callref' | 'destination'>[]>;
  /**
   * Keeps one try and the state it leads to. Not urgent: it may ride on the next commit, at most some
   * 20 ms later, since losing it costs one repeated request.
   */
  recordAttempt(seq: number, attempt: Attempt, state: NotificationState): Promise<void>;
  /** Notes that a try begins which must not be repeated (PendingNotification.claimed). */
  claimNotification(seq: number): Promise<void>;
  /**
   * Parks a waiting notification behind an earlier one of its chain. Rejects (`refused`) where none of
   * those is parked any more: then it must be read again with the others of its line.
   */
  parkBehind(seq: number): Promise<void>;
  /**
   * Ended notifications wait again from `since` on, with a fresh count of tries, all in one commit.
   * Rejects (`refused`) where one of them is not in that state (`ended`, which is usual: delivered or
   * parked) or does not exist; then none is changed.
   */
  requeueNotifications(
    seqs: readonly number[],
    since: number,
    state?: EndedSelection['state'],
  ): Promise<void>;
  /** The seqs of the parked notifications of one chain, in order. */
  parkedOfChain(callref: string, destination: number): Promise<number[]>;
  /** Looks at the next `rows` notifications with a seq above `above`, and gives those of the selection. */
  endedNotifications(selection: EndedSelection, above: number, rows: number): Promise<EndedSlice>;
  listNotifications(filter: ListFilter): Promise<NotificationRow[]>;
  pageNotifications(page: NotificationPage): Promise<NotificationRow[]>;
  getNotification(id: string): Promise<NotificationRow | undefined>;
  /** The newest notification of each of these lines that has one; any order. At most 500 lines. */
  lastNotifications(lines: readonly E164[]): Promise<NotificationRow[]>;

  /** The highest id that a destination ever had; 1 where there was none. */
  lastDestinationId(): Promise<number>;
  allDestinations(): Promise<Destination[]>;
  putDestination(destination: Destination): Promise<void>;
  /** Removes the line's destination and its secret; its notifications stay. */
  removeDestination(line: E164, id: number): Promise<void>;
  allSecrets(): Promise<SigningSecret[]>;
  putSecret(secret: SigningSecret): Promise<void>;
  removeSecret(line: E164, destination: number): Promise<void>;

  allCustomers(): Promise<Customer[]>;
  putCustomer(customer: Customer): Promise<void>;
  removeCustomer(name: string): Promise<void>;
  /** Whether a call or a notification is kept that was this customer's. */
  hasHistory(customer: string): Promise<boolean>;
  allUsers(): Promise<User[]>;
  putUser(user: User): Promise<void>;
  /** Removes the user and its sessions. */
  removeUser(name: string): Promise<void>;
  allSessions(): Promise<Session[]>;
  putSession(session: Session): Promise<void>;
  removeSessions(hashes: readonly string[]): Promise<void>;
  allTokens(): Promise<Token[]>;
  putToken(token: Token): Promise<void>;
  removeToken(id: string): Promise<void>;

  /** Bytes of the database that are in use; free pages inside its file do not count. */
  usedBytes(): Promise<number>;
  /** The next `most` calls with an id above, in order of id. */
  callsAbove(above: number, most: number): Promise<KeptCall[]>;
  /** The same of those whose caller, callee or redirecting number is exactly this. */
  callsOfNumber(number: string, above: number, most: number): Promise<KeptCall[]>;
  /**
   * Removes calls with their notifications and tries, overwriting what they held. One that is open, or has
   * a pending notification, stays whole; one that is not there is passed over. Not urgent.
   */
  removeCalls(ids: readonly number[]): Promise<void>;
  /**
   * Moves the write-ahead log into the database and empties it, so that nothing removed is left in it. False
   * where a read was in the way: to be tried again.
   */
  emptyLog(): Promise<boolean>;
  /** Writes the whole database anew, without its free room. Nothing else is committed meanwhile. */
  compact(): Promise<void>;
  /** How often a text stands in the database's file, in use or not. Reads all of it. */
  countInFile(text: string): Promise<number>;

  /** Commits what is waiting and closes. Later calls reject. */
  close(): Promise<void>;
}

/**
 * True where a promise of the store rejected since what was asked contradicts what is kept: it would never be
 * done. Any other rejection is a failure of the store.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'refused';
}
