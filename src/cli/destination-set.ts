// `carillon destination set`: changes a destination, effective from the next event on.

import { UserError } from '../config.ts';
import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import {
  DESTINATION_OPTIONS,
  destinationId,
  destinationSettings,
  printDestination,
} from './destination-options.ts';

export const destinationSet: Command = {
  name: 'destination set',
  summary: 'Changes what is set on a destination; what waits already is sent as it was.',
  operands: ['ID'],
  options: {
    url: { value: 'U', help: 'where it is' },
    ...DESTINATION_OPTIONS,
    enabled: { help: 'it is told again' },
    ...DATA_OPTION,
  },
  notes: 'Only what is written changes. ID is what carillon destination list shows.',
  examples: [
    "carillon destination set 4 --types 'SETUP RELEASE' --direction incoming",
    "carillon destination set 4 --numbers ''",
    'carillon destination set 4 --disabled',
  ],
  async run(given, io) {
    const id = destinationId(given);
    const settings = destinationSettings(given);
    if (Object.keys(settings).length === 0) {
      throw new UserError('nothing to set; write what to change, such as --title CRM');
    }
    const changed = await carryOut('destination.set', { id, settings }, given, io);
    printDestination(changed, 'changed', io);
  },
};
