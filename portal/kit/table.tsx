// A table that becomes a list of cards on phones, and the foot of a list that is read page by page. It
// sorts and filters nothing: the server does.

import type { ComponentChildren, VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { plural } from '../i18n/format.ts';
import { language, t } from '../i18n/i18n.ts';
import { Button } from './button.tsx';

export interface Column<Row> {
  /** Its heading; on phones it stands before the value. Empty: no heading before the value. */
  readonly label: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers and buttons stand at the end. */
  readonly end?: boolean;
  /** The column that names the row. */
  readonly heading?: boolean;
}

export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
  kept = false,
}: {
  /** For screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /**
   * Whether the cells depend on nothing but their row. Then a row that is there already is not drawn again
   * when others come: of a long list, only the new page.
   */
  readonly kept?: boolean;
}): VNode {
  const keep = useKept<Row>(columns.map(({ label }) => label).join());
  const draw = (row: Row): VNode => (
    <tr key={keyOf(row)} role="row">
      {columns.map((column) => (
        <Cell key={column.label} column={column} row={row} />
      ))}
    </tr>
  );
  // The roles are named since cards are made with `display: block`, which takes them from a table.
  return (
    <table class="table" role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ label, end }) => (
            <th
              key={label}
              role="columnheader"
              scope="col"
              class={end === true ? 'end' : undefined}
            >
              {label === '' ? <span class="unseen">{t.kit.actions}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{rows.map((row) => (kept ? keep(row, draw) : draw(row)))}</tbody>
    </table>
  );
}

/** Rows as they were drawn, by their objects; void in another language and with other columns. */
function useKept<Row>(columns: string): (row: Row, draw: (row: Row) => VNode) => VNode {
  const drawn = useRef({ of: '', rows: new Map<Row, VNode>() });
  const of = `${language.get()} ${columns}`;
  if (drawn.current.of !== of) drawn.current = { of, rows: new Map() };
  const before = drawn.current.rows;
  // Only the rows of this drawing are kept for the next.
  const now = new Map<Row, VNode>();
  drawn.current.rows = now;
  return (row, draw) => {
    const node = before.get(row) ?? draw(row);
    now.set(row, node);
    return node;
  };
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row }): VNode {
  const inside = <div class="cell">{column.cell(row)}</div>;
  if (column.heading === true) {
    return (
      <th role="rowheader" scope="row" data-label={column.label}>
        {inside}
      </th>
    );
  }
  return (
    <td role="cell" data-label={column.label} class={column.end === true ? 'end' : undefined}>
      {inside}
    </td>
  );
}

/** "Show more" below a list; says how many are shown. */
export function Pager({
  shown,
  more,
  loading,
}: {
  readonly shown: number;
  /** Reads the next page; null at the end. */
  readonly more: (() => void) | null;
  readonly loading: boolean;
}): VNode {
  return (
    <div class="pager">
      <span role="status">{plural(shown, t.kit.shown)}</span>
      {more !== null && (
        <Button onClick={more} busy={loading}>
          {t.kit.more}
        </Button>
      )}
    </div>
  );
}
