// Notifications as a list: state, type, where it went, each try with its result in words, and sending
// again. notifications.tsx and call.tsx draw it; they put in what live events change.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { AttemptView, NotificationView } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { latencyText, plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { BadIcon, GoodIcon, RetryIcon, WaitIcon } from '../kit/icons.tsx';
import { PhoneNumber, Time } from '../kit/values.tsx';
import { Badge, ProblemBox } from '../kit/words.tsx';
import { hrefOf } from '../router.ts';
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
  return (
    <ul class="records" aria-label={label}>
      {notifications.map((notification) => (
        <Item
          key={notification.id}
          notification={notification}
          onChange={onChange}
          withCall={withCall}
        />
      ))}
    </ul>
  );
}

function Item({
  notification,
  onChange,
  withCall,
}: {
  readonly notification: NotificationView;
  readonly onChange: (notification: NotificationView) => void;
  readonly withCall: boolean;
}): VNode {
  const { id, state, type, account, callref, url, createdAt, attempts } = notification;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const resend = async (): Promise<void> => {
    setBusy(true);
    const answer = await post<NotificationView>(`notifications/${encodeURIComponent(id)}/resend`);
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    toast(t.notifications.resent);
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
        {state !== 'pending' && (
          <Button small icon={RetryIcon} busy={busy} onClick={() => void resend()}>
            {t.notifications.resend}
            <span class="unseen"> {type}</span>
          </Button>
        )}
      </div>
      <code class="record-url small">{url}</code>
      <ProblemBox problem={problem} />
      {attempts.length === 0 ? (
        <p class="small soft">{t.notifications.noAttempt}</p>
      ) : (
        <details>
          <summary class="small">
            {plural(attempts.length, t.notifications.attempts)} · {resultText(attempts.at(-1)!)}
          </summary>
          <ol class="attempts">
            {attempts.map((attempt, index) => (
              <Attempt key={`${index}-${attempt.at}`} attempt={attempt} number={index + 1} />
            ))}
          </ol>
        </details>
      )}
    </li>
  );
}

function Attempt({
  attempt,
  number,
}: {
  readonly attempt: AttemptView;
  readonly number: number;
}): VNode {
  const good = arrived(attempt);
  return (
    <li class="stack tight">
      <span class="row tight">
        <strong class="small">{t.notifications.attemptNumber(number)}</strong>
        <Badge tone={good ? 'good' : 'bad'}>{resultText(attempt)}</Badge>
        <span class="small soft number">
          <Time at={attempt.at} clock /> · {latencyText(attempt.ms)}
        </span>
      </span>
      {!good && attempt.error !== null && (
        // The server's own sentence, which knows the particulars, is in English.
        <span class="small soft anywhere" lang="en">
          {attempt.error}
        </span>
      )}
    </li>
  );
}

function arrived({ status, failure, error }: AttemptView): boolean {
  return failure === null && error === null && status !== null && status >= 200 && status < 300;
}

/** What came of a try, in a few words. */
export function resultText(attempt: AttemptView): string {
  const { status, failure } = attempt;
  if (arrived(attempt)) return t.notifications.accepted(status!);
  if (status !== null && failure !== 'redirect') return t.notifications.answered(status);
  const words = t.notifications.failures;
  return failure !== null && Object.hasOwn(words, failure)
    ? words[failure]!
    : t.notifications.failed;
}
