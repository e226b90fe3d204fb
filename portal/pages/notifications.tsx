// What was told to the customers' software, newest first, with each try; filtered by line and state, and
// kept up to date by the live events. With `line` it is a tab of that line's page.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { NotificationView } from '../../src/web/api/schemas.ts';
import { withQuery } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { Select } from '../kit/form.tsx';
import { NotificationsIcon } from '../kit/icons.tsx';
import { Card, Page } from '../kit/page.tsx';
import { Pager } from '../kit/table.tsx';
import { Empty, fieldError, Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useSettled } from '../reading.ts';
import { replaceQuery, usePlace } from '../router.ts';
import { putIn, sameNumber } from './call-words.ts';
import { LineChoice } from './line-choice.tsx';
import { NotificationList } from './notification-list.tsx';
import { useShortListing } from './short-listing.ts';

const TYPING_MS = 350;
const STATES = ['pending', 'delivered', 'parked'] as const;

export function NotificationsPage({ line }: { readonly line?: string }): VNode {
  if (line !== undefined) {
    return (
      <div class="stack wide">
        <Notifications key={line} line={line} />
      </div>
    );
  }
  return (
    <Page title={t.notifications.title} lead={t.notifications.lead}>
      <Notifications />
    </Page>
  );
}

function Notifications({ line }: { readonly line?: string }): VNode {
  const { query } = usePlace();
  const [filter, setFilter] = useState(() => ({
    line: line ?? query.get('line') ?? '',
    state: STATES.find((state) => state === query.get('state')) ?? '',
  }));
  const asked = useSettled(filter, TYPING_MS);
  const listing = useShortListing<NotificationView>(withQuery('notifications', asked));
  const { items, problem, loading, more, reload, change, toNewest } = listing;

  useEffect(() => {
    replaceQuery({ ...asked, ...(line === undefined ? {} : { line: '' }) });
  }, [asked, line]);
  const put = (notification: NotificationView): void =>
    change((rows) => {
      const there = rows.some(({ id }) => id === notification.id);
      const isWanted =
        (asked.state === '' || asked.state === notification.state) &&
        (asked.line === '' || sameNumber(asked.line, notification.account));
      // A row that is there stays, with its new state: it must not vanish under a reader's hand.
      if (!there && (toNewest !== null || !isWanted)) return rows;
      return putIn(rows, notification, ({ id, createdAt: at }) => ({ id, at }), {
        hasAll: more === null,
      });
    });
  useLive((event) => {
    if (event.type === 'reset') reload();
    if (event.type === 'notification') put(event.data);
  });

  const isFiltered = asked.state !== '' || (line === undefined && asked.line !== '');
  return (
    <>
      <form
        class="filters"
        role="search"
        aria-label={t.notifications.filters}
        onSubmit={(event) => event.preventDefault()}
      >
        {line === undefined && (
          <LineChoice
            value={filter.line}
            onChange={(chosen) => setFilter({ ...filter, line: chosen })}
            error={fieldError(problem, 'line')}
          />
        )}
        <Select
          label={t.notifications.state}
          value={filter.state}
          onChange={(state) =>
            setFilter({ ...filter, state: STATES.find((each) => each === state) ?? '' })
          }
          options={[
            { value: '', label: t.notifications.allStates },
            ...STATES.map((state) => ({ value: state, label: t.notifications.states[state] })),
          ]}
        />
      </form>
      <ProblemBox problem={problem} retry={reload} />
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
      {items === null ? (
        problem === null && <Skeleton rows={6} />
      ) : items.length === 0 ? (
        <Card>
          {isFiltered ? (
            <Empty icon={NotificationsIcon} title={t.notifications.noneFound}>
              <Button onClick={() => setFilter({ line: line ?? '', state: '' })}>
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
        <>
          <Card>
            <NotificationList label={t.notifications.list} notifications={items} onChange={put} />
          </Card>
          <Pager shown={items.length} more={more} loading={loading} />
        </>
      )}
    </>
  );
}
