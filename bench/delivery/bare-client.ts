// The reference of the throughput figures, a process of its own: as many GETs as 50 connections give, by
// bare dispatch. No disk, no order, no record, no second try.

import { barePath, CONNECTIONS, createBareGet, type BareGet } from './bare-get.ts';
import type { RunResult } from './run-result.ts';
import { measured } from './run-result.ts';
import { serve } from './remote.ts';

let get: BareGet | undefined;

const commands = {
  open({ origin }: { origin: string }): void {
    get = createBareGet(origin);
  },
  /** So many GETs; resolves with what they took when the last is answered. */
  run({ events }: { events: number }): Promise<RunResult> {
    const ask = get;
    if (!ask) throw new Error('open comes first');
    return measured(
      events,
      () =>
        new Promise((resolve, reject) => {
          let left = events;
          let answered = 0;
          const next = (): void => {
            if (left === 0) return;
            left -= 1;
            ask(barePath(`bare${left}`, 'SETUP'), (error) => {
              if (error) return reject(error);
              answered += 1;
              if (answered === events) resolve();
              else next();
            });
          };
          for (let n = 0; n < CONNECTIONS; n += 1) next();
        }),
    );
  },
};

export type BareCommands = typeof commands;

serve(commands);
