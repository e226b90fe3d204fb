// One call: its moments in order, with their times, how it ended, and beside each moment what the
// customer's software was told. Kept up to date while the call goes on.

import type { VNode } from 'preact';
import type { CallDetail, CallView, NotificationView } from '../../src/web/api/schemas.ts';
import { clockText, phoneText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { CopyButton } from '../kit/button.tsx';
import { Card, Facts, Page } from '../kit/page.tsx';
import { Clock, PhoneNumber, Time } from '../kit/values.tsx';
import { ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useReading } from '../reading.ts';
import { hrefOf } from '../router.ts';
import { useMe } from '../session.ts';
import { CallState, CallTable } from './calls.tsx';
import { causeText, isOutgoing, otherSide, talkText } from './call-words.ts';
import { NotificationList } from './notification-list.tsx';

export function CallPage({ id = '' }: { readonly id?: string }): VNode {
  const { server } = useMe();
  const reading = useReading<CallDetail>(`calls/${encodeURIComponent(id)}`);
  const { value, problem, reload, change } = reading;
  const putNotification = (notification: NotificationView): void =>
    change((detail) => ({
      ...detail,
      notifications: withRow(detail.notifications, notification, (each) => each.id),
    }));
  useLive((event) => {
    if (event.type === 'reset') reload();
    else if (event.type === 'notification' && event.data.callref === id)
      putNotification(event.data);
    else if (event.type === 'call' && event.data.callref === id) {
      change((detail) => ({ ...detail, call: event.data }));
    } else if (event.type === 'call' && event.data.dref === value?.call.dref) {
      change((detail) => ({
        ...detail,
        related: withRow(detail.related, event.data, (each) => each.callref),
      }));
    }
  });

  const back = <a href="#/calls">{t.calls.one.back}</a>;
  if (value === null) {
    return (
      <Page title={t.calls.title} back={back}>
        <ProblemBox problem={problem} retry={reload} />
        {problem === null && <Skeleton rows={6} />}
      </Page>
    );
  }
  const { call, related, notifications } = value;
  const name = isOutgoing(call) ? t.calls.one.outgoing : t.calls.one.incoming;
  return (
    <Page
      back={back}
      title={
        <>
          {name} <PhoneNumber number={otherSide(call)} />
        </>
      }
      windowTitle={`${name} ${phoneText(otherSide(call), server.country)}`}
      lead={<CallState call={call} />}
    >
      <ProblemBox problem={problem} retry={reload} />
      <Card>
        <CallFacts call={call} />
      </Card>
      <Card title={t.calls.one.timeline} lead={t.calls.one.timelineLead}>
        <Timeline call={call} notifications={notifications} onChange={putNotification} />
      </Card>
      {related.length > 0 && (
        <Card title={t.calls.one.related}>
          <CallTable calls={related} withLine />
        </Card>
      )}
    </Page>
  );
}

function CallFacts({ call }: { readonly call: CallView }): VNode {
  const { setupAt, connectAt, releaseAt, cause } = call;
  const rangTo = connectAt ?? releaseAt;
  return (
    <Facts
      facts={[
        [
          t.calls.one.account,
          <a key="line" href={hrefOf(['lines', call.account])}>
            <PhoneNumber number={call.account} />
          </a>,
        ],
        [t.calls.one.caller, <PhoneNumber key="caller" number={call.caller} />],
        [t.calls.one.callee, <PhoneNumber key="callee" number={call.callee} />],
        [
          t.calls.one.rang,
          rangTo === null ? (
            <Clock key="rang" since={setupAt} />
          ) : (
            <span key="rang" class="number">
              {between(setupAt, rangTo)}
            </span>
          ),
        ],
        [
          t.calls.one.talked,
          connectAt !== null && releaseAt === null ? (
            <Clock key="talked" since={connectAt} />
          ) : (
            <span key="talked" class="number">
              {talkText(call) || '–'}
            </span>
          ),
        ],
        ...(cause === null ? [] : ([[t.calls.one.cause, causeText(cause)]] as const)),
        [t.calls.one.callref, <Reference key="callref" text={call.callref} />],
        [t.calls.one.dref, <Reference key="dref" text={call.dref} />],
      ]}
    />
  );
}

function Reference({ text }: { readonly text: string }): VNode {
  return (
    <span class="row tight">
      <code class="anywhere">{text}</code>
      <CopyButton text={text} label={`${t.calls.one.refCopy} ${text}`} />
    </span>
  );
}

interface Moment {
  readonly type: 'SETUP' | 'CONNECT' | 'RELEASE';
  readonly words: string;
  readonly at: string | null;
}

function Timeline({
  call,
  notifications,
  onChange,
}: {
  readonly call: CallView;
  readonly notifications: readonly NotificationView[];
  readonly onChange: (notification: NotificationView) => void;
}): VNode {
  const moments: Moment[] = [
    { type: 'SETUP', words: t.calls.one.setup, at: call.setupAt },
    { type: 'CONNECT', words: t.calls.one.connect, at: call.connectAt },
    { type: 'RELEASE', words: t.calls.one.release, at: call.releaseAt },
  ];
  // A call that nobody answered has no CONNECT.
  const shown = moments.filter(({ at }) => at !== null || call.releaseAt === null);
  return (
    <ol class="timeline">
      {shown.map(({ type, words, at }) => {
        const told = notifications.filter((each) => each.type === type);
        return (
          <li key={type} class={at === null ? 'is-open' : undefined}>
            <div class="row tight">
              <h3>{words}</h3>
              <code class="soft">{type}</code>
              {at === null ? (
                <span class="soft">{t.calls.one.notYet}</span>
              ) : (
                <span class="number">
                  <Time at={at} clock />
                  {type !== 'SETUP' && (
                    <span class="soft"> · {t.calls.one.after(between(call.setupAt, at))}</span>
                  )}
                </span>
              )}
            </div>
            {type === 'RELEASE' && call.cause !== null && <p>{causeText(call.cause)}</p>}
            {at !== null && told.length === 0 && <p class="small soft">{t.calls.one.notified}</p>}
            {told.length > 0 && (
              <NotificationList
                label={`${t.notifications.title} ${type}`}
                notifications={told}
                onChange={onChange}
                withCall={false}
              />
            )}
          </li>
        );
      })}
    </ol>
  );
}

function between(from: string, to: string): string {
  return clockText(Date.parse(to) - Date.parse(from));
}

/** The rows with one of them changed, or added at the end. */
function withRow<T>(rows: readonly T[], row: T, idOf: (row: T) => string): T[] {
  const place = rows.findIndex((each) => idOf(each) === idOf(row));
  return place < 0 ? [...rows, row] : rows.with(place, row);
}
