// The tables of carillon.db and the steps from each older version to the newest; those of the first versions are
// in first-versions.ts. It only makes the tables; the statements that use them are in writes.ts,
// access-writes.ts, deferred-indexes.ts and reading/.

import type { DatabaseSync } from 'node:sqlite';
import { FIRST_VERSIONS } from './first-versions.ts';
import { StoreError } from './store-error.ts';

// What a call event costs the thread that writes.
//
// Most notifications have one try: the latest stands in their own row, and the table of tries has the earlier
// ones only (notification-writes.ts). Wire states are appended in their order, not put at random places.
//
// An index by customer cost every event two more writes at random places. A customer's rows are found by its
// lines instead, those of now and of before: `line_customers` has a pair as long as the line is there or
// anything is kept of it, so a number that is erased leaves it with its last call. The customer of a row is
// the one its line has at that moment (CUSTOMER_NOW in write-statement.ts), so its pair is always there.
//
// ON CONFLICT and not INSERT OR IGNORE: a trigger takes over the OR of the statement that fires it, and the
// one that puts a line has its own.
const VERSION_6 = `
  ALTER TABLE notifications ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE notifications ADD COLUMN tried_at INTEGER;
  ALTER TABLE notifications ADD COLUMN tried_ms INTEGER;
  ALTER TABLE notifications ADD COLUMN status INTEGER;
  ALTER TABLE notifications ADD COLUMN error TEXT;
  ALTER TABLE notifications ADD COLUMN failure TEXT;
  ALTER TABLE notifications ADD COLUMN address TEXT;
  ALTER TABLE notifications ADD COLUMN answer TEXT;
  UPDATE notifications SET (tries, tried_at, tried_ms, status, error, failure, address, answer) =
    (SELECT n, at, ms, status, error, failure, address, answer FROM attempts
      WHERE notification = seq ORDER BY n DESC LIMIT 1)
    WHERE EXISTS (SELECT 1 FROM attempts WHERE notification = seq);
  DELETE FROM attempts WHERE n = (SELECT tries FROM notifications WHERE seq = notification);

  ALTER TABLE open_sessions RENAME TO open_sessions_before;
  CREATE TABLE open_sessions (id INTEGER PRIMARY KEY, dref TEXT NOT NULL UNIQUE, wire TEXT NOT NULL)
    STRICT;
  INSERT INTO open_sessions (dref, wire) SELECT dref, wire FROM open_sessions_before;
  DROP TABLE open_sessions_before;

  CREATE TABLE line_customers (
    customer TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (customer, line)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX line_customers_line ON line_customers (line);
  INSERT INTO line_customers
    SELECT customer, number FROM lines
    UNION SELECT customer, account FROM calls WHERE customer <> ''
    UNION SELECT customer, account FROM notifications WHERE customer <> '';
  CREATE TRIGGER lines_customer_first AFTER INSERT ON lines
  BEGIN
    INSERT INTO line_customers (customer, line) VALUES (NEW.customer, NEW.number)
      ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER lines_customer_next AFTER UPDATE OF customer ON lines
    WHEN NEW.customer <> OLD.customer
  BEGIN
    INSERT INTO line_customers (customer, line) VALUES (NEW.customer, NEW.number)
      ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER lines_gone AFTER DELETE ON lines
    WHEN NOT EXISTS (SELECT 1 FROM calls WHERE account = OLD.number)
      AND NOT EXISTS (SELECT 1 FROM notifications WHERE account = OLD.number)
  BEGIN
    DELETE FROM line_customers WHERE line = OLD.number;
  END;
  CREATE TRIGGER calls_last_of_line AFTER DELETE ON calls
    WHEN NOT EXISTS (SELECT 1 FROM lines WHERE number = OLD.account)
      AND NOT EXISTS (SELECT 1 FROM calls WHERE account = OLD.account)
      AND NOT EXISTS (SELECT 1 FROM notifications WHERE account = OLD.account)
  BEGIN
    DELETE FROM line_customers WHERE line = OLD.account;
  END;

  DROP INDEX calls_customer;
  DROP INDEX notifications_customer;
`;

