// A table that becomes a list of cards on phones, and the foot of a list that is read page by page. It
// sorts and filters nothing: the server does.

import type { ComponentChildren, VNode } from 'preact';
import { plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
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
}: {
  /** For screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}): VNode {
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
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map((column) => (
              <Cell key={column.label} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
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
