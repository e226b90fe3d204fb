// The history of calls, newest first, read page by page and kept up to date by the live events. With
// `line` it is a tab of that line's page. One call is call.tsx.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CallView } from '../../src/web/api/schemas.ts';
import { withQuery } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { Checkbox, Select, TextInput } from '../kit/form.tsx';
import { BellIcon, CallsIcon, InIcon, MissedIcon, OutIcon, PhoneIcon } from '../kit/icons.tsx';
import { Card, Page } from '../kit/page.tsx';
import { Pager, Table } from '../kit/table.tsx';
import type { Column } from '../kit/table.tsx';
import { Clock, PhoneNumber, Time } from '../kit/values.tsx';
import { Badge, Empty, fieldError, Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useSettled } from '../reading.ts';
import { hrefOf, replaceQuery, usePlace } from '../router.ts';
import { useMe } from '../session.ts';
import {
  causeText,
  fits,
  isDay,
  isInOrder,
  isMissed,
  isOutgoing,
  otherSide,
  putIn,
  queryOf,
  talkText,
} from './call-words.ts';
import type { CallFilter } from './call-words.ts';
import { EraseNumber } from './erase-number.tsx';
import { LineChoice } from './line-choice.tsx';
import { LONGEST_NUMBER, useShortListing } from './short-listing.ts';
import './records.css';

const NO_FILTER: CallFilter = {
  line: '',
  party: '',
  direction: '',
  missed: '',
  from: '',
  to: '',
};
const TYPING_MS = 350;

export function CallsPage({ line }: { readonly line?: string }): VNode {
  const { role } = useMe();
  if (line !== undefined) {
    return (
      <div class="stack wide">
        <Calls key={line} line={line} />
      </div>
    );
  }
  return (
    <Page
      title={t.calls.title}
      lead={t.calls.lead}
      actions={role === 'operator' ? <EraseNumber /> : undefined}
    >
      <Calls />
    </Page>
  );
}

function Calls({ line }: { readonly line?: string }): VNode {
  const { query } = usePlace();
  const [filter, setFilter] = useState<CallFilter>(() => ({
    line: line ?? query.get('line') ?? '',
    party: query.get('party') ?? '',
    direction: query.get('direction') ?? '',
    missed: query.get('missed') === '1' ? '1' : '',
    from: dayIn(query.get('from')),
    to: dayIn(query.get('to')),
  }));
  const faults = faultsOf(filter);
  // What cannot be asked is not: the list stays as it was.
  const good = useRef(filter);
  if (Object.values(faults).every((fault) => fault === '')) good.current = filter;
  const asked = useSettled(good.current, TYPING_MS);
  const listing = useShortListing<CallView>(withQuery('calls', queryOf(asked)));
  const { items, problem, loading, more, reload, change, toNewest } = listing;

  useEffect(() => {
    replaceQuery({ ...asked, ...(line === undefined ? {} : { line: '' }) });
  }, [asked, line]);
  useLive((event) => {
    if (event.type === 'reset') reload();
    if (event.type !== 'call') return;
    const call = event.data;
    change((rows) => {
      const there = rows.some(({ callref }) => callref === call.callref);
      if (!there && (toNewest !== null || !fits(call, asked))) return rows;
      return putIn(rows, call, ({ callref: id, setupAt: at }) => ({ id, at }), {
        hasAll: more === null,
      });
    });
  });

  const isFiltered = (['party', 'direction', 'missed', 'from', 'to'] as const).some(
    (name) => asked[name] !== '',
  );
  const clear = (): void => setFilter({ ...NO_FILTER, line: line ?? '' });
  return (
    <>
      <Filters
        filter={filter}
        onFilter={setFilter}
        hasLine={line === undefined}
        faults={{ ...faults, line: faults.line || fieldError(problem, 'line') }}
      />
      {fieldError(problem, 'line') === '' && <ProblemBox problem={problem} retry={reload} />}
      {toNewest !== null && (
        <Note>
          <p>{t.calls.older}</p>
          <div>
            <Button small onClick={toNewest}>
              {t.calls.newest}
            </Button>
          </div>
        </Note>
      )}
      {items === null ? (
        problem === null && <Skeleton rows={6} />
      ) : items.length === 0 ? (
        <Card>
          {isFiltered || (line === undefined && asked.line !== '') ? (
            <Empty icon={CallsIcon} title={t.calls.noneFound}>
              <Button onClick={clear}>{t.calls.clear}</Button>
            </Empty>
          ) : (
            <Empty icon={CallsIcon} title={t.calls.none}>
              <p>{t.calls.noneText}</p>
            </Empty>
          )}
        </Card>
      ) : (
        <>
          <div class="card table-card">
            <CallTable calls={items} withLine={line === undefined} />
          </div>
          <Pager shown={items.length} more={more} loading={loading} />
        </>
      )}
    </>
  );
}

type Faults = Readonly<Record<'line' | 'party' | 'from' | 'to', string>>;

