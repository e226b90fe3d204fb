// The tries of one notification: when, how long, at which address, what came of it in words, and the beginning
// of the answer, folded, as the plain text that it is. notification-list.tsx draws them.

import type { VNode } from 'preact';
import type { AttemptView } from '../../src/web/api/schemas.ts';
import { latencyText, plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Time } from '../kit/values.tsx';
import { Badge } from '../kit/words.tsx';
import './records.css';

/** Folded behind how many they are and what came of the last one. */
export function Attempts({ attempts }: { readonly attempts: readonly AttemptView[] }): VNode {
  return (
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
  );
}

function Attempt({
  attempt,
  number,
}: {
  readonly attempt: AttemptView;
  readonly number: number;
}): VNode {
  const { at, ms, address, error, answer } = attempt;
  const good = arrived(attempt);
  return (
    <li class="stack tight">
      <span class="row tight">
        <strong class="small">{t.notifications.attemptNumber(number)}</strong>
        <Badge tone={good ? 'good' : 'bad'}>{resultText(attempt)}</Badge>
        <span class="small soft number">
          <Time at={at} clock /> · {latencyText(ms)}
        </span>
        {address !== null && (
          <span class="small soft anywhere">{t.notifications.connectedTo(address)}</span>
        )}
      </span>
      {!good && error !== null && (
        // The server's own sentence, which knows the particulars, is in English.
        <span class="small soft anywhere" lang="en">
          {error}
        </span>
      )}
      {answer !== null && answer !== '' && (
        <Folded
          title={t.notifications.answer}
          label={t.notifications.answerOf(number)}
          text={answer}
        />
      )}
    </li>
  );
}

/** A text that was sent or received, folded. It scrolls, so it can be reached by keyboard. */
export function Folded({
  title,
  label,
  text,
}: {
  readonly title: string;
  /** For screen readers. */
  readonly label: string;
  readonly text: string;
}): VNode {
  return (
    <details>
      <summary class="small">{title}</summary>
      <pre class="code-block small" role="group" tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </details>
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
