// The first five steps that made the tables of carillon.db, as they were released: never edited. The later ones
// and how a database is brought along them are in schema.ts.

// Every list is read through an index, newest first, so that ten million rows cost no more than ten.
// STRICT: a wrong type is refused rather than stored. Times are milliseconds since 1970.
const VERSION_1 = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE lines (
    number TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    title TEXT NOT NULL,
    short TEXT NOT NULL,
    offer TEXT NOT NULL,
    notification_url TEXT NOT NULL,
    source_ip TEXT NOT NULL,
    source_ip_match TEXT NOT NULL,
    buzzee_url TEXT NOT NULL,
    ha1_md5 TEXT NOT NULL,
    ha1_sha256 TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX lines_short ON lines (customer, short) WHERE short <> '';

  CREATE TABLE bindings (
    line TEXT NOT NULL REFERENCES lines (number) ON DELETE CASCADE,
    contact TEXT NOT NULL,
    transport TEXT NOT NULL,
    source_host TEXT NOT NULL,
    source_port INTEGER NOT NULL,
    behind_nat INTEGER NOT NULL,
    call_id TEXT NOT NULL,
    cseq INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    instance TEXT NOT NULL,
    PRIMARY KEY (line, contact)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    callref TEXT NOT NULL UNIQUE,
    dref TEXT NOT NULL,
    dref_replace TEXT NOT NULL,
    session_id TEXT NOT NULL,
    is_acd INTEGER NOT NULL,
    redirecting_number TEXT NOT NULL,
    account TEXT NOT NULL,
    caller TEXT NOT NULL,
    callee TEXT NOT NULL,
    sip_call_id TEXT NOT NULL,
    state TEXT NOT NULL,
    setup_at INTEGER NOT NULL,
    connect_at INTEGER,
    release_at INTEGER,
    cause TEXT
  ) STRICT;
  CREATE INDEX calls_account ON calls (account);
  CREATE INDEX calls_sip_call_id ON calls (sip_call_id);
  CREATE INDEX calls_open ON calls (dref) WHERE state <> 'RELEASE';

  CREATE TABLE open_sessions (dref TEXT PRIMARY KEY, wire TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE notifications (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    callref TEXT NOT NULL,
    account TEXT NOT NULL,
    type TEXT NOT NULL,
    url TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX notifications_callref ON notifications (callref);
  CREATE INDEX notifications_account ON notifications (account);
  CREATE INDEX notifications_pending ON notifications (seq) WHERE state = 'pending';

  CREATE TABLE attempts (
    notification INTEGER NOT NULL REFERENCES notifications (seq) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    PRIMARY KEY (notification, n)
  ) STRICT, WITHOUT ROWID;
`;

// A line from before has the API, which is what it was made for, and nothing else of what is new.
// Origins are separated by spaces.
const VERSION_2 = `
  ALTER TABLE lines ADD COLUMN api INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE lines ADD COLUMN auto_answer INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE lines ADD COLUMN origins TEXT NOT NULL DEFAULT '';
`;

// Who may sign in, and whose calls and notifications are whose: a row keeps the customer that its line had
// when it was made. Of the older rows that is not known: they get the customer that the line has now.
//
// What pages are read through. `direction` costs no room in the table and keeps a long row of calls of
// one direction from being walked in search of the other. Columns behind `id` or `seq` do not order
// anything: they let a row that a filter leaves out be passed over without reading the table.
const VERSION_3 = `
  CREATE TABLE customers (name TEXT PRIMARY KEY, title TEXT NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO customers SELECT DISTINCT customer, customer FROM lines;

  CREATE TABLE users (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    customer TEXT NOT NULL,
    lines TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_user ON sessions (user);

  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    customer TEXT NOT NULL,
    lines TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE attempts ADD COLUMN failure TEXT;

  ALTER TABLE calls ADD COLUMN customer TEXT NOT NULL DEFAULT '';
  ALTER TABLE calls ADD COLUMN direction TEXT GENERATED ALWAYS AS
    (iif(callee = account, 'incoming', 'outgoing')) VIRTUAL;
  UPDATE calls SET customer = (SELECT customer FROM lines WHERE number = account)
    WHERE account IN (SELECT number FROM lines);
  DROP INDEX calls_account;
  CREATE INDEX calls_line ON calls (account, direction, id, customer);
  CREATE INDEX calls_customer ON calls (customer, direction, id);
  CREATE INDEX calls_caller ON calls (caller, id, customer, account);
  CREATE INDEX calls_callee ON calls (callee, id, customer, account);
  CREATE INDEX calls_missed ON calls (id)
    WHERE callee = account AND state = 'RELEASE' AND connect_at IS NULL;
  CREATE INDEX calls_missed_customer ON calls (customer, id)
    WHERE callee = account AND state = 'RELEASE' AND connect_at IS NULL;
  CREATE INDEX calls_missed_line ON calls (account, id, customer)
    WHERE callee = account AND state = 'RELEASE' AND connect_at IS NULL;

  ALTER TABLE notifications ADD COLUMN customer TEXT NOT NULL DEFAULT '';
  ALTER TABLE notifications ADD COLUMN tries_before INTEGER NOT NULL DEFAULT 0;
  UPDATE notifications SET customer = (SELECT customer FROM lines WHERE number = account)
    WHERE account IN (SELECT number FROM lines);
  DROP INDEX notifications_account;
  DROP INDEX notifications_pending;
  CREATE INDEX notifications_line ON notifications (account, seq, customer);
  CREATE INDEX notifications_customer ON notifications (customer, seq);
  CREATE INDEX notifications_pending ON notifications (seq, customer, account)
    WHERE state = 'pending';
  CREATE INDEX notifications_parked ON notifications (seq) WHERE state = 'parked';
  CREATE INDEX notifications_parked_customer ON notifications (customer, seq)
    WHERE state = 'parked';
  CREATE INDEX notifications_parked_line ON notifications (account, seq, customer)
    WHERE state = 'parked';
`;

// One side of every call is its account, which has an index. So one on the other side, the party, finds
// what one on the caller and one on the callee found, and saves a tenth of what a commit costs.
const VERSION_4 = `
  ALTER TABLE calls ADD COLUMN party TEXT GENERATED ALWAYS AS
    (iif(callee = account, caller, callee)) VIRTUAL;
  DROP INDEX calls_caller;
  DROP INDEX calls_callee;
  CREATE INDEX calls_party ON calls (party, direction, id, customer, account);
`;

// Delivery as a line's policy says, to more than the two places of its settings, and with what came back.
//
// What waits is found by its line, so that one line's long queue is never read in search of another's. The
// index of redirecting numbers holds forwarded calls only; erasing a number looks into it.
const VERSION_5 = `
  ALTER TABLE lines ADD COLUMN delivery_timeout_s REAL NOT NULL DEFAULT 0;
  ALTER TABLE lines ADD COLUMN delivery_window_s REAL NOT NULL DEFAULT 0;
  ALTER TABLE lines ADD COLUMN delivery_retry_s TEXT NOT NULL DEFAULT '';
  ALTER TABLE lines ADD COLUMN delivery_mode TEXT NOT NULL DEFAULT '';

  CREATE TABLE destinations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    line TEXT NOT NULL REFERENCES lines (number) ON DELETE CASCADE,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    format TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    direction TEXT NOT NULL,
    types TEXT NOT NULL,
    numbers TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX destinations_line ON destinations (line);

  CREATE TABLE signing_secrets (
    line TEXT NOT NULL REFERENCES lines (number) ON DELETE CASCADE,
    destination INTEGER NOT NULL,
    current TEXT NOT NULL,
    previous TEXT NOT NULL,
    previous_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (line, destination)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE notifications ADD COLUMN destination INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE notifications ADD COLUMN content_type TEXT NOT NULL DEFAULT '';
  ALTER TABLE notifications ADD COLUMN body TEXT NOT NULL DEFAULT '';
  ALTER TABLE notifications ADD COLUMN requeued_at INTEGER;
  ALTER TABLE notifications ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;
  UPDATE notifications SET destination = (CAST(substr(id, length(callref) + 2) AS INTEGER) - 1) / 3
    WHERE CAST(substr(id, length(callref) + 2) AS INTEGER) > 3;
  DROP INDEX notifications_pending;
  CREATE INDEX notifications_pending ON notifications (account, seq) WHERE state = 'pending';

  ALTER TABLE attempts ADD COLUMN address TEXT;
  ALTER TABLE attempts ADD COLUMN answer TEXT;

  CREATE INDEX calls_redirecting ON calls (redirecting_number, id) WHERE redirecting_number <> '';
`;

/** `FIRST_VERSIONS[n]` leads from version n to version n + 1. */
export const FIRST_VERSIONS: readonly string[] = [
  VERSION_1,
  VERSION_2,
  VERSION_3,
  VERSION_4,
  VERSION_5,
];
