// How every statement reaches its rows, by SQLite's own plan, and how many rows a page looks at.

import { strict as assert } from 'node:assert';
import type { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import type { Scope } from '../access/principal.ts';
import type { E164 } from '../numbers/e164.ts';
import { DeferredIndexes, FILLING, MOVE_BACK } from './deferred-indexes.ts';
import { openDatabase } from './open-database.ts';
import { callPage } from './reading/call-page.ts';
import { prepareRows, type Rows } from './reading/prepared.ts';
import { QUERIES } from './reading/queries.ts';
import type { CallPage } from './store.ts';
import { FILL_STEP_MS, IDENTITY, e164, fillCalls, temporaryDirectory } from './test-samples.ts';
import { WRITES } from './writes.ts';

function database(t: TestContext): DatabaseSync {
  const db = openDatabase(`${temporaryDirectory(t)}/carillon.db`, IDENTITY);
  t.after(() => db.close());
  return db;
}

function planOf(db: DatabaseSync, sql: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
}

/** What each statement must be read through: an index and the columns it is entered by, or the table's key. */
const EXPECTED: Record<string, string> = {
  'lines.meta': 'meta USING PRIMARY KEY (key=?)',
  'access.history.calls': 'had USING PRIMARY KEY (customer=?)',
  'access.history.notifications': 'had USING PRIMARY KEY (customer=?)',
  'calls.call': 'calls USING INTEGER PRIMARY KEY (rowid=?)',
  'calls.calls.callref': 'calls USING INDEX sqlite_autoindex_calls_1 (callref=?)',
  'access.history.newCalls': 'calls USING INTEGER PRIMARY KEY (rowid>?)',
  'access.history.newNotifications': 'notifications USING INTEGER PRIMARY KEY (rowid>?)',
  'calls.calls.sipCallId': 'calls USING INTEGER PRIMARY KEY (rowid>?)',
  'calls.calls.last': 'calls',
  'calls.calls.from': 'calls USING INTEGER PRIMARY KEY (rowid>?)',
  'calls.openCalls': 'calls USING INDEX calls_open',
  'calls.page.party': 'call_parties USING PRIMARY KEY (party=? AND direction=? AND id>? AND id<?)',
  'calls.page.missed': 'calls USING INDEX calls_missed (id>? AND id<?)',
  'calls.page.missed.customer':
    'calls USING INDEX calls_missed_customer (customer=? AND id>? AND id<?)',
  'calls.page.missed.line': 'calls USING INDEX calls_missed_line (account=? AND id>? AND id<?)',
  'calls.page.heads': 'had USING PRIMARY KEY (customer=?)',
  'calls.page.line': 'call_lines USING PRIMARY KEY (account=? AND direction=? AND id>? AND id<?)',
  'calls.page.walk': 'calls USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
  'calls.page.all': 'calls USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
  'keeping.above': 'calls USING INTEGER PRIMARY KEY (rowid>?)',
  'keeping.call': 'calls USING INTEGER PRIMARY KEY (rowid=?)',
  'keeping.ofParty': 'call_parties USING PRIMARY KEY (party=? AND direction=? AND id>?)',
  'keeping.ofLine': 'call_lines USING PRIMARY KEY (account=? AND direction=? AND id>?)',
  'keeping.notIndexed': 'calls USING INTEGER PRIMARY KEY (rowid>?)',
  'keeping.ofRedirecting':
    'calls USING COVERING INDEX calls_redirecting (redirecting_number=? AND id>?)',
  'notifications.lastSeq': 'notifications',
  'notifications.earlierAttempts': 'attempts USING PRIMARY KEY (notification=?)',
  'notifications.notification': 'notifications USING INTEGER PRIMARY KEY (rowid=?)',
  'notifications.notifications.id': 'notifications USING INDEX notifications_callref (callref=?)',
  'notifications.notifications.callref':
    'notifications USING INDEX notifications_callref (callref=?)',
  'notifications.notifications.sipCallId':
    'notifications USING INDEX notifications_callref (callref=?)',
  'notifications.page.callref':
    'notifications USING INDEX notifications_callref (callref=? AND rowid>? AND rowid<?)',
  'notifications.page.pending':
    'notifications USING INDEX notifications_pending (account=? AND seq>? AND seq<?)',
  'notifications.page.parked':
    'notifications USING COVERING INDEX notifications_parked (seq>? AND seq<?)',
  'notifications.page.parked.customer':
    'notifications USING COVERING INDEX notifications_parked_customer (customer=? AND seq>? AND seq<?)',
  'notifications.page.parked.line':
    'notifications USING COVERING INDEX notifications_parked_line (account=? AND seq>? AND seq<?)',
  'notifications.page.heads': 'had USING PRIMARY KEY (customer=?)',
  'notifications.page.line': 'ofLine USING PRIMARY KEY (account=? AND seq>? AND seq<?)',
  'notifications.page.walk': 'notifications USING INTEGER PRIMARY KEY (rowid<?)',
  'notifications.page.all': 'notifications USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
  'waiting.nextLine': 'notifications USING COVERING INDEX notifications_pending (account>?)',
  'waiting.ofLine': 'waiting USING INDEX notifications_pending (account=? AND seq>?)',
  'waiting.openCallrefs': 'calls USING INDEX calls_open',
  'waiting.parkedOfCall': 'notifications USING INDEX notifications_callref (callref=?)',
  'waiting.parkedOfChain': 'notifications USING INDEX notifications_callref (callref=?)',
  'waiting.ended.parked.line':
    'notifications USING INDEX notifications_parked_line (account=? AND seq>?)',
  'waiting.ended.parked.customer':
    'notifications USING INDEX notifications_parked_customer (customer=? AND seq>?)',
  'waiting.ended.parked': 'notifications USING INDEX notifications_parked (seq>?)',
  'waiting.ended.line': 'notification_lines USING PRIMARY KEY (account=? AND seq>?)',
  'waiting.ended.heads': 'had USING PRIMARY KEY (customer=?)',
  'waiting.ended.customer.line':
    'notification_lines USING PRIMARY KEY (account=? AND seq>? AND seq<?)',
  'waiting.ended.one': 'notifications USING INTEGER PRIMARY KEY (rowid=?)',
  'walk.moreLines': 'line_customers USING PRIMARY KEY (customer=?)',
  'waiting.ended.all': 'notifications USING INTEGER PRIMARY KEY (rowid>?)',
};

/**
 * What is looked at for each line of a customer: its rows, which have the customer too. For each row of a line
 * or a party: the call or notification, by its own key.
 */
const FOR_EACH: Record<string, string> = {
  'access.history.calls': 'call_lines EXISTS USING PRIMARY KEY (account=?)',
  'access.history.notifications': 'notification_lines EXISTS USING PRIMARY KEY (account=?)',
  'calls.page.heads': 'call_lines USING PRIMARY KEY (account=? AND direction=? AND id>? AND id<?)',
  'calls.page.line': 'calls EXISTS USING INTEGER PRIMARY KEY (rowid=?)',
  'calls.page.party': 'calls EXISTS USING INTEGER PRIMARY KEY (rowid=?)',
  'notifications.page.heads': 'notification_lines USING PRIMARY KEY (account=? AND seq<?)',
  'notifications.page.line': 'notifications EXISTS USING INTEGER PRIMARY KEY (rowid=?)',
  'waiting.ended.heads': 'notification_lines USING PRIMARY KEY (account=? AND seq>?)',
};

// Small tables of which all there is is asked for, at the start.
const WHOLE = /^(lines\.(lines|bindings)|access\.[a-z]+|calls\.openSessions|destinations\..*)$/;

test('every query is read through its own index, newest first, without a scan or a sort', (t) => {
  const db = database(t);
  for (const [room, statements] of Object.entries(QUERIES)) {
    for (const [key, sql] of Object.entries<string>(statements)) {
      const name = `${room}.${key}`;
      if (WHOLE.test(name)) continue;
      const plan = planOf(db, sql);
      const expected = EXPECTED[name] ?? `${name} is not expected`;
      assert.equal(
        plan[0]?.replace(/^(SEARCH|SCAN) /, ''),
        expected,
        `${name}: ${plan.join('; ')}`,
      );
      const inner = FOR_EACH[name];
      if (inner !== undefined) assert.equal(plan.at(-1), `SEARCH ${inner}`, plan.join('; '));
      const bad = plan.filter((step) => {
        // The lines of a user, a thousand at most; not a table.
        if (step.startsWith('SCAN json_each')) return false;
        // The few notifications of one SIP dialogue, and the index that holds open calls only.
        if (name.endsWith('.sipCallId') && step.startsWith('USE TEMP B-TREE')) return false;
        return /SCAN|TEMP B-TREE/.test(step) && step !== 'SCAN calls USING INDEX calls_open';
      });
      assert.deepEqual(bad, [], name);
    }
  }
});

/** The statements of the triggers; SQLite shows no plan of a trigger itself. */
const IN_TRIGGERS = [
  'SELECT 1 FROM lines WHERE number = ?',
  'SELECT 1 FROM call_lines WHERE account = ?',
  'SELECT 1 FROM notification_lines WHERE account = ?',
  "SELECT 1 FROM calls WHERE id > (SELECT id FROM indexed_up_to WHERE source = 'calls') AND account = ?",
  `SELECT 1 FROM notifications WHERE seq > (SELECT id FROM indexed_up_to WHERE source = 'notifications')
    AND account = ?`,
  'DELETE FROM line_customers WHERE line = ?',
  'DELETE FROM call_lines WHERE account = ? AND direction = ? AND id = ?',
  'DELETE FROM call_parties WHERE party = ? AND direction = ? AND id = ?',
  'DELETE FROM notification_lines WHERE account = ? AND seq = ?',
  `UPDATE indexed_up_to SET id = (SELECT coalesce(max(id), 0) FROM calls)
    WHERE source = 'calls' AND id > (SELECT coalesce(max(id), 0) FROM calls)`,
  `UPDATE indexed_up_to SET id = (SELECT coalesce(max(seq), 0) FROM notifications)
    WHERE source = 'notifications' AND id > (SELECT coalesce(max(seq), 0) FROM notifications)`,
];

function inOneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ');
}