/** What is wrong with each field, in words. */
function faultsOf(filter: CallFilter): Faults {
  const { line, party, from, to } = filter;
  return {
    line: tooLong(line, LONGEST_NUMBER),
    party: tooLong(party, LONGEST_NUMBER),
    from: isDay(from) ? '' : t.calls.noDay,
    to: !isDay(to) ? t.calls.noDay : isInOrder(filter) ? '' : t.calls.wrongOrder,
  };
}

/** A day of the address, if it is one. */
function dayIn(text: string | null): string {
  return text !== null && isDay(text) ? text : '';
}

function Filters({
  filter,
  onFilter,
  hasLine,
  faults,
}: {
  readonly filter: CallFilter;
  readonly onFilter: (filter: CallFilter) => void;
  readonly hasLine: boolean;
  readonly faults: Faults;
}): VNode {
  const put = (some: Partial<CallFilter>): void => onFilter({ ...filter, ...some });
  return (
    <form
      class="filters"
      role="search"
      aria-label={t.calls.filters}
      onSubmit={(event) => event.preventDefault()}
    >
      {hasLine && (
        <LineChoice value={filter.line} onChange={(line) => put({ line })} error={faults.line} />
      )}
      <TextInput
        label={t.calls.party}
        type="search"
        inputMode="tel"
        placeholder={t.calls.partyPlaceholder}
        value={filter.party}
        onInput={(party) => put({ party })}
        error={faults.party}
      />
      <Select
        label={t.calls.direction}
        value={filter.direction}
        onChange={(direction) => put({ direction })}
        options={[
          { value: '', label: t.calls.bothDirections },
          { value: 'incoming', label: t.calls.incoming },
          { value: 'outgoing', label: t.calls.outgoing },
        ]}
      />
      <TextInput
        label={t.calls.from}
        type="date"
        value={filter.from}
        onInput={(from) => put({ from })}
        error={faults.from}
      />
      <TextInput
        label={t.calls.to}
        type="date"
        value={filter.to}
        onInput={(to) => put({ to })}
        error={faults.to}
      />
      <Checkbox
        label={t.calls.missedOnly}
        checked={filter.missed === '1'}
        onChange={(missed) => put({ missed: missed ? '1' : '' })}
      />
    </form>
  );
}

/** Calls as rows, each with a link to its own page. */
export function CallTable({
  calls,
  withLine,
}: {
  readonly calls: readonly CallView[];
  readonly withLine: boolean;
}): VNode {
  const columns: Column<CallView>[] = [
    {
      label: t.calls.party,
      heading: true,
      cell: (call) => (
        <a href={hrefOf(['calls', call.callref])}>
          <PhoneNumber number={otherSide(call)} />
        </a>
      ),
    },
    { label: t.calls.direction, cell: (call) => <Direction call={call} /> },
    ...(withLine
      ? [
          {
            label: t.calls.line,
            cell: ({ account }: CallView) => (
              <a href={hrefOf(['lines', account])}>
                <PhoneNumber number={account} />
              </a>
            ),
          },
        ]
      : []),
    { label: t.calls.when, cell: (call) => <Time at={call.setupAt} clock /> },
    { label: t.calls.state, cell: (call) => <CallState call={call} /> },
    { label: t.calls.duration, cell: (call) => <Duration call={call} />, end: true },
  ];
  return (
    <Table
      caption={t.calls.caption}
      columns={columns}
      rows={calls}
      keyOf={({ callref }) => callref}
      kept
    />
  );
}

function Direction({ call }: { readonly call: CallView }): VNode {
  const outgoing = isOutgoing(call);
  return (
    <span class="row tight">
      {outgoing ? <OutIcon /> : <InIcon />}
      {outgoing ? t.calls.outgoing : t.calls.incoming}
    </span>
  );
}

/** What became of it: rings, talks, missed, answered, or why not. */
export function CallState({ call }: { readonly call: CallView }): VNode {
  if (call.state === 'SETUP') {
    return (
      <Badge tone="warn" icon={BellIcon}>
        {t.calls.ringing}
      </Badge>
    );
  }
  if (call.state === 'CONNECT') {
    return (
      <Badge tone="info" icon={PhoneIcon}>
        {t.calls.talking}
      </Badge>
    );
  }
  const why = call.cause === null ? '' : causeText(call.cause);
  if (call.connectAt !== null) return <Badge tone="good">{t.calls.answered}</Badge>;
  return (
    <span class="row tight">
      {isMissed(call) ? (
        <Badge tone="bad" icon={MissedIcon}>
          {t.calls.missed}
        </Badge>
      ) : (
        <Badge>{t.calls.notAnswered}</Badge>
      )}
      <span class="small soft">{why}</span>
    </span>
  );
}

function Duration({ call }: { readonly call: CallView }): VNode {
  if (call.state === 'CONNECT' && call.connectAt !== null) return <Clock since={call.connectAt} />;
  return <span class="number">{talkText(call) || '–'}</span>;
}
