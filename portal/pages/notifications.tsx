// What was told to the customers' software, newest first, with each try; filtered by line, call, state and
// destination, kept up to date by the live events, and sent again from here (replay-dialog.tsx). With `line`
// it is a tab of that line's page.

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { NotificationView } from '../../src/web/api/schemas.ts';
import { withQuery } from '../api.ts';
import { plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { NotificationsIcon } from '../kit/icons.tsx';
import { Card, Page } from '../kit/page.tsx';
import { Pager } from '../kit/table.tsx';
import { Empty, fieldError, Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useSettled } from '../reading.ts';
import { replaceQuery, usePlace } from '../router.ts';
import { useMe } from '../session.ts';
import { putIn } from './call-words.ts';
import { DeliveryState } from './delivery-state.tsx';
import { filterIn, fits, isOfDestination, NO_FILTER, queryOf } from './notification-filter.ts';
import type { NotificationFilter } from './notification-filter.ts';
import { NotificationFilters } from './notification-filters.tsx';
import { NotificationList } from './notification-list.tsx';
import { ReplayButtons } from './replay-dialog.tsx';
import { LONGEST_NUMBER, useShortListing } from './short-listing.ts';

const TYPING_MS = 350;
/** With a destination chosen, older ones are read until so many of it are shown, or so many are read. */
const ENOUGH_SHOWN = 20;
const ENOUGH_READ = 400;

export function NotificationsPage({ line }: { readonly line?: string }): VNode {
  const { role } = useMe();
  if (line !== undefined) {
    return (
      <div class="stack wide">
        <Notifications key={line} line={line} />
      </div>
    );
  }
  return (
    <Page title={t.notifications.title} lead={t.notifications.lead}>
      {role === 'operator' && <DeliveryState />}
      <Notifications />
    </Page>
  );
}

function Notifications({ line }: { readonly line?: string }): VNode {
  const { query } = usePlace();
  const [filter, setFilter] = useState<NotificationFilter>(() => {
    const given = filterIn(query);
    return { ...given, line: line ?? given.line };
  });
  const faults = {
    line: tooLong(filter.line, LONGEST_NUMBER),
    callref: tooLong(filter.callref.trim(), LONGEST_NUMBER),
  };
  // What cannot be asked is not: the list stays as it was.
  const good = useRef(filter);
  if (faults.line === '' && faults.callref === '') good.current = filter;
  const asked = useSettled(good.current, TYPING_MS);
  const listing = useShortListing<NotificationView>(withQuery('notifications', queryOf(asked)));
  const { items, problem, loading, more, reload, change, toNewest } = listing;
  const shown = items?.filter((each) => isOfDestination(each, asked.destination)) ?? null;

  useEffect(() => {
    replaceQuery({ ...asked, ...(line === undefined ? {} : { line: '' }) });
  }, [asked, line]);
  useEffect(() => {
    const isEnough =
      asked.destination === '' ||
      (shown?.length ?? 0) >= ENOUGH_SHOWN ||
      (items?.length ?? 0) >= ENOUGH_READ;
    if (!isEnough && !loading && problem === null) more?.();
  }, [items, asked, loading]);
  const put = (notification: NotificationView): void =>
    change((rows) => {
      const there = rows.some(({ id }) => id === notification.id);
      // A row that is there stays, with its new state: it must not vanish under a reader's hand.
      if (!there && (toNewest !== null || !fits(notification, asked))) return rows;
      return putIn(rows, notification, ({ id, createdAt: at }) => ({ id, at }), {
        hasAll: more === null,
      });
    });
  useLive((event) => {
    if (event.type === 'reset') reload();
    if (event.type === 'notification') put(event.data);
  });

  const chosenLine = fieldError(problem, 'line') === '' ? asked.line : '';
  const isFiltered =
    asked.state !== '' ||
    asked.callref !== '' ||
    asked.destination !== '' ||
    (line === undefined && asked.line !== '');
  return (
    <>
      <NotificationFilters
        filter={filter}
        onFilter={setFilter}
        hasLine={line === undefined}
        ofLine={chosenLine}
        faults={{ ...faults, line: faults.line || fieldError(problem, 'line') }}
      />
      <ReplayButtons line={chosenLine} onReplayed={reload} />
      {fieldError(problem, 'line') === '' && <ProblemBox problem={problem} retry={reload} />}
      {toNewest !== null && (
        <Note>
          <p>{t.notifications.older}</p>
          <div>
            <Button small onClick={toNewest}>
              {t.calls.newest}
            </Button>
          </div>
        </Note>
      )}
      {shown === null || items === null ? (
        problem === null && <Skeleton rows={6} />
      ) : (
        <>
          {shown.length === 0 ? (
            <Card>
              {isFiltered ? (
                <Empty icon={NotificationsIcon} title={t.notifications.noneFound}>
                  <Button onClick={() => setFilter({ ...NO_FILTER, line: line ?? '' })}>
                    {t.calls.clear}
                  </Button>
                </Empty>
              ) : (
                <Empty icon={NotificationsIcon} title={t.notifications.none}>
                  <p>{t.notifications.noneText}</p>
                </Empty>
              )}
            </Card>
          ) : (
            <Card>
              <NotificationList label={t.notifications.list} notifications={shown} onChange={put} />
            </Card>
          )}
          {asked.destination !== '' && more !== null && (
            <p class="small soft">{plural(items.length, t.notifications.filteredHere)}</p>
          )}
          {(shown.length > 0 || more !== null) && (
            <Pager shown={shown.length} more={more} loading={loading} />
          )}
        </>
      )}
    </>
  );
}
