// One further destination in a line's list: what it is told and how, its switch, a test call to it, and the
// buttons that open its dialogs. The list is destinations.tsx.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DestinationChanged, DestinationView } from '../../src/web/api/destination-schemas.ts';
import type { LineView } from '../../src/web/api/schemas.ts';
import { patch } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { destinationName } from '../destination-names.ts';
import { plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { Switch } from '../kit/form.tsx';
import { EditIcon, KeyIcon, PlayIcon, TrashIcon } from '../kit/icons.tsx';
import { Badge, ProblemBox } from '../kit/words.tsx';
import { TestOutcome, useTestCall } from './test-call.tsx';

/** Their names are the same in every language. */
const FORMAT_NAMES = {
  get: 'GET',
  'standard-webhooks': 'Standard Webhooks',
  zammad: 'Zammad',
} as const;

/** One row of the list. A change is asked for by `onOpen`; `onChanged` says that it was switched. */
export function DestinationItem({
  line,
  destination,
  onOpen,
  onChanged,
}: {
  readonly line: LineView;
  readonly destination: DestinationView;
  readonly onOpen: (kind: 'change' | 'remove') => void;
  readonly onChanged: () => void;
}): VNode {
  const { id, url, format, enabled, direction, types, numbers, key } = destination;
  const path = `lines/${line.number}/destinations/${id}`;
  // A result is about the destination as it was tested.
  const test = useTestCall(`${path}/test-notification`, line, JSON.stringify(destination));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const name = destinationName(destination);
  const whose = <span class="unseen"> {name}</span>;
  const turn = async (on: boolean): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await patch<DestinationChanged>(path, { enabled: on });
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok) toast(on ? t.destinations.switchedOn : t.destinations.switchedOff);
    onChanged();
  };
  const words = [
    t.destinations.directions[direction],
    types.length === 3 ? t.destinations.allTypes : types.join(', '),
    numbers.length === 0
      ? t.destinations.allNumbers
      : plural(numbers.length, t.destinations.numberCount),
  ];
  return (
    <li class="stack tight">
      <div class="row">
        <strong class="anywhere">{name}</strong>
        <Badge>{FORMAT_NAMES[format]}</Badge>
        {key === null ? (
          <Badge>{t.destinations.unsigned}</Badge>
        ) : (
          <Badge tone="good" icon={KeyIcon}>
            {t.destinations.signed}
          </Badge>
        )}
        {!enabled && <Badge tone="warn">{t.destinations.off}</Badge>}
      </div>
      <code class="record-url small">{url}</code>
      <p class="small soft">{words.join(' · ')}</p>
      <div class="row">
        <Switch
          label={
            <>
              {t.destinations.on}
              {whose}
            </>
          }
          checked={enabled}
          onChange={(on) => void turn(on)}
        />
        <Button
          small
          icon={PlayIcon}
          busy={test.busy}
          title={t.destinations.testHint}
          onClick={() => void test.run()}
        >
          {t.destinations.test}
          {whose}
        </Button>
        <Button small icon={EditIcon} onClick={() => onOpen('change')}>
          {t.kit.edit}
          {whose}
        </Button>
        <Button small icon={TrashIcon} onClick={() => onOpen('remove')}>
          {t.destinations.remove}
          {whose}
        </Button>
      </div>
      <ProblemBox problem={problem} />
      <TestOutcome test={test} />
    </li>
  );
}
