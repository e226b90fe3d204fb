// Calls and notifications as plain text for a terminal. Callers, URLs and error texts come from
// outside: what would move a terminal's cursor or turn the direction of reading is made harmless.

import type { PresentedCall, PresentedNotification } from './history.ts';

const NOTHING = '-';

/** A table of calls, one a row, under a row of titles; no line feed at the end. */
export function callTable(calls: readonly PresentedCall[]): string {
  const titles = ['SETUP', 'CALLREF', 'LINE', 'CALLER', 'CALLEE', 'STATE', 'CONNECT', 'RELEASE'];
  const rows = calls.map((call) => [
    call.setupAt,
    call.callref,
    call.account,
    call.caller,
    call.callee,
    call.cause === null ? call.state : `${call.state} ${call.cause}`,
    call.connectAt ?? NOTHING,
    call.releaseAt ?? NOTHING,
  ]);
  return table([titles, ...rows]);
}

/** A table of notifications, the last attempt at each in its row; no line feed at the end. */
export function notificationTable(notifications: readonly PresentedNotification[]): string {
  const titles = ['ID', 'LINE', 'TYPE', 'STATE', 'TRIES', 'LAST TRY', 'ANSWER', 'URL'];
  const rows = notifications.map((notification) => {
    const last = notification.attempts.at(-1);
    return [
      notification.id,
      notification.account,
      notification.type,
      notification.state,
      String(notification.attempts.length),
      last?.at ?? NOTHING,
      outcomeOf(notification),
      notification.url,
    ];
  });
  return table([titles, ...rows]);
}

function outcomeOf({ state, attempts }: PresentedNotification): string {
  const last = attempts.at(-1);
  if (!last && state === 'parked') return 'behind a parked one of its call';
  return [last?.status, last?.error].filter((part) => part != null).join(' ') || NOTHING;
}

function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(harmless));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

// Controls (C0, DEL, C1), line and paragraph separators, marks that reverse the reading.
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '?');
}
