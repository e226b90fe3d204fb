// `carillon destination add`: one more place that is told of a line's calls.

import type { Command } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';
import {
  DESTINATION_OPTIONS,
  destinationSettings,
  printDestination,
} from './destination-options.ts';

export const destinationAdd: Command = {
  name: 'destination add',
  summary: 'Adds a further destination of a line, which is told of its calls as well.',
  operands: ['NUMBER', 'URL'],
  options: { ...DESTINATION_OPTIONS, ...DATA_OPTION },
  notes: [
    'URL may hold keywords such as _CALLER_ in every format. A line has up to 10 destinations besides',
    'its notification URL and its Buzzee server; each is delivered to by itself.',
    'carillon secret rotate NUMBER --destination ID makes a key that its requests are signed with.',
  ].join('\n'),
  examples: [
    'carillon destination add 33123456789 https://hooks.example/calls --format standard-webhooks',
    'carillon destination add 33123456789 https://zammad.example/api/v1/cti/TOKEN --format zammad --title Zammad',
    "carillon destination add 33123456789 'https://crm.example/missed?from=_CALLER_&id=_CALLREF_' --direction incoming --types RELEASE --numbers '336 337'",
  ],
  async run(given, io) {
    const [number, url] = given.operands;
    const args = { number, settings: { url, ...destinationSettings(given) } };
    printDestination(await carryOut('destination.add', args, given, io), 'added', io);
  },
};
