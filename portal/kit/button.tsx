// Buttons, and links that look like them. A button that waits says so and takes no second press.

import type { ButtonHTMLAttributes, ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import { CheckIcon, CopyIcon } from './icons.tsx';

export type Look = 'primary' | 'plain' | 'quiet' | 'danger';

interface Looks {
  readonly look?: Look;
  readonly small?: boolean;
  /** A component of icons.tsx, before the words. */
  readonly icon?: () => VNode;
  /** The words; with `iconOnly` they are the label that screen readers read. */
  readonly children: ComponentChildren;
  readonly iconOnly?: boolean;
}

export type ButtonProps = Looks & {
  readonly onClick?: () => void;
  readonly type?: 'button' | 'submit';
  readonly busy?: boolean;
  readonly disabled?: boolean;
} & Pick<
    ButtonHTMLAttributes,
    | 'aria-expanded'
    | 'aria-controls'
    | 'aria-describedby'
    | 'aria-pressed'
    | 'title'
    | 'id'
    | 'class'
  >;

export function Button(props: ButtonProps): VNode {
  const {
    icon,
    iconOnly,
    children,
    busy = false,
    disabled = false,
    onClick,
    type = 'button',
  } = props;
  const off = busy || disabled;
  return (
    <button
      type={type}
      id={props.id}
      title={props.title}
      aria-expanded={props['aria-expanded']}
      aria-controls={props['aria-controls']}
      aria-describedby={props['aria-describedby']}
      aria-pressed={props['aria-pressed']}
      class={buttonClass(props)}
      // Not `disabled`: the button keeps the focus, and can be found and explained.
      aria-disabled={off ? 'true' : undefined}
      aria-busy={busy ? 'true' : undefined}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.();
      }}
    >
      <Inside icon={icon} iconOnly={iconOnly} words={busy ? t.kit.wait : children} />
    </button>
  );
}

export function ButtonLink({
  href,
  download,
  ...looks
}: Looks & { readonly href: string; readonly download?: string }): VNode {
  return (
    <a class={buttonClass(looks)} href={href} download={download}>
      <Inside icon={looks.icon} iconOnly={looks.iconOnly} words={looks.children} />
    </a>
  );
}

/** Copies a text; says so in the button and to screen readers. */
export function CopyButton({
  text,
  label,
  words = false,
}: {
  readonly text: string;
  /** What is copied, for the label: `le mot de passe`. */
  readonly label: string;
  /** With words beside the icon. */
  readonly words?: boolean;
}): VNode {
  const [copied, setCopied] = useState(false);
  const timer = useRef<number>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async (): Promise<void> => {
    if (!(await copyText(text))) return;
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setCopied(false), 2000);
  };
  return (
    <>
      <Button
        look="quiet"
        small
        iconOnly={!words}
        icon={copied ? CheckIcon : CopyIcon}
        title={t.kit.copy(label)}
        onClick={() => void copy()}
      >
        {words ? (copied ? t.kit.copied : t.kit.copyWord) : t.kit.copy(label)}
      </Button>
      <span class="unseen" role="status">
        {copied ? t.kit.copied : ''}
      </span>
    </>
  );
}

// Over plain http from another machine a browser has no clipboard for pages: the old way still works.
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'unseen';
    const before = document.activeElement;
    // Inside an open dialog only its own elements can be selected.
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
}

function buttonClass({ look = 'plain', small = false, iconOnly = false }: Looks): string {
  const classes = ['button'];
  if (look !== 'plain') classes.push(`is-${look}`);
  if (small) classes.push('is-small');
  if (iconOnly) classes.push('is-icon');
  return classes.join(' ');
}

function Inside({
  icon: Icon,
  iconOnly = false,
  words,
}: {
  readonly icon: (() => VNode) | undefined;
  readonly iconOnly: boolean | undefined;
  readonly words: ComponentChildren;
}): VNode {
  return (
    <>
      {Icon !== undefined && <Icon />}
      {iconOnly ? <span class="unseen">{words}</span> : words}
    </>
  );
}
