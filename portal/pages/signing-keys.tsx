// The keys that what is sent for a line is signed with: one for each of its places, made, replaced and removed
// here. Making one is key-dialog.tsx; how a receiver verifies is told on the developer's page.

import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DestinationList, SigningKeyView } from '../../src/web/api/destination-schemas.ts';
import type { LineView } from '../../src/web/api/schemas.ts';
import { BUZZEE, destinationName, NOTIFICATION_URL, verifyHref } from '../destination-names.ts';
import { t } from '../i18n/i18n.ts';
import { Button } from '../kit/button.tsx';
import { KeyIcon, TrashIcon } from '../kit/icons.tsx';
import { Card } from '../kit/page.tsx';
import { Table } from '../kit/table.tsx';
import { Time } from '../kit/values.tsx';
import { Badge } from '../kit/words.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';

interface Place {
  readonly id: number;
  readonly name: string;
  readonly key: SigningKeyView | null;
}

export function SigningKeysCard({
  line,
  list,
  reload,
}: {
  readonly line: LineView;
  readonly list: DestinationList;
  readonly reload: () => void;
}): VNode {
  const [open, setOpen] = useState<{ kind: 'make' | 'remove'; place: Place } | null>(null);
  const close = (): void => setOpen(null);
  return (
    <Card
      title={t.destinations.keysTitle}
      lead={t.destinations.keysLead}
      actions={<a href={verifyHref(line.number)}>{t.destinations.verify}</a>}
    >
      <Table
        caption={t.destinations.keysCaption}
        rows={placesOf(line, list)}
        keyOf={({ id }) => String(id)}
        columns={[
          {
            label: t.destinations.place,
            heading: true,
            cell: ({ name }) => <span class="anywhere">{name}</span>,
          },
          { label: t.destinations.key, cell: ({ key }) => <KeyState signingKey={key} /> },
          {
            label: '',
            end: true,
            cell: (place) => <Actions place={place} onOpen={setOpen} />,
          },
        ]}
      />
      {open?.kind === 'make' && (
        <KeyDialog
          line={line.number}
          place={open.place.id}
          name={open.place.name}
          before={open.place.key}
          onMade={reload}
          onClose={close}
        />
      )}
      {open?.kind === 'remove' && (
        <RemoveDialog
          title={t.destinations.removeKeyTitle(open.place.name)}
          text={t.destinations.removeKeyText}
          path={`lines/${line.number}/secret?destination=${open.place.id}`}
          done={t.destinations.keyRemoved}
          onRemoved={reload}
          onClose={close}
        />
      )}
    </Card>
  );
}

/** Buzzee has its row where it is used, or has a key left. */
function placesOf(line: LineView, { items, keys }: DestinationList): Place[] {
  const keyOf = (id: number): SigningKeyView | null =>
    keys.find(({ destination }) => destination === id) ?? null;
  const { url, buzzee } = t.destinations.places;
  const places = [
    { id: NOTIFICATION_URL, name: url },
    { id: BUZZEE, name: buzzee },
    ...items.map((item) => ({ id: item.id, name: destinationName(item) })),
  ];
  return places
    .map((place) => ({ ...place, key: keyOf(place.id) }))
    .filter(({ id, key }) => id !== BUZZEE || line.buzzeeUrl !== '' || key !== null);
}

function KeyState({ signingKey }: { readonly signingKey: SigningKeyView | null }): VNode {
  if (signingKey === null) return <Badge>{t.destinations.unsigned}</Badge>;
  const { createdAt, previousUntil } = signingKey;
  return (
    <span class="stack tight">
      <span class="row tight">
        <Badge tone="good" icon={KeyIcon}>
          {t.destinations.signed}
        </Badge>
        <span class="small soft">
          {t.destinations.since} <Time at={createdAt} clock />
        </span>
      </span>
      {previousUntil !== null && (
        <span class="small soft">
          {t.destinations.until} <Time at={previousUntil} clock />
        </span>
      )}
    </span>
  );
}

function Actions({
  place,
  onOpen,
}: {
  readonly place: Place;
  readonly onOpen: (open: { kind: 'make' | 'remove'; place: Place }) => void;
}): VNode {
  const whose = <span class="unseen"> {place.name}</span>;
  return (
    <span class="row tight">
      <Button small icon={KeyIcon} onClick={() => onOpen({ kind: 'make', place })}>
        {place.key === null ? t.destinations.make : t.destinations.rotate}
        {whose}
      </Button>
      {place.key !== null && (
        <Button small icon={TrashIcon} onClick={() => onOpen({ kind: 'remove', place })}>
          {t.destinations.removeKey}
          {whose}
        </Button>
      )}
    </span>
  );
}
