// The form above the list of notifications: line, call, state and destination. What each choice means is
// notification-filter.ts; the list is notifications.tsx.

import type { VNode } from 'preact';
import type { DestinationList } from '../../src/web/api/destination-schemas.ts';
import { BUZZEE, destinationName, NOTIFICATION_URL } from '../destination-names.ts';
import { t } from '../i18n/i18n.ts';
import { Select, TextInput } from '../kit/form.tsx';
import { useReading } from '../reading.ts';
import { LineChoice } from './line-choice.tsx';
import { STATES } from './notification-filter.ts';
import type { NotificationFilter } from './notification-filter.ts';

export function NotificationFilters({
  filter,
  onFilter,
  hasLine,
  ofLine,
  faults,
}: {
  readonly filter: NotificationFilter;
  readonly onFilter: (filter: NotificationFilter) => void;
  readonly hasLine: boolean;
  /** The line whose destinations can be chosen by name; empty: none. */
  readonly ofLine: string;
  readonly faults: Readonly<Record<'line' | 'callref', string>>;
}): VNode {
  const put = (some: Partial<NotificationFilter>): void => onFilter({ ...filter, ...some });
  return (
    <form
      class="filters"
      role="search"
      aria-label={t.notifications.filters}
      onSubmit={(event) => event.preventDefault()}
    >
      {hasLine && (
        <LineChoice
          value={filter.line}
          // The destinations of another line are others.
          onChange={(line) => put({ line, destination: '' })}
          error={faults.line}
        />
      )}
      <TextInput
        label={t.notifications.callref}
        type="search"
        placeholder={t.notifications.callrefPlaceholder}
        value={filter.callref}
        onInput={(callref) => put({ callref })}
        error={faults.callref}
      />
      <Select
        label={t.notifications.state}
        value={filter.state}
        onChange={(state) => put({ state: STATES.find((each) => each === state) ?? '' })}
        options={[
          { value: '', label: t.notifications.allStates },
          ...STATES.map((state) => ({ value: state, label: t.notifications.states[state] })),
        ]}
      />
      <DestinationChoice
        line={ofLine}
        value={filter.destination}
        onChange={(destination) => put({ destination })}
      />
    </form>
  );
}

function DestinationChoice({
  line,
  value,
  onChange,
}: {
  readonly line: string;
  readonly value: string;
  readonly onChange: (destination: string) => void;
}): VNode {
  const path = line === '' ? null : `lines/${encodeURIComponent(line)}/destinations`;
  const { value: list } = useReading<DestinationList>(path);
  const further = (list?.items ?? []).map((item) => ({
    value: String(item.id),
    label: destinationName(item),
  }));
  const options = [
    { value: '', label: t.notifications.allDestinations },
    { value: String(NOTIFICATION_URL), label: t.notifications.ofLine },
    { value: String(BUZZEE), label: t.notifications.buzzee },
    { value: 'further', label: t.notifications.further },
    ...further,
  ];
  // One that is removed, or of an address that somebody was sent.
  const isKnown = options.some((option) => option.value === value);
  return (
    <Select
      label={t.notifications.destination}
      value={value}
      onChange={onChange}
      options={
        isKnown ? options : [...options, { value, label: t.notifications.unnamed(Number(value)) }]
      }
    />
  );
}
