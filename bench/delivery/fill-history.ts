// Fills a store with a long history, a process of its own: takes the rows that one real call left (three
// events, three notifications, three tries) and writes them again and again with other names, times and
// lines. So it follows the product's tables; only columns that must differ are named here.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DeferredIndexes } from '../../src/store/deferred-indexes.ts';
import { serve } from './remote.ts';
import { lineNumber } from './sample-lines.ts';

const EVENTS_OF_A_CALL = 3;

interface Fill {
  readonly dataDir: string;
  readonly events: number;
  /** How many lines there are; the calls are spread over them. */
  readonly lines: number;
}

interface Copy {
  readonly table: string;
  /** By column; the others are copied as they are. */
  readonly values: Readonly<Record<string, string>>;
}

/** Of call k, from 1: what must differ. Increasing callrefs and random Call-IDs, as they really are. */
const CALLREF = `printf('a%09d', k) || substr(hex(k * 2654435761), 1, 8)`;
const LINE = `CAST(:firstNumber + k * 7919 % :lines AS TEXT)`;
const CUSTOMER = `'customer-' || (k * 7919 % :lines / 10)`;

const COPIES: readonly Copy[] = [
  {
    table: 'calls',
    values: {
      id: 'id + k',
      callref: CALLREF,
      dref: 'lower(hex(randomblob(16)))',
      sip_call_id: "lower(hex(randomblob(8))) || '@127.0.0.1'",
      account: LINE,
      callee: LINE,
      customer: CUSTOMER,
    },
  },
  {
    table: 'notifications',
    values: {
      seq: 'seq + k * 3',
      id: `${CALLREF} || substr(id, -2)`,
      callref: CALLREF,
      account: LINE,
      customer: CUSTOMER,
    },
  },
  { table: 'attempts', values: { notification: 'notification + k * 3' } },
];

function fill({ dataDir, events, lines }: Fill): { seconds: number; megabytes: number } {
  const began = performance.now();
  const path = join(dataDir, 'carillon.db');
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  // Nothing of this must survive a crash; the folder is thrown away.
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000');
  for (const { table, values } of COPIES) {
    // With its indexes a table of millions takes ten times as long to fill as with them made afterwards.
    const indexes = db
      .prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql <> ''",
      )
      .all(table);
    for (const { name } of indexes) db.exec(`DROP INDEX ${String(name)}`);
    // Generated columns are not listed here, and must not be.
    const columns = db.prepare(`PRAGMA table_info(${table})`).all();
    const names = columns.map(({ name }) => String(name));
    const selected = names.map((name) => values[name] ?? name);
    db.exec(`CREATE TEMP TABLE pattern AS SELECT * FROM ${table}`);
    const calls = Math.ceil(events / EVENTS_OF_A_CALL);
    const numbers =
      'WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :calls)';
    const insert = db.prepare(`INSERT INTO ${table} (${names.join(', ')}) ${numbers}
      SELECT ${selected.join(', ')} FROM n CROSS JOIN temp.pattern`);
    insert.setAllowUnknownNamedParameters(true);
    insert.run({ calls, lines, firstNumber: Number(lineNumber(0)) });
    db.exec('DROP TABLE temp.pattern');
    for (const { sql } of indexes) db.exec(String(sql));
  }
  const kept = Number(db.prepare('SELECT sum(tries) AS n FROM notifications').get()?.['n']);
  if (kept < events) throw new Error(`${kept} tries are kept, not ${events}`);
  // As a server would, but before anything is measured.
  const indexes = new DeferredIndexes(db);
  while (!indexes.fill(100_000));
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, megabytes: statSync(path).size / 1e6 };
}

const commands = { fill };

export type FillCommands = typeof commands;

serve(commands);
