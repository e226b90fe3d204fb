// Opens carillon.db so that what it acknowledges is on disk, and makes sure that it is the right one:
// version, kind, realm. It runs in the writer thread. The directory's lock is data-directory.ts.

import { DatabaseSync } from 'node:sqlite';
import { migrate, readVersion, SCHEMA_VERSION } from './schema.ts';
import { StoreError } from './store-error.ts';

/** A sandbox's directory and a server's never mix: one has lines whose password everybody knows. */
export type StoreKind = 'server' | 'sandbox';

export interface Identity {
  readonly kind: StoreKind;
  /** The realm that every HA1 of this store is bound to (RFC 7616, 3.4.2). */
  readonly realm: string;
}

/**
 * The connection to the database file at `path`, tables at the newest version, durability asserted.
 * A fresh file takes `identity` on. `onMigrating` is told before an older one is changed, which may take long.
 * Throws StoreError; a refused database is left as it was.
 */
export function openDatabase(
  path: string,
  identity: Identity,
  onMigrating: (from: number, to: number) => void = () => {},
): DatabaseSync {
  // Without a timeout node:sqlite says "database is locked" at once, e.g. to a backup's reader.
  const db = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true });
  try {
    const version = readVersion(db, path);
    if (version > 0) checkIdentity(db, path, identity);
    makeDurable(db, path);
    if (version > 0 && version < SCHEMA_VERSION) onMigrating(version, SCHEMA_VERSION);
    migrate(db, version);
    if (version === 0) writeIdentity(db, identity);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function makeDurable(db: DatabaseSync, path: string): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  // fsync on macOS does not reach the platter without this; elsewhere it does nothing.
  db.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  // 64 MB of pages: the upper levels of every index of a large database stay in memory.
  db.exec('PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864');
  // sqlite-checkpointer.ts moves the log into the database; at 64 MB of it a commit does so after all.
  db.exec('PRAGMA wal_autocheckpoint = 16384');
  // What is deleted or moved is overwritten, from the first row on: switched on for erasing a number alone, it
  // would not reach the copies that earlier changes left behind (docs/keeping.md). Measured: no more time.
  db.exec('PRAGMA secure_delete = ON');
  const journal = db.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
  const synchronous = db.prepare('PRAGMA synchronous').get()?.['synchronous'];
  if (journal !== 'wal' || synchronous !== 2) {
    throw new StoreError(
      'not-writable',
      `${path} cannot be kept safely here (journal ${String(journal)}, synchronous ` +
        `${String(synchronous)}). Use a data directory on a local disk.`,
    );
  }
}

function checkIdentity(db: DatabaseSync, path: string, identity: Identity): void {
  const kept = db.prepare('SELECT value FROM meta WHERE key = ?');
  const kind = kept.get('kind')?.['value'];
  const realm = kept.get('realm')?.['value'];
  // Absent only where the program died between making the tables and writing these: still fresh.
  if (kind === undefined || realm === undefined) return writeIdentity(db, identity);
  if (kind !== identity.kind) {
    throw new StoreError(
      'wrong-kind',
      identity.kind === 'server'
        ? `${path} belongs to a sandbox, whose passwords everybody knows. Give the server another ` +
            'data directory with --data, or start it with --sandbox.'
        : `${path} belongs to a real server. Give the sandbox another data directory with --data.`,
    );
  }
  if (realm !== identity.realm) {
    throw new StoreError(
      'realm-changed',
      `${path} was made for the realm "${String(realm)}", not "${identity.realm}": every line's ` +
        `password would be void. Set the realm back to "${String(realm)}", or use another data directory.`,
    );
  }
}

function writeIdentity(db: DatabaseSync, identity: Identity): void {
  db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('kind', ?), ('realm', ?)").run(
    identity.kind,
    identity.realm,
  );
}
