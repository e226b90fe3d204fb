// Whom else a line's calls are told, besides its notification URL: the list of its further destinations, each
// switched, changed and removed at once; and below it the signing keys of all its places. The dialogs are
// destination-dialog.tsx and key-dialog.tsx.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type {
  DestinationChanged,
  DestinationList,
  DestinationView,
} from '../../src/web/api/destination-schemas.ts';
import type { LineView, MessageView } from '../../src/web/api/schemas.ts';
import { patch } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { destinationName } from '../destination-names.ts';
import { plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { Switch } from '../kit/form.tsx';
import { EditIcon, KeyIcon, NotificationsIcon, TrashIcon } from '../kit/icons.tsx';
import { Card } from '../kit/page.tsx';
import { Badge, Empty, Messages, Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useReading } from '../reading.ts';
import { DestinationDialog } from './destination-dialog.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { SigningKeysCard } from './signing-keys.tsx';
import './records.css';

/** Their names are the same in every language. */
const FORMAT_NAMES = {
  get: 'GET',
  'standard-webhooks': 'Standard Webhooks',
  zammad: 'Zammad',
} as const;

type Open =
  | { readonly kind: 'add' }
  | { readonly kind: 'change' | 'remove' | 'sign'; readonly destination: DestinationView };

/** Both cards, of one reading: a key goes with its destination. */
export function DestinationsPart({ line }: { readonly line: LineView }): VNode {
  const reading = useReading<DestinationList>(`lines/${line.number}/destinations`);
  const { value, problem, reload } = reading;
  useLive((event) => {
    if (event.type === 'reset') reload();
  });
  return (
    <>
      <ProblemBox problem={problem} retry={reload} />
      {value === null ? (
        problem === null && <Skeleton rows={4} />
      ) : (
        <>
          <DestinationsCard line={line.number} list={value} reload={reload} />
          <SigningKeysCard line={line} list={value} reload={reload} />
        </>
      )}
    </>
  );
}

function DestinationsCard({
  line,
  list: { items, most },
  reload,
}: {
  readonly line: string;
  readonly list: DestinationList;
  readonly reload: () => void;
}): VNode {
  const [open, setOpen] = useState<Open | null>(null);
  const [warnings, setWarnings] = useState<readonly MessageView[]>([]);
  const close = (): void => setOpen(null);
  const isFull = items.length >= most;
  const keep = ({ destination, warnings: warned }: DestinationChanged, isNew: boolean): void => {
    toast(isNew ? t.destinations.added : t.destinations.saved);
    setWarnings(warned);
    reload();
    // Its receiver is to verify signatures: the next step is the key.
    const isToSign = isNew && destination.format === 'standard-webhooks';
    setOpen(isToSign ? { kind: 'sign', destination } : null);
  };
  return (
    <Card
      title={t.destinations.title}
      lead={t.destinations.lead}
      actions={
        <span class="row">
          <span class="small soft">{t.destinations.count(items.length, most)}</span>
          <Button disabled={isFull} onClick={() => setOpen({ kind: 'add' })}>
            {t.destinations.add}
          </Button>
        </span>
      }
    >
      <div class="stack">
        {isFull && <Note>{t.destinations.full(most)}</Note>}
        {items.length === 0 ? (
          <Empty icon={NotificationsIcon} title={t.destinations.none}>
            <p>{t.destinations.noneText}</p>
          </Empty>
        ) : (
          <ul class="records" aria-label={t.destinations.list}>
            {items.map((destination) => (
              <Item
                key={destination.id}
                destination={destination}
                onOpen={setOpen}
                onChanged={reload}
              />
            ))}
          </ul>
        )}
        <Messages messages={warnings} />
      </div>
      {(open?.kind === 'add' || open?.kind === 'change') && (
        <DestinationDialog
          line={line}
          destination={open.kind === 'change' ? open.destination : null}
          onClose={close}
          onSaved={(changed) => keep(changed, open.kind === 'add')}
        />
      )}
      {open?.kind === 'sign' && (
        <KeyDialog
          line={line}
          place={open.destination.id}
          name={destinationName(open.destination)}
          before={null}
          onMade={reload}
          onClose={close}
        />
      )}
      {open?.kind === 'remove' && (
        <RemoveDialog
          title={t.destinations.removeTitle(destinationName(open.destination))}
          text={t.destinations.removeText}
          path={`lines/${line}/destinations/${open.destination.id}`}
          done={t.destinations.removed}
          onRemoved={reload}
          onClose={close}
        />
      )}
    </Card>
  );
}

function Item({
  destination,
  onOpen,
  onChanged,
}: {
  readonly destination: DestinationView;
  readonly onOpen: (open: Open) => void;
  readonly onChanged: () => void;
}): VNode {
  const { id, line, url, format, enabled, direction, types, numbers, key } = destination;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const name = destinationName(destination);
  const whose = <span class="unseen"> {name}</span>;
  const turn = async (on: boolean): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await patch<DestinationChanged>(`lines/${line}/destinations/${id}`, {
      enabled: on,
    });
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
        <Button small icon={EditIcon} onClick={() => onOpen({ kind: 'change', destination })}>
          {t.kit.edit}
          {whose}
        </Button>
        <Button small icon={TrashIcon} onClick={() => onOpen({ kind: 'remove', destination })}>
          {t.destinations.remove}
          {whose}
        </Button>
      </div>
      <ProblemBox problem={problem} />
    </li>
  );
}
