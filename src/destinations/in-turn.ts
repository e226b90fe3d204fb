// The queues in which this room's changes wait (lines/turns.ts); destinations and signing keys have one each.

import { refuseBy } from '../lines/line-result.ts';
import type { LineRefusal } from '../lines/line-result.ts';
import { Turns as TurnsOf } from '../lines/turns.ts';

export class Turns extends TurnsOf<LineRefusal> {
  constructor() {
    super((limit) => {
      const text = `${limit} changes wait already: try again in a moment`;
      return refuseBy(undefined, { code: 'overloaded', text, values: { limit } });
    });
  }
}
