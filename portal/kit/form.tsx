// Fields of forms: label, hint and error are tied to the control, so that a screen reader reads them with
// it. They keep nothing: value and change belong to the page. No field cuts what is typed or pasted: what is
// too long is said.

import type { ComponentChildren, RefObject, TargetedEvent, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { BadIcon } from './icons.tsx';

/** What a control needs to belong to its field. */
export interface FieldTies {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': 'true' | undefined;
}

interface FieldWords {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  /** In words; absent or empty where nothing is wrong. */
  readonly error?: string | undefined;
}

/** Any control with its label, hint and error. */
export function Field({
  label,
  hint,
  error = '',
  children,
}: FieldWords & { readonly children: (ties: FieldTies) => ComponentChildren }): VNode {
  const id = useId();
  const described = [hint === undefined ? '' : `${id}-hint`, error === '' ? '' : `${id}-error`];
  const ties: FieldTies = {
    id,
    'aria-describedby': described.join(' ').trim() || undefined,
    'aria-invalid': error === '' ? undefined : 'true',
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {hint !== undefined && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {children(ties)}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}

/** Controls that belong together, with the error of all of them. */
export function Group({
  legend,
  error = '',
  children,
}: {
  readonly legend: ComponentChildren;
  readonly error?: string;
  readonly children: ComponentChildren;
}): VNode {
  const id = useId();
  return (
    <fieldset
      class="stack tight"
      tabIndex={error === '' ? undefined : -1}
      data-invalid={error === '' ? undefined : 'true'}
      aria-describedby={error === '' ? undefined : id}
    >
      <legend class="field-label">{legend}</legend>
      {children}
      <FieldError id={id} error={error} />
    </fieldset>
  );
}

/** The line below a control. It is always there, so that a new error is read aloud. */
export function FieldError({ id, error }: { readonly id: string; readonly error: string }): VNode {
  return (
    <div id={id} aria-live="polite">
      {error !== '' && (
        <span class="field-error">
          <BadIcon />
          <span class="anywhere">{error}</span>
        </span>
      )}
    </div>
  );
}

interface TextProps extends FieldWords {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly disabled?: boolean;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly name?: string;
  /** For URLs, patterns and keys: fixed pitch, no spelling help. */
  readonly code?: boolean;
}

export interface TextInputProps extends TextProps {
  readonly type?: 'text' | 'password' | 'search' | 'url' | 'tel' | 'date' | 'datetime-local';
  readonly autocomplete?: string;
  readonly inputMode?: 'numeric' | 'url' | 'tel';
  readonly inputRef?: RefObject<HTMLInputElement | null>;
}

export function TextInput(props: TextInputProps): VNode {
  const { label, hint, error, inputRef, type = 'text', autocomplete = 'off', inputMode } = props;
  return (
    <Field label={label} hint={hint} error={error}>
      {(ties) => {
        const control = {
          ...ties,
          ...controlOf(props),
          ref: inputRef,
          autocomplete,
          inputMode,
          onInput: (event: TargetedEvent<HTMLInputElement>) =>
            props.onInput(event.currentTarget.value),
        };
        // The types of Preact tie roles to each type of input: one union will not do.
        switch (type) {
          case 'password':
            return <input {...control} type="password" />;
          case 'date':
            // Without it Chromium takes years of six digits.
            return <input {...control} type="date" max="9999-12-31" />;
          case 'datetime-local':
            return <input {...control} type="datetime-local" max="9999-12-31T23:59" />;
          case 'search':
            return <input {...control} type="search" />;
          case 'url':
            return <input {...control} type="url" />;
          case 'tel':
            return <input {...control} type="tel" />;
          default:
            return <input {...control} type="text" />;
        }
      }}
    </Field>
  );
}

export function Textarea(
  props: TextProps & {
    readonly rows?: number;
    readonly inputRef?: RefObject<HTMLTextAreaElement | null>;
  },
): VNode {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(ties) => (
        <textarea
          {...ties}
          {...controlOf(props)}
          ref={props.inputRef}
          rows={props.rows ?? 3}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function Select({
  value,
  onChange,
  options,
  disabled,
  ...words
}: FieldWords & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly disabled?: boolean;
}): VNode {
  return (
    <Field {...words}>
      {(ties) => (
        <select
          {...ties}
          class="input"
          disabled={disabled}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export const Checkbox = (props: CheckProps): VNode => <Check {...props} kind="checkbox" />;

/** On or off with effect at once or on saving: a check box that looks like a switch. */
export const Switch = (props: CheckProps): VNode => <Check {...props} kind="switch" />;

/** One of several; all with one `name` in a `fieldset` with its `legend`. */
export const Radio = (props: CheckProps & { readonly name: string }): VNode => (
  <Check {...props} kind="radio" />
);

function Check({
  label,
  hint,
  checked,
  onChange,
  disabled,
  kind,
  name,
}: CheckProps & { readonly kind: 'checkbox' | 'switch' | 'radio'; readonly name?: string }): VNode {
  const id = useId();
  const control = {
    name,
    checked,
    disabled,
    'aria-labelledby': `${id}-label`,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
    onChange: (event: TargetedEvent<HTMLInputElement>) => onChange(event.currentTarget.checked),
  };
  return (
    <label class={kind === 'switch' ? 'check switch' : 'check'}>
      {kind === 'radio' ? (
        <input {...control} type="radio" />
      ) : (
        <input {...control} type="checkbox" role={kind === 'switch' ? 'switch' : undefined} />
      )}
      <span class="check-words">
        <strong id={`${id}-label`}>{label}</strong>
        {hint !== undefined && (
          <span class="field-hint" id={`${id}-hint`}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

function controlOf(props: TextProps): {
  class: string;
  value: string;
  disabled: boolean | undefined;
  placeholder: string | undefined;
  required: boolean | undefined;
  name: string | undefined;
  spellcheck: boolean | undefined;
  autocapitalize: 'off' | undefined;
} {
  const { value, disabled, placeholder, required, name, code = false } = props;
  return {
    class: code ? 'input mono' : 'input',
    value,
    disabled,
    placeholder,
    required,
    name,
    spellcheck: code ? false : undefined,
    autocapitalize: code ? 'off' : undefined,
  };
}
