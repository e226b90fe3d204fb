// A list of lines with check boxes and a search, read page by page: for who copies settings to lines, and
// for who gives lines to a user or a token. What is chosen belongs to the form around it.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { LineItem } from '../../src/web/api/schemas.ts';
import { withQuery } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { tooLong } from '../i18n/message.ts';
import { Button } from '../kit/button.tsx';
import { Checkbox, TextInput } from '../kit/form.tsx';
import { PhoneNumber } from '../kit/values.tsx';
import { ProblemBox, Skeleton } from '../kit/words.tsx';
import { useListing, useSettled } from '../reading.ts';
import { LONGEST_SEARCH } from './short-listing.ts';

export function LineChooser({
  but = '',
  customer = '',
  isChosen,
  onToggle,
}: {
  /** A line that is no choice. */
  readonly but?: string;
  /** Whose lines; empty: all that one may see. */
  readonly customer?: string;
  readonly isChosen: (number: string) => boolean;
  readonly onToggle: (number: string, on: boolean) => void;
}): VNode {
  const [typed, setTyped] = useState('');
  const fault = tooLong(typed.trim(), LONGEST_SEARCH);
  const q = useSettled(fault === '' ? typed.trim() : '', 250);
  const list = useListing<LineItem>(withQuery('lines', { q, customer }));
  const lines = list.items?.filter(({ number }) => number !== but) ?? null;
  return (
    <div class="stack tight">
      <TextInput
        type="search"
        label={t.lines.search}
        placeholder={t.lines.searchHint}
        value={typed}
        onInput={setTyped}
        error={fault}
      />
      <ProblemBox problem={list.problem} retry={list.reload} />
      <div class="chooser" tabIndex={0} role="group" aria-label={t.admin.pickLines}>
        {lines === null && list.problem === null && <Skeleton />}
        {lines?.length === 0 && (
          <p class="soft">{typed === '' ? t.cti.applyNoOther : t.lines.noneFound}</p>
        )}
        {lines?.map(({ number, title }) => (
          <Checkbox
            key={number}
            label={
              <>
                <PhoneNumber number={number} /> <span class="anywhere">{title}</span>
              </>
            }
            checked={isChosen(number)}
            onChange={(on) => onToggle(number, on)}
          />
        ))}
        {list.more !== null && (
          <Button small onClick={list.more} busy={list.loading}>
            {t.kit.more}
          </Button>
        )}
      </div>
    </div>
  );
}
