// The choice of a line: from a list where the lines are few, else typed. Calls, notifications and the
// developer's page filter by it.

import type { VNode } from 'preact';
import { t } from '../i18n/i18n.ts';
import { phoneText } from '../i18n/format.ts';
import { Select, TextInput } from '../kit/form.tsx';
import { useMe } from '../session.ts';
import { useFewLines } from './short-listing.ts';

export function LineChoice({
  value,
  onChange,
  error,
  all = true,
}: {
  readonly value: string;
  readonly onChange: (line: string) => void;
  readonly error?: string;
  /** Whether "all lines" is a choice. */
  readonly all?: boolean;
}): VNode {
  const { server } = useMe();
  const lines = useFewLines(true);
  if (lines === null || (value !== '' && lines.every(({ number }) => number !== value))) {
    return (
      <TextInput
        label={t.calls.line}
        placeholder={t.calls.lineHint}
        type="search"
        inputMode="tel"
        value={value}
        onInput={onChange}
        error={error}
      />
    );
  }
  return (
    <Select
      label={t.calls.line}
      value={value}
      onChange={onChange}
      error={error}
      options={[
        ...(all || value === '' ? [{ value: '', label: all ? t.calls.allLines : '–' }] : []),
        ...lines.map(({ number, title }) => ({
          value: number,
          label: [phoneText(number, server.country), title]
            .filter((text) => text !== '')
            .join(' · '),
        })),
      ]}
    />
  );
}