// What pages of one line or one party are found by, filled later.
//
// As indexes they cost each commit a page at a random place for each of its rows. As tables of their own they
// are filled by deferred-indexes.ts, many rows at a time in the order of their keys. `indexed_up_to` says how
// far that has come: a call or notification up to there has its rows in them, one behind it may not have. A
// row's columns that stand here never change.
//
// Ids are given again once the newest row is gone, so `indexed_up_to` never says more than there is. What asks
// whether a line has anything left looks at the rows behind it too; they are few, unless filling fails.
//
// Nobody but the sandbox looks for SIP Call-IDs, and only for the newest.
const VERSION_7 = `
  CREATE TABLE indexed_up_to (source TEXT PRIMARY KEY, id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO indexed_up_to VALUES
    ('calls', (SELECT coalesce(max(id), 0) FROM calls)),
    ('notifications', (SELECT coalesce(max(seq), 0) FROM notifications));

  CREATE TABLE call_lines (
    account TEXT NOT NULL,
    direction TEXT NOT NULL,
    id INTEGER NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (account, direction, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE call_parties (
    party TEXT NOT NULL,
    direction TEXT NOT NULL,
    id INTEGER NOT NULL,
    customer TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (party, direction, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE notification_lines (
    account TEXT NOT NULL,
    seq INTEGER NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (account, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO call_lines
    SELECT account, direction, id, customer FROM calls INDEXED BY calls_line ORDER BY 1, 2, 3;
  INSERT INTO call_parties
    SELECT party, direction, id, customer, account FROM calls INDEXED BY calls_party ORDER BY 1, 2, 3;
  INSERT INTO notification_lines
    SELECT account, seq, customer FROM notifications INDEXED BY notifications_line ORDER BY 1, 2;
  DROP INDEX calls_line;
  DROP INDEX calls_party;
  DROP INDEX calls_sip_call_id;
  DROP INDEX notifications_line;

  DROP TRIGGER lines_gone;
  DROP TRIGGER calls_last_of_line;
  CREATE TRIGGER lines_gone AFTER DELETE ON lines
    WHEN ${nothingKeptOf('OLD.number')}
  BEGIN
    DELETE FROM line_customers WHERE line = OLD.number;
  END;
  CREATE TRIGGER notifications_gone AFTER DELETE ON notifications
  BEGIN
    DELETE FROM notification_lines WHERE account = OLD.account AND seq = OLD.seq;
    UPDATE indexed_up_to SET id = (SELECT coalesce(max(seq), 0) FROM notifications)
      WHERE source = 'notifications' AND id > (SELECT coalesce(max(seq), 0) FROM notifications);
  END;
  CREATE TRIGGER calls_gone AFTER DELETE ON calls
  BEGIN
    DELETE FROM call_lines
      WHERE account = OLD.account AND direction = OLD.direction AND id = OLD.id;
    DELETE FROM call_parties
      WHERE party = OLD.party AND direction = OLD.direction AND id = OLD.id;
    UPDATE indexed_up_to SET id = (SELECT coalesce(max(id), 0) FROM calls)
      WHERE source = 'calls' AND id > (SELECT coalesce(max(id), 0) FROM calls);
    DELETE FROM line_customers WHERE line = OLD.account
      AND NOT EXISTS (SELECT 1 FROM lines WHERE number = OLD.account)
      AND ${nothingKeptOf('OLD.account')};
  END;
`;

// A function, since the text above is made while this file is loaded. Indexed or not yet.
function nothingKeptOf(line: string): string {
  return `NOT EXISTS (SELECT 1 FROM call_lines WHERE account = ${line})
      AND NOT EXISTS (SELECT 1 FROM notification_lines WHERE account = ${line})
      AND NOT EXISTS (SELECT 1 FROM calls
        WHERE id > (SELECT id FROM indexed_up_to WHERE source = 'calls') AND account = ${line})
      AND NOT EXISTS (SELECT 1 FROM notifications
        WHERE seq > (SELECT id FROM indexed_up_to WHERE source = 'notifications')
          AND account = ${line})`;
}

/** `migrations[n]` leads from version n to version n + 1. Never edit one that was released: add one. */
const migrations: readonly string[] = [...FIRST_VERSIONS, VERSION_6, VERSION_7];

/** The version that this program writes, kept in `PRAGMA user_version`; 0 is an empty file. */
export const SCHEMA_VERSION = migrations.length;

/**
 * The version of the database's tables, 0 for a fresh file.
 * Throws `newer-version` for one that this program does not know, `corrupt` for a file that holds
 * tables but none of ours. Changes nothing.
 */
export function readVersion(db: DatabaseSync, path: string): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      'newer-version',
      `${path} was written by a newer carillon (format ${version}, this one knows up to ` +
        `${SCHEMA_VERSION}). Start the newer carillon, or use another data directory.`,
    );
  }
  if (version === 0 && db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
    throw new StoreError(
      'corrupt',
      `${path} is a database of another program. Use another data directory.`,
    );
  }
  return version;
}

/**
 * Brings the tables from `version` to the newest, each step whole or not at all. Tests stop at an older
 * version, to have a database as an older program left it.
 */
export function migrate(db: DatabaseSync, version: number, to = SCHEMA_VERSION): void {
  for (const [index, step] of migrations.entries()) {
    if (index < version || index >= to) continue;
    db.exec(`BEGIN IMMEDIATE; ${step} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