test('no write scans a table or sorts', (t) => {
  const db = database(t);
  const triggers = db
    .prepare("SELECT group_concat(sql) AS sql FROM sqlite_schema WHERE type = 'trigger'")
    .get();
  const written = inOneLine(String(triggers?.['sql'])).replaceAll(/OLD\.\w+/g, '?');
  for (const sql of IN_TRIGGERS) assert.ok(written.includes(inOneLine(sql)), sql);
  for (const sql of [...WRITES.map((write) => write.sql), MOVE_BACK, ...IN_TRIGGERS]) {
    assert.deepEqual(
      planOf(db, sql).filter((step) => /SCAN|TEMP B-TREE/.test(step)),
      [],
      sql,
    );
  }
});

test('filling reads the new rows only, and sorts those', (t) => {
  const db = database(t);
  for (const { upTo, next, fill, move } of FILLING) {
    for (const sql of [upTo, next, ...fill, move]) {
      const bad = planOf(db, sql).filter(
        (step) => /SCAN/.test(step) && !/^SCAN \(subquery-\d+\)$/.test(step),
      );
      assert.deepEqual(bad, [], sql);
    }
    for (const sql of fill) {
      const [first, ...others] = planOf(db, sql);
      assert.match(first ?? '', / USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/);
      assert.deepEqual(others, ['USE TEMP B-TREE FOR ORDER BY']);
    }
  }
});

