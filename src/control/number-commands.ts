// The command on one number's data: what there is of it, and erasing it. It does the same on a running server
// and on a store that the command line opened itself. The other commands are in commands.ts.

import { UserError } from '../config.ts';
import type { Erasure, Found } from '../history/erasure.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { numberOf, replying } from './arguments.ts';

/** What each command answers. */
export interface NumberResults {
  'number.find': Found & { readonly number: string };
  'number.erase': {
    readonly number: string;
    readonly calls: number;
    readonly notifications: number;
    /** How often its digits still stand in the database's file (history/erasure.ts). */
    readonly remains: number;
  };
}

export interface NumberRooms {
  readonly erasure: Pick<Erasure, 'find' | 'erase'>;
  readonly country: Country;
}

export function createNumberCommands({ erasure, country }: NumberRooms) {
  return {
    'number.find': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      return { number, ...(await erasure.find(number)) };
    }),
    'number.erase': replying(async (args) => {
      const number = numberOf(args, 'number', country);
      const erased = await erasure.erase(number);
      if (!erased.ok) throw new UserError(erased.error, 1);
      const { calls, notifications, remains } = erased;
      return { number, calls, notifications, remains };
    }),
  };
}
