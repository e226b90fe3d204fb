// Whom else a line's calls are told, besides its notification URL: the list of its further destinations, each
// switched, tested, changed and removed at once; and below it the signing keys of all its places. A row is
// destination-item.tsx, the dialogs are destination-dialog.tsx and key-dialog.tsx.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type {
  DestinationChanged,
  DestinationList,
  DestinationView,
} from '../../src/web/api/destination-schemas.ts';
import type { LineView, MessageView } from '../../src/web/api/schemas.ts';
import { destinationName } from '../destination-names.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { toast } from '../kit/dialog.tsx';
import { NotificationsIcon } from '../kit/icons.tsx';
import { Card } from '../kit/page.tsx';
import { Empty, Messages, Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { useReading } from '../reading.ts';
import { DestinationDialog } from './destination-dialog.tsx';
import { DestinationItem } from './destination-item.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { SigningKeysCard } from './signing-keys.tsx';
import './records.css';

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
          <DestinationsCard line={line} list={value} reload={reload} />
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
  readonly line: LineView;
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
              <DestinationItem
                key={destination.id}
                line={line}
                destination={destination}
                onOpen={(kind) => setOpen({ kind, destination })}
                onChanged={reload}
              />
            ))}
          </ul>
        )}
        <Messages messages={warnings} />
      </div>
      {(open?.kind === 'add' || open?.kind === 'change') && (
        <DestinationDialog
          line={line.number}
          destination={open.kind === 'change' ? open.destination : null}
          onClose={close}
          onSaved={(changed) => keep(changed, open.kind === 'add')}
        />
      )}
      {open?.kind === 'sign' && (
        <KeyDialog
          line={line.number}
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
          path={`lines/${line.number}/destinations/${open.destination.id}`}
          done={t.destinations.removed}
          onRemoved={reload}
          onClose={close}
        />
      )}
    </Card>
  );
}
