// The dialog that copies a line's saved settings to other lines: which settings, which lines.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Copied, CopySettings, LineItem, LineView } from '../../src/web/api/schemas.ts';
import { post, withQuery } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, toast } from '../kit/dialog.tsx';
import { Checkbox, TextInput } from '../kit/form.tsx';
import { PhoneNumber } from '../kit/values.tsx';
import { Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useListing, useSettled } from '../reading.ts';

type Copyable = CopySettings['settings'][number];

const COPYABLE: readonly Copyable[] = [
  'notificationUrl',
  'sourceIp',
  'buzzeeUrl',
  'api',
  'origins',
];

export function CopySettingsDialog({
  line,
  onClose,
}: {
  readonly line: LineView;
  readonly onClose: () => void;
}): VNode {
  const [settings, setSettings] = useState<readonly Copyable[]>(['notificationUrl']);
  const [to, setTo] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);

  const apply = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (settings.length === 0 || to.length === 0 || busy) return;
    setBusy(true);
    const answer = await post<Copied>(`lines/${line.number}/copy`, { to, settings });
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    toast(plural(answer.value.copied.length, t.cti.applied));
    onClose();
  };

  return (
    <Dialog
      title={t.cti.apply}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t.kit.cancel}</Button>
          <Button look="primary" busy={busy} onClick={() => void apply()}>
            {to.length === 0 ? t.cti.apply : plural(to.length, t.cti.applyAction)}
          </Button>
        </>
      }
    >
      <p class="soft">{t.cti.applyLead}</p>
      <fieldset>
        <legend class="field-label">{t.cti.applySettings}</legend>
        {COPYABLE.map((setting) => (
          <Checkbox
            key={setting}
            label={t.cti.copied[setting]}
            checked={settings.includes(setting)}
            onChange={(on) => setSettings(toggled(settings, setting, on))}
          />
        ))}
      </fieldset>
      <LineChooser but={line.number} chosen={to} onChange={setTo} />
      <div aria-live="polite" class="stack tight">
        {tried && settings.length === 0 && <Note tone="bad">{t.cti.applyChooseSetting}</Note>}
        {tried && to.length === 0 && <Note tone="bad">{t.cti.applyChooseLine}</Note>}
      </div>
      <ProblemBox problem={problem} />
    </Dialog>
  );
}

function LineChooser({
  but,
  chosen,
  onChange,
}: {
  readonly but: string;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}): VNode {
  const [typed, setTyped] = useState('');
  const list = useListing<LineItem>(withQuery('lines', { q: useSettled(typed.trim(), 250) }));
  const others = list.items?.filter(({ number }) => number !== but) ?? null;
  return (
    <fieldset class="stack tight">
      <legend class="field-label">{t.cti.applyLines}</legend>
      <TextInput
        type="search"
        label={t.lines.search}
        placeholder={t.lines.searchHint}
        value={typed}
        onInput={setTyped}
      />
      <ProblemBox problem={list.problem} retry={list.reload} />
      <div class="chooser" tabIndex={0} role="group" aria-label={t.cti.applyLines}>
        {others === null && list.problem === null && <Skeleton />}
        {others?.length === 0 && (
          <p class="soft">{typed === '' ? t.cti.applyNoOther : t.lines.noneFound}</p>
        )}
        {others?.map(({ number, title }) => (
          <Checkbox
            key={number}
            label={
              <>
                <PhoneNumber number={number} /> {title}
              </>
            }
            checked={chosen.includes(number)}
            onChange={(on) => onChange(toggled(chosen, number, on))}
          />
        ))}
        {list.more !== null && (
          <Button small onClick={list.more} busy={list.loading}>
            {t.kit.more}
          </Button>
        )}
      </div>
      <p class="small soft" role="status">
        {chosen.length > 0 && plural(chosen.length, t.cti.selected)}
      </p>
    </fieldset>
  );
}

function toggled<T>(chosen: readonly T[], item: T, on: boolean): T[] {
  const others = chosen.filter((each) => each !== item);
  return on ? [...others, item] : others;
}
