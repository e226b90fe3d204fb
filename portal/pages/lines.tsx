// Mes lignes: every line that one may see, with what happens on it now, live.

import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { LineItem, LineView } from '../../src/web/api/schemas.ts';
import { get, withQuery } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { TextInput } from '../kit/form.tsx';
import { LinesIcon, SearchIcon } from '../kit/icons.tsx';
import { Page } from '../kit/page.tsx';
import { Pager, Table } from '../kit/table.tsx';
import type { Column } from '../kit/table.tsx';
import { PhoneNumber } from '../kit/values.tsx';
import { Empty, Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { lineAfter } from '../live-lines.ts';
import { useListing, useSettled } from '../reading.ts';
import { hrefOf, replaceQuery, usePlace } from '../router.ts';
import { useMe } from '../session.ts';
import { AddLine } from './add-line.tsx';
import { CallsNow, LastNotification, TerminalsNow } from './line-now.tsx';
import { LONGEST_SEARCH } from './short-listing.ts';
import './lines.css';

/** Below this a search would be longer than the list. */
const SEARCHED_FROM = 6;

export function LinesPage(): VNode {
  const me = useMe();
  const { query } = usePlace();
  const customer = query.get('customer') ?? '';
  const [typed, setTyped] = useState(query.get('q') ?? '');
  const fault = tooLong(typed.trim(), LONGEST_SEARCH);
  const search = useSettled(fault === '' ? typed.trim() : '', 250);
  const list = useListing<LineItem>(withQuery('lines', { q: search, customer }));
  const [adding, setAdding] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const { items } = list;

  useLive((event) => {
    if (event.type === 'reset') list.reload();
    else if (event.type !== 'line') {
      list.change((lines) => lines.map((line) => lineAfter(line, event)));
    } else if (event.data.change === 'removed') {
      list.change((lines) => lines.filter(({ number }) => number !== event.data.line));
    } else if (event.data.change === 'added') {
      list.reload();
    } else if (items?.some(({ number }) => number === event.data.line) === true) {
      void get<LineView>(`lines/${event.data.line}`).then((answer) => {
        if (!answer.ok) return;
        const { buzzeeUrl, ...line } = answer.value;
        const item: LineItem = { ...line, buzzee: buzzeeUrl !== '' };
        list.change((lines) => lines.map((old) => (old.number === item.number ? item : old)));
      });
    }
  });

  const find = (text: string): void => {
    setTyped(text);
    if (tooLong(text.trim(), LONGEST_SEARCH) === '') replaceQuery({ q: text.trim(), customer });
  };
  const searching = typed !== '' || (items?.length ?? 0) >= SEARCHED_FROM || list.more !== null;
  const first = items?.[0];
  return (
    <Page
      title={t.lines.title}
      actions={
        me.role === 'operator' && <Button onClick={() => setAdding(true)}>{t.lines.add}</Button>
      }
    >
      {me.server.sandbox && first !== undefined && (
        <Note title={t.lines.sandboxTitle}>
          <p>{t.lines.sandboxText}</p>
          <div>
            <ButtonLink small href={hrefOf(['lines', first.number])}>
              {t.lines.sandboxLink}
            </ButtonLink>
          </div>
        </Note>
      )}
      {searching && (
        <div class="line-search">
          <TextInput
            type="search"
            label={t.lines.search}
            placeholder={t.lines.searchHint}
            value={typed}
            onInput={find}
            inputRef={input}
            error={fault}
          />
        </div>
      )}
      <ProblemBox problem={list.problem} retry={list.reload} />
      <div class="card table-card" aria-busy={list.loading}>
        {items === null && list.problem === null && <Skeleton rows={6} />}
        {items?.length === 0 && (
          <Empty
            icon={search === '' ? LinesIcon : SearchIcon}
            title={search === '' ? t.lines.none : t.lines.noneFound}
          >
            {search === '' ? (
              <p>{me.role === 'operator' ? t.lines.noneOperator : t.lines.noneText}</p>
            ) : (
              <Button
                onClick={() => {
                  find('');
                  input.current?.focus();
                }}
              >
                {t.lines.clear}
              </Button>
            )}
          </Empty>
        )}
        {items !== null && items.length > 0 && (
          <Table
            caption={t.lines.caption}
            columns={columnsFor(me.role === 'operator')}
            rows={items}
            keyOf={({ number }) => number}
          />
        )}
      </div>
      {items !== null && (items.length >= SEARCHED_FROM || list.more !== null) && (
        <Pager shown={items.length} more={list.more} loading={list.loading} />
      )}
      {adding && <AddLine customer={customer} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function columnsFor(operator: boolean): Column<LineItem>[] {
  const columns: (Column<LineItem> | false)[] = [
    { label: t.lines.name, heading: true, cell: (line) => <LineName line={line} /> },
    {
      label: t.lines.shortColumn,
      cell: ({ short }) =>
        short === '' ? <span class="soft">–</span> : <span class="number">{short}</span>,
    },
    operator && { label: t.lines.customer, cell: ({ customer }) => customer },
    { label: t.lines.terminals, cell: ({ terminals }) => <TerminalsNow terminals={terminals} /> },
    { label: t.lines.now, cell: ({ calls }) => <CallsNow calls={calls} /> },
    { label: t.lines.last, cell: (line) => <LastNotification line={line} /> },
  ];
  return columns.filter((column) => column !== false);
}

function LineName({ line }: { readonly line: LineItem }): VNode {
  return (
    <a class="line-name" href={hrefOf(['lines', line.number])}>
      <PhoneNumber number={line.number} />
      <span class={line.title === '' ? 'line-title soft' : 'line-title'}>
        {line.title === '' ? t.lines.untitled : line.title}
      </span>
    </a>
  );
}
