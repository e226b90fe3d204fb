// Dialogs and toasts. A dialog is the browser's own: it keeps the focus inside, closes by Escape, and
// gives the focus back. Toasts tell what was done, and never what went wrong: that stays where it happened.

import type { ComponentChildren, VNode } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import { Watched, useWatched } from '../watched.ts';
import { Button } from './button.tsx';
import { CloseIcon } from './icons.tsx';

/** Open as long as it is drawn; `onClose` must stop drawing it. `foot` holds the buttons. */
export function Dialog({
  title,
  onClose,
  foot,
  openerGoes = false,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly foot?: ComponentChildren;
  /** Whether what opened it is about to go, as with a row that is removed: the heading gets the focus. */
  readonly openerGoes?: boolean;
  readonly children: ComponentChildren;
}): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const gone = useRef(false);
  const opener = useRef({ goes: openerGoes });
  opener.current.goes = openerGoes;
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      gone.current = true;
      // While it is open, nothing behind it can take the focus.
      element?.close();
      giveFocusBack(opener.current.goes ? null : before);
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        if (!gone.current) onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button look="quiet" iconOnly icon={CloseIcon} onClick={onClose}>
          {t.kit.close}
        </Button>
      </div>
      <div class="dialog-body stack">{children}</div>
      {foot !== undefined && <div class="dialog-foot">{foot}</div>}
    </dialog>
  );
}

/** To what opened the dialog; where that is gone, to the page's heading. */
function giveFocusBack(before: Element | null): void {
  const there = before instanceof HTMLElement && before.isConnected && before !== document.body;
  const to = there ? before : document.querySelector<HTMLElement>('h1');
  to?.focus({ preventScroll: !there });
}

/** A question with two answers; the dangerous one is named by what it does. */
export function Confirm({
  title,
  action,
  danger = false,
  busy = false,
  openerGoes = false,
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string;
  readonly action: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly openerGoes?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      openerGoes={openerGoes}
      foot={
        <>
          <Button onClick={onClose}>{t.kit.cancel}</Button>
          <Button look={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}

interface ToastWords {
  readonly id: number;
  readonly text: string;
}

const toasts = new Watched<readonly ToastWords[]>([]);
let lastToast = 0;

/** Says for six seconds what was done. The same again takes the place of the one that says it already. */
export function toast(text: string): void {
  lastToast += 1;
  const id = lastToast;
  const others = toasts.get().filter((each) => each.text !== text);
  toasts.set([...others.slice(-2), { id, text }]);
  setTimeout(() => dismiss(id), 6000);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((each) => each.id !== id));
}

/** Where toasts appear; drawn once, by the frame. */
export function Toasts(): VNode {
  const shown = useWatched(toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text }) => (
        <div key={id} class="toast">
          <span class="grow">{text}</span>
          <Button look="quiet" small iconOnly icon={CloseIcon} onClick={() => dismiss(id)}>
            {t.kit.close}
          </Button>
        </div>
      ))}
    </div>
  );
}
