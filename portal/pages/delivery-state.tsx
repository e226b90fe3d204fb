// For operators, one line above the notifications: how much waits for delivery now, since when, and how many
// servers are left alone. Read every ten seconds while the page is seen; where it cannot be read, nothing.

import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { latencyText, numberText } from '../i18n/format.ts';
import { t } from '../i18n/i18n.ts';
import { Card, Facts } from '../kit/page.tsx';
import { deliveryFigures } from '../metrics.ts';
import type { DeliveryFigures } from '../metrics.ts';

const EVERY_MS = 10_000;

export function DeliveryState(): VNode | null {
  const figures = useFigures();
  if (figures === null) return null;
  const { waiting, oldestS, waitingForRetry, openCircuits } = figures;
  const words = t.replay.health;
  return (
    <Card title={words.title}>
      {waiting === 0 && oldestS === 0 && openCircuits === 0 ? (
        <p class="soft">{words.nothing}</p>
      ) : (
        <Facts
          facts={[
            [words.waiting, numberText(waiting)],
            [words.oldest, oldestS === 0 ? '–' : latencyText(Math.round(oldestS * 1000))],
            [words.retry, numberText(waitingForRetry)],
            [
              words.circuits,
              <span key="circuits">
                {numberText(openCircuits)}
                {openCircuits > 0 && <span class="small soft"> · {words.circuitsHint}</span>}
              </span>,
            ],
          ]}
        />
      )}
    </Card>
  );
}

function useFigures(): DeliveryFigures | null {
  const [figures, setFigures] = useState<DeliveryFigures | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return;
      setFigures(await readFigures(stop.signal));
    };
    void read();
    const timer = setInterval(() => void read(), EVERY_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, []);
  return figures;
}

/** They are no part of /api/v1, but of the server's own /metrics. */
async function readFigures(signal: AbortSignal): Promise<DeliveryFigures | null> {
  try {
    const url = new URL('metrics', document.baseURI);
    const response = await fetch(url, { credentials: 'same-origin', signal });
    return response.ok ? deliveryFigures(await response.text()) : null;
  } catch {
    return null;
  }
}
