// A text that is changed where it stands: Enter or the button saves, Escape leaves it as it was, an error
// is shown beside it and what was typed stays.

import type { ComponentChildren, VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import { Button } from './button.tsx';
import { FieldError } from './form.tsx';
import { CheckIcon, CrossIcon, EditIcon } from './icons.tsx';

export interface EditableTextProps {
  /** What it is, for the labels: `Intitulé`. */
  readonly label: string;
  readonly value: string;
  /** Saves; answers with the error in words, or an empty text. */
  readonly onSave: (value: string) => Promise<string>;
  /** Without it the text is only shown. */
  readonly editable: boolean;
  /** Shown where the value is empty. */
  readonly empty?: ComponentChildren;
  readonly inputMode?: 'numeric';
}

export function EditableText(props: EditableTextProps): VNode {
  const { label, value, editable, empty = t.kit.notSet } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const [error, setError] = useState('');
  const [saving, setSaving] = useState(false);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLSpanElement>(null);
  const editing = typed !== null;

  // Before the next key can come: what is typed at once belongs into the field, and the focus must not
  // fall off the page when the field goes.
  const wasEditing = useRef(false);
  useLayoutEffect(() => {
    if (editing) input.current?.select();
    else if (wasEditing.current) opener.current?.querySelector('button')?.focus();
    wasEditing.current = editing;
  }, [editing]);

  const close = (): void => {
    setTyped(null);
    setError('');
  };
  const save = async (): Promise<void> => {
    const text = (typed ?? '').trim();
    if (text === value) return close();
    setSaving(true);
    const wrong = await props.onSave(text);
    setSaving(false);
    setError(wrong);
    if (wrong === '') close();
    else input.current?.focus();
    return undefined;
  };

  if (!editing) {
    return (
      <span class="edit" ref={opener}>
        <span class={value === '' ? 'soft' : 'anywhere'}>{value === '' ? empty : value}</span>
        {editable && (
          <Button look="quiet" small icon={EditIcon} onClick={() => setTyped(value)}>
            {t.kit.edit}
            <span class="unseen"> {label}</span>
          </Button>
        )}
      </span>
    );
  }
  return (
    <form
      class="edit"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!saving) void save();
      }}
    >
      <input
        ref={input}
        class="input"
        aria-label={label}
        aria-invalid={error === '' ? undefined : 'true'}
        aria-describedby={`${id}-error`}
        value={typed}
        inputMode={props.inputMode}
        autocomplete="off"
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
        }}
      />
      <Button type="submit" look="primary" iconOnly icon={CheckIcon} busy={saving}>
        {t.kit.save}
      </Button>
      <Button iconOnly icon={CrossIcon} onClick={close}>
        {t.kit.cancel}
      </Button>
      <FieldError id={`${id}-error`} error={error} />
    </form>
  );
}
