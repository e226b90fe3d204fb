// What the rooms may ask of the place where everything is kept. The engine (SQLite in one file today)
// is behind this interface; every answer is a promise, and a write's promise resolves when it is on disk.

import type { Customer, Scope, Session, Token, User } from '../access/principal.ts';
import type { CallEvent, CallIdentity, OpenSession, ReleaseCause } from '../calls/call-event.ts';
import type { Line } from '../lines/line.ts';
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
  /** The whole URL to GET, every keyword replaced. May hold user-info; mask it where it is shown. */
  readonly url: string;
  readonly createdAt: number;
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

export interface ListFilter {
  readonly line?: E164;
  readonly callref?: string;
  readonly sipCallId?: string;
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
  openSessions(): Promise<OpenSession[]>;
  listCalls(filter: ListFilter): Promise<CallRow[]>;
  pageCalls(page: CallPage): Promise<CallRow[]>;
  getCall(callref: string): Promise<CallRow | undefined>;

  lastNotificationSeq(): Promise<number>;
  /** Undelivered notifications with a seq above `afterSeq`, in order of seq, with the tries so far. */
  pendingNotifications(
    afterSeq: number,
    limit: number,
  ): Promise<{ notification: Notification; attempts: number }[]>;
  /**
   * Keeps one try and the state it leads to. Not urgent: it may ride on the next commit, at most some
   * 20 ms later, since losing it costs one repeated request.
   */
  recordAttempt(seq: number, attempt: Attempt, state: NotificationState): Promise<void>;
  /** An ended notification waits again, with a fresh count of tries. Rejects (`refused`) while it is pending. */
  requeueNotification(seq: number): Promise<void>;
  listNotifications(filter: ListFilter): Promise<NotificationRow[]>;
  pageNotifications(page: NotificationPage): Promise<NotificationRow[]>;
  getNotification(id: string): Promise<NotificationRow | undefined>;
  /** The newest notification of each of these lines that has one; any order. At most 500 lines. */
  lastNotifications(lines: readonly E164[]): Promise<NotificationRow[]>;

  allCustomers(): Promise<Customer[]>;
  putCustomer(customer: Customer): Promise<void>;
  removeCustomer(name: string): Promise<void>;
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

  /** Commits what is waiting and closes. Later calls reject. */
  close(): Promise<void>;
}
