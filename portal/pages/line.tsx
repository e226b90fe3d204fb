// One line: its heading, its tabs, and the tab that the address names. The line is read once for all of
// them and kept up to date by live events.

import type { VNode } from 'preact';
import type { LineView } from '../../src/web/api/schemas.ts';
import { phoneText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { BackIcon } from '../kit/icons.tsx';
import { Page, Tabs } from '../kit/page.tsx';
import { Note, ProblemBox, Skeleton } from '../kit/words.tsx';
import { useLive } from '../live.ts';
import { lineAfter } from '../live-lines.ts';
import { Loaded } from '../loaded.tsx';
import { useReading } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { hrefOf, usePlace } from '../router.ts';
import type { PageComponent, PageProps } from '../routes.ts';
import { useMe } from '../session.ts';
import { CtiTab } from './cti.tsx';
import { LineTab } from './line-tab.tsx';
import { CallsNow } from './line-now.tsx';

const calls = (): Promise<PageComponent> => import('./calls.tsx').then((page) => page.CallsPage);
const notifications = (): Promise<PageComponent> =>
  import('./notifications.tsx').then((page) => page.NotificationsPage);
const developer = (): Promise<PageComponent> =>
  import('./developer.tsx').then((page) => page.DeveloperPage);

export function LinePage({ line: number = '' }: PageProps): VNode {
  const { server } = useMe();
  const { segments } = usePlace();
  const tab = segments[2] ?? '';
  const reading = useReading<LineView>(`lines/${encodeURIComponent(number)}`);
  const { value: line, problem } = reading;

  useLive((event) => {
    if (event.type === 'reset') reading.reload();
    else if (event.type !== 'line') reading.change((old) => lineAfter(old, event));
    else if (event.data.line === number) reading.reload();
  });

  const shown = phoneText(number, server.country);
  const title = line === null || line.title === '' ? shown : line.title;
  return (
    <Page
      title={title}
      windowTitle={title === shown ? shown : `${title} ${shown}`}
      back={
        <a class="back" href="#/lines">
          <BackIcon />
          {t.lines.title}
        </a>
      }
      lead={line !== null && <LineLead line={line} shown={title === shown ? '' : shown} />}
    >
      <Tabs label={t.lines.tabs.label} tabs={tabsOf(number, tab)} />
      {problem?.status === 404 ? (
        <Note tone="warn" live title={line === null ? t.lines.unknown : t.lines.gone} />
      ) : (
        <ProblemBox problem={problem} retry={reading.reload} />
      )}
      {line === null && problem === null && <Skeleton rows={6} />}
      {line !== null && <Tab tab={tab} line={line} reading={reading} />}
    </Page>
  );
}

function Tab({
  tab,
  line,
  reading,
}: {
  readonly tab: string;
  readonly line: LineView;
  readonly reading: Reading<LineView>;
}): VNode {
  const keep = (changed: LineView): void => reading.change(() => changed);
  switch (tab) {
    case 'cti':
      return <CtiTab key={line.number} line={line} onSaved={keep} />;
    case 'calls':
      return <Loaded load={calls} line={line.number} />;
    case 'notifications':
      return <Loaded load={notifications} line={line.number} />;
    case 'developer':
      return <Loaded load={developer} line={line.number} />;
    default:
      return <LineTab key={line.number} line={line} onSaved={keep} />;
  }
}

function LineLead({ line, shown }: { readonly line: LineView; readonly shown: string }): VNode {
  return (
    <span class="row">
      {shown !== '' && <span class="number">{shown}</span>}
      {line.short !== '' && (
        <span>
          {t.lines.shortColumn} <span class="number">{line.short}</span>
        </span>
      )}
      <CallsNow calls={line.calls} />
    </span>
  );
}

function tabsOf(
  number: string,
  shown: string,
): { href: string; label: string; current: boolean }[] {
  const tabs = [
    ['', t.lines.tabs.line],
    ['cti', t.lines.tabs.cti],
    ['calls', t.lines.tabs.calls],
    ['notifications', t.lines.tabs.notifications],
    ['developer', t.lines.tabs.developer],
  ] as const;
  return tabs.map(([name, label]) => ({
    href: hrefOf(name === '' ? ['lines', number] : ['lines', number, name]),
    label,
    current: name === shown,
  }));
}
