// The sandbox's buttons: a simulated mobile calls the line, and the requests to the customer's software
// appear beside them as they leave. What is shown is what any call does; only the buttons are the sandbox's.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DestinationList } from '../../src/web/api/destination-schemas.ts';
import type { CallView, LineView, NotificationView } from '../../src/web/api/schemas.ts';
import { get, post, withQuery } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { latencyText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { BellIcon, CrossIcon, PhoneIcon, UserIcon, WaitIcon } from '../kit/icons.tsx';
import { Card } from '../kit/page.tsx';
import { Badge, Note, ProblemBox } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useReading } from '../reading.ts';
import { hrefOf } from '../router.ts';
import { useMe } from '../session.ts';
import { resultText } from './attempts.tsx';
import { NotificationBadge, partyWords } from './line-now.tsx';

const MOBILE = '33612345678';
const TYPES = ['SETUP', 'CONNECT', 'RELEASE'] as const;

/** What `POST /sandbox/simulate` is asked for by each button. */
const ORDERS = {
  call: { caller: MOBILE, talkS: 4 },
  busy: { caller: MOBILE, outcome: 'busy' },
  noAnswer: { caller: MOBILE, outcome: 'no-answer' },
  hidden: { caller: 'anonymous', talkS: 4 },
} as const;

type Order = keyof typeof ORDERS;

export function TryLine({ line }: { readonly line: LineView }): VNode {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [started, setStarted] = useState('');
  const ring = async (order: Order): Promise<void> => {
    setProblem(null);
    setStarted('');
    const answer = await post('sandbox/simulate', { ...ORDERS[order], callee: line.number });
    if (answer.ok) setStarted(t.lines.playStarted);
    else setProblem(answer.problem);
  };
  useLive((event) => {
    if (event.type !== 'call' || event.data.account !== line.number) return;
    if (event.data.state === 'RELEASE') setStarted('');
  });
  const buttons = [
    ['call', t.lines.playCall, t.lines.playCallText, PhoneIcon],
    ['busy', t.lines.playBusy, t.lines.playBusyText, CrossIcon],
    ['noAnswer', t.lines.playNoAnswer, t.lines.playNoAnswerText, WaitIcon],
    ['hidden', t.lines.playHidden, t.lines.playHiddenText, UserIcon],
  ] as const;
  return (
    <Card title={t.lines.playTitle} lead={t.lines.playLead}>
      <div class="try">
        <div class="stack tight">
          {buttons.map(([order, words, more, Icon]) => (
            <button key={order} type="button" class="try-button" onClick={() => void ring(order)}>
              <Icon />
              <span>
                <strong>{words}</strong>
                <span class="small soft">{more}</span>
              </span>
            </button>
          ))}
          <span class="unseen" role="status">
            {started}
          </span>
          <ProblemBox problem={problem} />
        </div>
        <LiveRequests line={line} />
      </div>
    </Card>
  );
}

interface Shown {
  readonly call: CallView;
  readonly notifications: readonly NotificationView[];
}

/** The newest call of the line since this page is shown, and its requests. */
function LiveRequests({ line }: { readonly line: LineView }): VNode {
  const { server } = useMe();
  const [shown, setShown] = useState<Shown | null>(null);

  const readAgain = async (): Promise<void> => {
    if (shown === null) return;
    const path = withQuery('notifications', { callref: shown.call.callref });
    const answer = await get<{ items: NotificationView[] }>(path);
    if (answer.ok)
      setShown((old) => (old === null ? old : { ...old, notifications: answer.value.items }));
  };
  useLive((event) => {
    if (event.type === 'reset') void readAgain();
    if (event.type === 'call' && event.data.account === line.number) {
      setShown((old) => withCall(old, event.data));
    }
    if (event.type === 'notification' && event.data.account === line.number) {
      setShown((old) => withNotification(old, event.data));
    }
  });

  return (
    <div class="live-requests">
      <div class="row">
        <h3 class="grow">{t.lines.liveTitle}</h3>
        {shown !== null && (
          <a href={hrefOf(['calls', shown.call.callref])} class="small">
            {t.lines.liveCall} {partyWords(shown.call, server.country)}
            {shown.call.cause !== null &&
              ` · ${t.lines.causes[shown.call.cause] ?? shown.call.cause}`}
          </a>
        )}
      </div>
      {shown === null && <Expectation line={line} />}
      {shown !== null && (
        <ol class="requests" aria-live="polite">
          {TYPES.map((type) => (
            <Moment key={type} type={type} shown={shown} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Expectation({ line }: { readonly line: LineView }): VNode {
  const nothing = !line.api
    ? t.lines.liveApiOff
    : line.notificationUrl === ''
      ? t.lines.liveNoUrl
      : '';
  const isTold = nothing === '' || line.buzzeeUrl !== '';
  const others = useReading<DestinationList>(isTold ? null : `lines/${line.number}/destinations`);
  if (isTold || others.value?.items.some(({ enabled }) => enabled) === true) {
    return <p class="soft">{t.lines.liveNone}</p>;
  }
  return (
    <Note tone="warn" title={nothing}>
      <a href={hrefOf(['lines', line.number, 'cti'])}>{t.lines.liveSetUrl}</a>
    </Note>
  );
}

/** One of the three moments of a call, with the requests that told it: one, or two with Buzzee. */
function Moment({
  type,
  shown,
}: {
  readonly type: (typeof TYPES)[number];
  readonly shown: Shown;
}): VNode {
  const { call } = shown;
  const requests = shown.notifications.filter((each) => each.type === type);
  const over = call.state === 'RELEASE';
  const never = type === 'CONNECT' && over && call.connectAt === null;
  const happened = requests.length > 0;
  return (
    <li class={happened ? 'request' : 'request is-awaited'}>
      <div class="row tight">
        {happened ? (
          requests.map((request) => <NotificationBadge key={request.id} notification={request} />)
        ) : (
          <Badge icon={never ? CrossIcon : BellIcon}>{type}</Badge>
        )}
        <span class="small soft">
          {happened ? t.lines.meaning[type] : never ? t.lines.skipped : t.lines.awaited}
        </span>
      </div>
      {requests.map((request) => (
        <div key={request.id} class="stack tight">
          <code class="anywhere small">
            {request.method} {request.url}
          </code>
          <LastAttempt request={request} />
        </div>
      ))}
    </li>
  );
}

function LastAttempt({ request }: { readonly request: NotificationView }): VNode | null {
  const last = request.attempts.at(-1);
  if (last === undefined) return null;
  if (last.failure !== null || last.error !== null) {
    return (
      <span class="small bad-words">
        {resultText(last)} ({latencyText(last.ms)})
      </span>
    );
  }
  return (
    <span class="small soft">{t.lines.answeredIn(last.status ?? 0, latencyText(last.ms))}</span>
  );
}

function withCall(old: Shown | null, call: CallView): Shown {
  if (old?.call.callref === call.callref) return { ...old, call };
  // The end of a call whose beginning was not seen shows nothing new.
  if (old !== null && call.setupAt < old.call.setupAt) return old;
  return { call, notifications: [] };
}

function withNotification(old: Shown | null, heard: NotificationView): Shown | null {
  if (old === null || old.call.callref !== heard.callref) return old;
  const others = old.notifications.filter(({ id }) => id !== heard.id);
  return { ...old, notifications: [...others, heard] };
}
