// Adding and changing a further destination of a line: its settings, each with the server's sentence where
// it is wrong, and what it would be sent. The list is destinations.tsx.

import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DestinationChanged, DestinationView } from '../../src/web/api/destination-schemas.ts';
import { patch, post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { insertKeyword } from '../cti-draft.ts';
import {
  destinationChanges,
  DIRECTIONS,
  draftOfDestination,
  EMPTY_DRAFT,
  EVENT_TYPES,
  FORMATS,
  numbersIn,
  settingsOfDraft,
  withType,
} from '../destination-draft.ts';
import type { DestinationDraft } from '../destination-draft.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Checkbox, Group, Radio, Select, Switch, Textarea, TextInput } from '../kit/form.tsx';
import { fieldError, ProblemBox } from '../kit/words.tsx';
import { KeywordButtons } from './cti-notify.tsx';
import { PreviewList, previewFault, useDestinationPreview } from './destination-preview.tsx';
import { FaultForm } from './fault-form.tsx';

const FIELDS = ['title', 'url', 'format', 'direction', 'types', 'numbers'];

export function DestinationDialog({
  line,
  destination,
  onClose,
  onSaved,
}: {
  readonly line: string;
  /** Null: a new one. */
  readonly destination: DestinationView | null;
  readonly onClose: () => void;
  readonly onSaved: (changed: DestinationChanged) => void;
}): VNode {
  const id = destination?.id ?? null;
  const [draft, setDraft] = useState(() =>
    destination === null ? EMPTY_DRAFT : draftOfDestination(destination),
  );
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const previewed = useDestinationPreview(line, id, draft);
  const set = (change: Partial<DestinationDraft>): void => {
    setDraft((old) => ({ ...old, ...change }));
    setProblem(null);
  };
  const errorAt = (field: string): string =>
    fieldError(problem, field) || previewFault(previewed, field, id, draft);

  const save = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await (destination === null
      ? post<DestinationChanged>(`lines/${line}/destinations`, settingsOfDraft(draft))
      : patch<DestinationChanged>(
          `lines/${line}/destinations/${destination.id}`,
          destinationChanges(draft, destination),
        ));
    setBusy(false);
    if (answer.ok) onSaved(answer.value);
    else setProblem(answer.problem);
  };
  const isAtField = problem?.errors?.every(({ field }) => FIELDS.includes(field)) === true;
  return (
    <Dialog
      title={destination === null ? t.destinations.add : t.destinations.change}
      onClose={onClose}
    >
      <FaultForm send={save}>
        <Group legend={t.destinations.format} error={errorAt('format')}>
          {FORMATS.map((format) => (
            <Radio
              key={format}
              name="destination-format"
              label={t.destinations.formats[format]}
              hint={t.destinations.formatHints[format]}
              checked={draft.format === format}
              onChange={() => set({ format })}
            />
          ))}
        </Group>
        <UrlField draft={draft} set={set} error={errorAt('url')} />
        <TextInput
          label={t.destinations.name}
          hint={t.destinations.nameHint}
          value={draft.title}
          onInput={(title) => set({ title })}
          error={errorAt('title')}
        />
        <Filters draft={draft} set={set} errorAt={errorAt} />
        <Switch
          label={t.destinations.enabled}
          hint={t.destinations.enabledHint}
          checked={draft.enabled}
          onChange={(enabled) => set({ enabled })}
        />
        <PreviewList url={draft.url} previewed={previewed} />
        {!isAtField && <ProblemBox problem={problem} />}
        <div class="form-foot">
          <Button type="submit" look="primary" busy={busy}>
            {destination === null ? t.destinations.addAction : t.kit.save}
          </Button>
          <Button onClick={onClose}>{t.kit.cancel}</Button>
        </div>
      </FaultForm>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: DestinationDraft;
  readonly set: (change: Partial<DestinationDraft>) => void;
}

function UrlField({ draft, set, error }: PartProps & { readonly error: string }): VNode {
  const input = useRef<HTMLTextAreaElement>(null);
  const insert = (keyword: string): void => {
    const area = input.current;
    if (area === null) return;
    const typed = insertKeyword(draft.url, area.selectionStart, area.selectionEnd, keyword);
    set({ url: typed.text });
    requestAnimationFrame(() => {
      area.focus();
      area.setSelectionRange(typed.cursor, typed.cursor);
    });
  };
  return (
    <>
      <Textarea
        label={t.destinations.url}
        hint={t.destinations.urlHints[draft.format]}
        code
        rows={2}
        inputRef={input}
        value={draft.url}
        // A URL has no line breaks: Enter and a pasted break leave none behind.
        onInput={(text) => set({ url: text.replace(/[\r\n]+/g, '') })}
        error={error}
      />
      {draft.format === 'get' && <KeywordButtons insert={insert} />}
    </>
  );
}

/** Which calls, which events, which other parties. */
function Filters({
  draft,
  set,
  errorAt,
}: PartProps & { readonly errorAt: (field: string) => string }): VNode {
  const read = numbersIn(draft.numbers);
  return (
    <>
      <Select
        label={t.destinations.direction}
        value={draft.direction}
        onChange={(chosen) => {
          const direction = DIRECTIONS.find((each) => each === chosen);
          if (direction !== undefined) set({ direction });
        }}
        options={DIRECTIONS.map((each) => ({
          value: each,
          label: t.destinations.directions[each],
        }))}
        error={errorAt('direction')}
      />
      <Group
        legend={t.destinations.types}
        error={errorAt('types') || (draft.types.length === 0 ? t.destinations.typesMissing : '')}
      >
        {EVENT_TYPES.map((type) => (
          <Checkbox
            key={type}
            label={type}
            hint={t.destinations.typeWords[type]}
            checked={draft.types.includes(type)}
            onChange={(on) => set({ types: withType(draft.types, type, on) })}
          />
        ))}
      </Group>
      <Textarea
        label={t.destinations.numbers}
        hint={t.destinations.numbersHint}
        code
        rows={2}
        value={draft.numbers}
        onInput={(numbers) => set({ numbers })}
        error={errorAt('numbers')}
      />
      <p class="small soft anywhere" role="status">
        {read.length > 0 && errorAt('numbers') === '' && t.destinations.numbersRead(some(read))}
      </p>
    </>
  );
}

const MOST_SHOWN = 20;

function some(numbers: readonly string[]): string {
  const shown = numbers.slice(0, MOST_SHOWN).join(', ');
  return numbers.length > MOST_SHOWN ? `${shown}, …` : shown;
}
