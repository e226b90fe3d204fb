// `carillon customer add`: a customer with a title. Lines may name customers without it as well.

import type { Command, Option } from './arguments.ts';
import { valueOf } from './arguments.ts';
import { carryOut, DATA_OPTION } from './carry-out.ts';

export const TITLE_OPTION: Readonly<Record<string, Option>> = {
  title: { value: 'T', help: 'what it is called on the pages, at most 64 characters' },
};

export const customerAdd: Command = {
  name: 'customer add',
  summary: 'Adds a customer, to whom lines, users and tokens can belong.',
  operands: ['NAME'],
  options: {
    ...TITLE_OPTION,
    again: { help: 'it was there before: it gets the calls that are kept under its name' },
    ...DATA_OPTION,
  },
  notes: [
    'NAME is 1 to 32 lower-case letters, digits and dashes. The customer default is always there.',
    'The name of a customer that was removed is refused while calls of it are kept.',
  ].join('\n'),
  examples: ["carillon customer add acme --title 'Acme & fils'"],
  async run(given, io) {
    const args = {
      name: given.operands[0],
      title: valueOf(given, 'title'),
      again: given.options.has('again'),
    };
    const { name } = await carryOut('customer.add', args, given, io);
    io.print(`customer ${name} added`);
  },
};
