// What is told to the reader: states, notes, problems, empty lists, waiting. A tone is never told by its
// colour alone: each has its icon and its words.

import type { ComponentChildren, VNode } from 'preact';
import type { MessageView } from '../../src/web/api/schemas.ts';
import type { ApiProblem } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { sentence } from '../i18n/message.ts';
import { Button, CopyButton } from './button.tsx';
import { BadIcon, GoodIcon, InfoIcon, RetryIcon, WarnIcon } from './icons.tsx';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'plain';

const TONE_ICONS = { good: GoodIcon, warn: WarnIcon, bad: BadIcon, info: InfoIcon } as const;

/** A state in one or two words. */
export function Badge({
  tone = 'plain',
  icon,
  children,
}: {
  readonly tone?: Tone;
  readonly icon?: () => VNode;
  readonly children: ComponentChildren;
}): VNode {
  const Icon = icon ?? (tone === 'plain' ? undefined : TONE_ICONS[tone]);
  return (
    <span class={`badge is-${tone}`}>
      {Icon !== undefined && <Icon />}
      <span class="anywhere">{children}</span>
    </span>
  );
}

/** Some sentences in a box. `live` lets screen readers read it when it appears. */
export function Note({
  tone = 'info',
  title,
  live = false,
  children,
}: {
  readonly tone?: Tone;
  readonly title?: ComponentChildren;
  readonly live?: boolean;
  readonly children?: ComponentChildren;
}): VNode {
  const Icon = tone === 'plain' ? InfoIcon : TONE_ICONS[tone];
  return (
    <div class={`note is-${tone}`} role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}>
      <Icon />
      <div class="note-words">
        {title !== undefined && <div class="note-title">{title}</div>}
        {children}
      </div>
    </div>
  );
}

/** Messages of the server, each a note. */
export function Messages({
  messages,
  tone = 'warn',
}: {
  readonly messages: readonly MessageView[];
  readonly tone?: Tone;
}): VNode {
  return (
    <>
      {messages.map((message) => (
        <Note key={message.text} tone={tone}>
          {sentence(message)}
        </Note>
      ))}
    </>
  );
}

/** What a failed request says; `retry` offers to try again. */
export function ProblemBox({
  problem,
  retry,
}: {
  readonly problem: ApiProblem | null | undefined;
  readonly retry?: () => void;
}): VNode | null {
  if (problem === null || problem === undefined || problem.code === 'aborted') return null;
  return (
    <Note tone="bad" live title={problemText(problem)}>
      {retry !== undefined && (
        <div>
          <Button small icon={RetryIcon} onClick={retry}>
            {t.kit.retry}
          </Button>
        </div>
      )}
    </Note>
  );
}

/** The problem in words: what is wrong with each field, else the whole. */
export function problemText({ code, detail, values, errors = [] }: ApiProblem): string {
  if (errors.length > 0) return errors.map(sentence).join(' ');
  return sentence({ code, text: detail, ...(values === undefined ? {} : { values }) });
}

/** What is wrong with one field; empty where nothing is. */
export function fieldError(problem: ApiProblem | null, field: string): string {
  if (problem === null) return '';
  const own = problem.errors?.find((error) => error.field === field);
  return own === undefined ? '' : sentence(own);
}

export function Empty({
  icon: Icon = InfoIcon,
  title,
  children,
}: {
  readonly icon?: () => VNode;
  readonly title: string;
  readonly children?: ComponentChildren;
}): VNode {
  return (
    <div class="empty">
      <Icon />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey bars while something is read. */
export function Skeleton({ rows = 3 }: { readonly rows?: number }): VNode {
  return (
    <div class="stack" role="status">
      <span class="unseen">{t.kit.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} class="skeleton" aria-hidden="true" />
      ))}
    </div>
  );
}

/** A password or token that is shown this once. */
export function Secret({
  value,
  label,
}: {
  readonly value: string;
  readonly label: string;
}): VNode {
  return (
    <div class="stack tight">
      <div class="secret">
        <code aria-label={label}>{value}</code>
        <CopyButton text={value} label={label} words />
      </div>
      <p class="small soft">{t.kit.shownOnce}</p>
    </div>
  );
}
