// Notifications as a list: state, type, where it went and what was sent, each try, and sending again.
// notifications.tsx and call.tsx draw it; they put in what live events change. The tries are attempts.tsx.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { NotificationView } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { readableBody } from '../destination-draft.ts';
import { usePlaceNames } from '../destination-names.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { BadIcon, GoodIcon, RetryIcon, WaitIcon } from '../kit/icons.tsx';
import { PhoneNumber, Time } from '../kit/values.tsx';
import { Badge, ProblemBox } from '../kit/words.tsx';
import { hrefOf } from '../router.ts';
import { Attempts, Folded } from './attempts.tsx';
import './records.css';

const STATE_LOOKS = {
  pending: { tone: 'info', icon: WaitIcon },
  delivered: { tone: 'good', icon: GoodIcon },
  parked: { tone: 'bad', icon: BadIcon },
} as const;

export function NotificationList({
  label,
  notifications,
  onChange,
  withCall = true,
}: {
  /** For screen readers. */
  readonly label: string;
  readonly notifications: readonly NotificationView[];
  readonly onChange: (notification: NotificationView) => void;
  /** Whether its line, and a link to its call, are shown. */
  readonly withCall?: boolean;
}): VNode {
  const placeName = usePlaceNames(notifications);
  const hasParked = notifications.some(({ state }) => state === 'parked');
  return (
    <>
      {hasParked && <p class="small soft">{t.notifications.chain}</p>}
      <ul class="records" aria-label={label}>
        {notifications.map((notification) => (
          <Item
            key={notification.id}
            notification={notification}
            place={placeName(notification.account, notification.destination)}
            onChange={onChange}
            withCall={withCall}
          />
        ))}
      </ul>
    </>
  );
}

function Item({
  notification,
  place,
  onChange,
  withCall,
}: {
  readonly notification: NotificationView;
  /** What its destination is called. */
  readonly place: string;
  readonly onChange: (notification: NotificationView) => void;
  readonly withCall: boolean;
}): VNode {
  const { id, state, type, account, callref, createdAt, method, url, body, attempts } =
    notification;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const resend = async (): Promise<void> => {
    setBusy(true);
    const answer = await post<NotificationView>(`notifications/${encodeURIComponent(id)}/resend`);
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    // With a parked one goes all that is parked in its call (docs/notifications.md).
    toast(state === 'parked' ? t.notifications.resentChain : t.notifications.resent);
    onChange(answer.value);
  };
  const { tone, icon } = STATE_LOOKS[state];
  return (
    <li class="stack tight">
      <div class="row">
        <span title={t.notifications.stateHints[state]}>
          <Badge tone={tone} icon={icon}>
            {t.notifications.states[state]}
          </Badge>
        </span>
        <strong>{type}</strong>
        {withCall && (
          <>
            <PhoneNumber number={account} />
            <a href={hrefOf(['calls', callref])}>{t.notifications.call}</a>
          </>
        )}
        <span class="soft small">
          <Time at={createdAt} clock />
        </span>
        <span class="soft small anywhere">{t.notifications.to(place)}</span>
        {state !== 'pending' && (
          <Button small icon={RetryIcon} busy={busy} onClick={() => void resend()}>
            {t.notifications.resend}
            <span class="unseen"> {type}</span>
          </Button>
        )}
      </div>
      <code class="record-url small">
        {method} {url}
      </code>
      {body !== '' && (
        <Folded
          title={t.notifications.sentBody}
          label={`${t.notifications.sentBody} ${type}`}
          text={readableBody(body)}
        />
      )}
      <ProblemBox problem={problem} />
      {attempts.length > 0 ? (
        <Attempts attempts={attempts} />
      ) : (
        <p class="small soft">
          {state === 'parked' ? t.notifications.parkedBehind : t.notifications.noAttempt}
        </p>
      )}
    </li>
  );
}