/** A line of `fillCalls`. */
function number(n: number): E164 {
  return e164(String(33_120_000_000 + n));
}

/** The rows of a page, and how many the statements of it looked at. */
function visits(db: DatabaseSync) {
  let seen = 0;
  db.function('seen', (_id) => {
    seen += 1;
    return 1;
  });
  const rows = prepareRows(db);
  // Before any filter, so that rows which a filter leaves out are counted too.
  const counted: Rows = (sql, values) =>
    rows(sql.replace(/(FROM call(s|_lines|_parties))\s+WHERE/, '$1 WHERE seen(id) AND'), values);
  return (page: CallPage) => {
    seen = 0;
    return { ids: callPage(counted, page), seen };
  };
}

test('a page of 100,000 calls looks at hardly more calls than it shows, wherever it is', (t) => {
  const db = database(t);
  fillCalls(db, 100_000);
  db.exec('INSERT INTO line_customers SELECT DISTINCT customer, account FROM calls');
  assert.equal(new DeferredIndexes(db).fill(100_000), true);
  const visit = visits(db);
  const all = { kind: 'all' } as const;
  const customer = { kind: 'customer', customer: 'c3' } as const;
  const hundred = Array.from({ length: 100 }, (_, n) => number(10 * n + 3));
  const lines: Scope = { kind: 'lines', customer: 'c3', lines: hundred };
  const party = '33600003103'; // of line 433
  const day = 24 * 60 * FILL_STEP_MS;
  const period = { from: 20 * day, to: 21 * day };
  // [what is asked, the most calls that may be looked at]
  const cases: [Omit<CallPage, 'limit'>, number][] = [
    [{ scope: all }, 50],
    [{ scope: all, direction: 'outgoing' }, 150],
    [{ scope: all, missed: true }, 50],
    [{ scope: all, line: number(3) }, 100],
    [{ scope: all, before: 50_000 }, 50],
    // A period costs the search for its ends (2 times 17 looks) and a day of calls for clocks set back.
    [{ scope: all, ...period }, 24 * 60 + 50 + 40],
    [{ scope: all, ...period, missed: true }, 24 * 10 + 50 + 40],
    // A customer of a hundred lines: one look for each and both directions, then as many lines as the page
    // has calls at the most, each down to the page's end.
    [{ scope: customer }, 200 + 300],
    [{ scope: customer, direction: 'incoming' }, 100 + 300],
    [{ scope: customer, missed: true }, 50],
    [{ scope: customer, before: 50_000 }, 200 + 300],
    [{ scope: customer, ...period }, 200 + 2 * 144 + 100 + 40],
    [{ scope: customer, line: number(13), direction: 'outgoing' }, 50],
    // Nothing is there: it is not searched for among what is.
    [{ scope: { kind: 'customer', customer: 'c7' }, direction: 'outgoing' }, 0],
    [{ scope: { kind: 'customer', customer: 'c7' }, missed: true }, 0],
    [{ scope: customer, line: number(14) }, 100],
    [{ scope: { ...lines, lines: [number(3)] }, line: number(13) }, 0],
    // A hundred lines: full pages of a few, then what is newer than the page's end.
    [{ scope: lines }, 1000],
    [{ scope: lines, direction: 'incoming' }, 700],
    [{ scope: lines, missed: true }, 700],
    [{ scope: lines, before: 50_000 }, 1000],
    // The calls of one party, all of them at the worst.
    [{ scope: all, party }, 20],
    [{ scope: customer, party }, 20],
    [{ scope: lines, party, missed: true }, 20],
  ];
  for (const [asked, most] of cases) {
    const shown = JSON.stringify(asked).slice(0, 200);
    const { ids, seen } = visit({ ...asked, limit: 50 });
    assert.ok(seen <= most, `${seen} calls were looked at for ${ids.length} of ${shown}`);
    if (most === 0) assert.equal(ids.length, 0, shown);
    else if (asked.line !== number(14)) assert.ok(ids.length >= (asked.party ? 1 : 40), shown);
  }
});

test('a period finds its calls where many between them were erased', (t) => {
  const db = database(t);
  fillCalls(db, 10_000);
  db.exec('DELETE FROM calls WHERE id BETWEEN 2000 AND 3000 OR id BETWEEN 3500 AND 8500');
  const kept = db.prepare('SELECT count(*) AS n FROM calls WHERE setup_at >= ? AND setup_at < ?');
  const rows = prepareRows(db);
  const step = 777 * FILL_STEP_MS;
  for (let from = 0; from < 10_500 * FILL_STEP_MS; from += step) {
    const page = { scope: { kind: 'all' }, from, to: from + step, limit: 9999 } as const;
    assert.equal(callPage(rows, page).length, kept.get(from, from + step)?.['n']);
  }
});
