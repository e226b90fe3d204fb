// The dialog that copies a line's saved settings to other lines: which settings, which lines.

import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Copied, CopySettings, LineView } from '../../src/web/api/schemas.ts';
import { post } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, toast } from '../kit/dialog.tsx';
import { Checkbox, Group } from '../kit/form.tsx';
import { fieldError, ProblemBox } from '../kit/words.tsx';
import { focusFirstFault } from './first-fault.ts';
import { LineChooser } from './line-chooser.tsx';

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
  const body = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);

  const apply = async (): Promise<void> => {
    setTried(true);
    setProblem(null);
    if (settings.length === 0 || to.length === 0) focusFirstFault(body.current);
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
      <div class="stack" ref={body}>
        <Group
          legend={t.cti.applySettings}
          error={tried && settings.length === 0 ? t.cti.applyChooseSetting : ''}
        >
          {COPYABLE.map((setting) => (
            <Checkbox
              key={setting}
              label={t.cti.copied[setting]}
              checked={settings.includes(setting)}
              onChange={(on) => setSettings(toggled(settings, setting, on))}
            />
          ))}
        </Group>
        <Group
          legend={t.cti.applyLines}
          error={
            fieldError(problem, 'to') || (tried && to.length === 0 ? t.cti.applyChooseLine : '')
          }
        >
          <LineChooser
            but={line.number}
            isChosen={(number) => to.includes(number)}
            onToggle={(number, on) => setTo(toggled(to, number, on))}
          />
          <p class="small soft" role="status">
            {to.length > 0 && plural(to.length, t.cti.selected)}
          </p>
        </Group>
      </div>
      {fieldError(problem, 'to') === '' && <ProblemBox problem={problem} />}
    </Dialog>
  );
}

function toggled<T>(chosen: readonly T[], item: T, on: boolean): T[] {
  const others = chosen.filter((each) => each !== item);
  return on ? [...others, item] : others;
}
