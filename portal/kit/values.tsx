// Times and telephone numbers as they are read, with the exact value behind them.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { clockText, exactTime, phoneText, relativeTime, shortTime } from '../i18n/format.ts';
import { useMe } from '../session.ts';

/** The time now in milliseconds; the component is drawn again each `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A moment: `il y a 3 minutes` or, with `clock`, `09:37:31`; exact in its title. `at` is ISO 8601. */
export function Time({
  at,
  clock = false,
}: {
  readonly at: string;
  readonly clock?: boolean;
}): VNode {
  const now = useNow(clock ? 60_000 : 10_000);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {clock ? shortTime(at, now) : relativeTime(at, now)}
    </time>
  );
}

/** How long ago, running: `0:07`. */
export function Clock({ since }: { readonly since: string }): VNode {
  const now = useNow(1000);
  return <span class="number">{clockText(now - Date.parse(since))}</span>;
}

/** A number as it is written in the server's country; screen readers and copies get the same. */
export function PhoneNumber({ number }: { readonly number: string }): VNode {
  const { server } = useMe();
  return (
    <span class="number" title={/^\d+$/.test(number) ? `+${number}` : undefined}>
      {phoneText(number, server.country)}
    </span>
  );
}
