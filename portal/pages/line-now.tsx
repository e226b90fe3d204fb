// What happens on a line now, in a few words: its calls, its telephones, its last notification. For the
// list of lines and for the line's own page.

import type { VNode } from 'preact';
import type {
  CallView,
  LineItem,
  NotificationView,
  TerminalView,
} from '../../src/web/api/schemas.ts';
import { phoneText, plural } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { BellIcon, CheckIcon, CrossIcon, LinesIcon, PhoneIcon, WaitIcon } from '../kit/icons.tsx';
import { Clock, Time } from '../kit/values.tsx';
import { Badge } from '../kit/words.tsx';
import { otherParty } from '../live-lines.ts';
import { useMe } from '../session.ts';

/** The calls that ring or talk, with a running clock each. */
export function CallsNow({ calls }: { readonly calls: readonly CallView[] }): VNode {
  const { server } = useMe();
  if (calls.length === 0) return <span class="soft">{t.lines.idle}</span>;
  return (
    <ul class="stack tight">
      {calls.map((call) => {
        const { incoming } = otherParty(call);
        const talking = call.connectAt !== null;
        const words = talking ? t.lines.talking : incoming ? t.lines.ringing : t.lines.dialling;
        return (
          <li key={call.callref} class="row tight">
            <Badge tone={talking ? 'good' : 'warn'} icon={talking ? PhoneIcon : BellIcon}>
              {words} <Clock since={call.connectAt ?? call.setupAt} />
            </Badge>
            <span>{partyWords(call, server.country)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** `de 06 12 34 56 78`, `vers …`: with whom the line talks. */
export function partyWords(call: CallView, country: string): string {
  const { incoming, number } = otherParty(call);
  if (incoming && number === 'anonymous') return t.lines.fromHidden;
  const party = phoneText(number, country);
  return incoming ? t.lines.from(party) : t.lines.to(party);
}

/** How many telephones are registered. */
export function TerminalsNow({
  terminals,
}: {
  readonly terminals: readonly TerminalView[];
}): VNode {
  if (terminals.length === 0) return <Badge tone="warn">{t.lines.noTerminal}</Badge>;
  return (
    <Badge tone="plain" icon={LinesIcon}>
      {plural(terminals.length, t.lines.terminalCount)}
    </Badge>
  );
}

/** Whether the last notification arrived, and when it was due. */
export function LastNotification({
  line,
}: {
  readonly line: Pick<LineItem, 'lastNotification' | 'api'>;
}): VNode {
  const { lastNotification: last, api } = line;
  if (last === null) {
    return <span class="soft">{api ? t.lines.noNotification : t.lines.apiOff}</span>;
  }
  return (
    <span class="row tight">
      <NotificationBadge notification={last} />
      <span class="small soft">
        <Time at={last.createdAt} />
      </span>
    </span>
  );
}

/** `SETUP` delivered, waiting or failed, with the receiver's last status. */
export function NotificationBadge({
  notification,
}: {
  readonly notification: Pick<NotificationView, 'state' | 'type' | 'attempts'>;
}): VNode {
  const { state, type, attempts } = notification;
  const status = attempts.at(-1)?.status ?? null;
  const suffix = status === null ? '' : ` (${status})`;
  if (state === 'delivered') {
    return (
      <Badge tone="good" icon={CheckIcon}>
        {type} · {t.lines.delivered}
        {suffix}
      </Badge>
    );
  }
  if (state === 'parked') {
    return (
      <Badge tone="bad" icon={CrossIcon}>
        {type} · {t.lines.parked}
        {suffix}
      </Badge>
    );
  }
  return (
    <Badge tone="warn" icon={WaitIcon}>
      {type} · {attempts.length === 0 ? t.lines.pending : t.lines.retrying}
      {suffix}
    </Badge>
  );
}
