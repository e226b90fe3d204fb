// Carillon's delivery as the subject of the bench, a process of its own: the product's store, outbox and
// sender (wiring.ts), and in front of them calls made by this bench instead of telephones.

import { burst, Deliveries } from './burst.ts';
import { pace, type Pace, type Paced } from './pace.ts';
import { serve } from './remote.ts';
import { measured, type RunResult } from './run-result.ts';
import { sampleLines, type LinesWanted } from './sample-lines.ts';
import { openDelivery, type Delivery } from './wiring.ts';

export interface SubjectOptions {
  /** Undefined: the stand-in that keeps nothing. */
  readonly dataDir?: string | undefined;
  readonly lines: LinesWanted;
  /** False where the data directory holds these lines already. */
  readonly newLines: boolean;
}

const deliveries = new Deliveries();
let delivery: Delivery | undefined;
let lines = 0;

function opened(): Delivery {
  if (!delivery) throw new Error('open comes first');
  return delivery;
}

const commands = {
  async open(options: SubjectOptions): Promise<void> {
    const { dataDir, newLines } = options;
    lines = options.lines.count;
    delivery = await openDelivery({
      dataDir,
      newLines: newLines ? sampleLines(options.lines) : [],
      onDelivered: deliveries.one,
    });
  },
  /** So many events as fast as it goes; resolves when all are delivered and on record. */
  run({ events }: { events: number }): Promise<RunResult> {
    return measured(events, () => burst(opened(), deliveries, { events, lines }));
  },
  /** Calls at a rate; resolves when the last event is committed. */
  pace(wanted: Pace): Promise<Paced> {
    return pace(opened(), { ...wanted, lines });
  },
  /** How many deliveries are on record. */
  delivered: () => deliveries.count,
  async close(): Promise<void> {
    await delivery?.close();
    delivery = undefined;
  },
};

export type SubjectCommands = typeof commands;

serve(commands);
