// What the server's database holds, read by this process on its own, without the product's code: the
// soak must not share a mistake with it. Read only.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Times are milliseconds since 1970. */
export interface StoredCall {
  readonly callref: string;
  /** `soak17`: each call of the soak's caller has a name of its own. */
  readonly caller: string;
  readonly state: string;
  readonly setupAt: number;
  readonly connectAt: number | null;
  readonly releaseAt: number | null;
  readonly cause: string | null;
}

export interface StoredNotification {
  readonly seq: number;
  readonly id: string;
  readonly callref: string;
  readonly type: string;
  readonly state: string;
  readonly createdAt: number;
  /** Status of the last try that was kept; null where it had no answer, or where there was no try. */
  readonly lastStatus: number | null;
  /** How many of its tries were kept as accepted. */
  readonly successes: number;
}

/** Opens the database of a data directory for reading; a server may be running on it. */
export function openStoreRows(dataDir: string): StoreRows {
  return new StoreRows(
    new DatabaseSync(join(dataDir, 'carillon.db'), { readOnly: true, timeout: 5_000 }),
  );
}

export class StoreRows implements Disposable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** How many notifications wait for their delivery. */
  pending(): number {
    const row = this.#db
      .prepare("SELECT count(*) AS n FROM notifications WHERE state = 'pending'")
      .get();
    return Number(row?.['n']);
  }

  calls(): StoredCall[] {
    return this.#db
      .prepare(
        `SELECT callref, caller, state, setup_at, connect_at, release_at, cause FROM calls ORDER BY id`,
      )
      .all()
      .map((row) => ({
        callref: String(row['callref']),
        caller: String(row['caller']),
        state: String(row['state']),
        setupAt: Number(row['setup_at']),
        connectAt: numberOrNull(row['connect_at']),
        releaseAt: numberOrNull(row['release_at']),
        cause: row['cause'] === null ? null : String(row['cause']),
      }));
  }

  /** In the order in which they were made. */
  notifications(): StoredNotification[] {
    return this.#db
      .prepare(
        `SELECT seq, id, callref, type, state, created_at,
           status AS last,
           (SELECT count(*) FROM attempts
             WHERE notification = seq AND attempts.status BETWEEN 200 AND 299)
             + coalesce(notifications.status BETWEEN 200 AND 299, 0) AS successes
         FROM notifications ORDER BY seq`,
      )
      .all()
      .map((row) => ({
        seq: Number(row['seq']),
        id: String(row['id']),
        callref: String(row['callref']),
        type: String(row['type']),
        state: String(row['state']),
        createdAt: Number(row['created_at']),
        lastStatus: numberOrNull(row['last']),
        successes: Number(row['successes']),
      }));
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
