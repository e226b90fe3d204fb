// The commands on customers, users and tokens, by the name that travels over the control socket. Whoever
// reaches that socket owns the data directory, so rights are not asked for here; the rest is checked by
// src/access.

import type { Access, Outcome, UserInput } from '../access/access.ts';
import { isWrongInItself } from '../access/outcome.ts';
import { presentCustomer, presentToken, presentUser } from '../access/present.ts';
import type { PresentedCustomer, PresentedToken, PresentedUser } from '../access/present.ts';
import { UserError } from '../config.ts';
import type { Lines } from '../lines/lines.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { type Arguments, numbersIn, replying, textIn, textOf } from './arguments.ts';

/** What each command answers. */
export interface AccessResults {
  'user.add': PresentedUser;
  'user.set': PresentedUser;
  'user.list': readonly PresentedUser[];
  'user.remove': { readonly name: string };
  'user.link': SignInLink;
  'customer.add': NamedCustomer;
  'customer.set': NamedCustomer;
  'customer.list': readonly PresentedCustomer[];
  'customer.remove': { readonly name: string };
  'token.add': NewToken;
  'token.set': PresentedToken;
  'token.list': readonly PresentedToken[];
  'token.remove': { readonly id: string; readonly name: string };
}

export interface SignInLink {
  readonly name: string;
  readonly url: string;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
}

export type NamedCustomer = Pick<PresentedCustomer, 'name' | 'title'>;

export interface NewToken {
  readonly token: PresentedToken;
  /** The whole token: shown this once. */
  readonly secret: string;
}

export interface AccessCommandRooms {
  readonly access: Access;
  readonly lines: Pick<Lines, 'byNumber'>;
  readonly country: Country;
  /** The page's URL around the secret of a sign-in link; only in a running server. */
  readonly signInUrl?: (secret: string) => string;
}

const MOST_LINES = 1000;

/** Makes the commands. Their promises reject only for faults; what is expected is a reply. */
export function createAccessCommands({ access, lines, country, signInUrl }: AccessCommandRooms) {
  return {
    'user.add': replying(async (args) => {
      const input = { ...reachOf(args), password: textIn(args, 'password') };
      const put = await access.putUser(textOf(args, 'name'), input, { only: 'new' });
      return presentUser(done(put).user);
    }),
    'user.set': replying(async (args) => {
      const name = textOf(args, 'name');
      const settled = access.user(name)?.customer;
      const input = { ...reachOf(args, settled), password: textIn(args, 'password') };
      const put = await access.putUser(name, input, { only: 'existing' });
      return presentUser(done(put).user);
    }),
    'user.list': replying(async () => access.users().map(presentUser)),
    'user.remove': replying(async (args) => {
      const { user } = done(await access.removeUser(textOf(args, 'name')));
      return { name: user.name };
    }),
    'user.link': replying(async (args) => {
      const name = textOf(args, 'name');
      if (signInUrl === undefined) {
        throw new UserError('only a running server makes sign-in links; start it with serve', 1);
      }
      const { secret, expiresAt } = done(access.makeSignInLink(name));
      return { name, url: signInUrl(secret), expiresAt: new Date(expiresAt).toISOString() };
    }),
    'customer.add': replying(async (args) => {
      const input = { title: textIn(args, 'title'), again: args['again'] === true };
      const put = await access.putCustomer(textOf(args, 'name'), input, { only: 'new' });
      return done(put).customer;
    }),
    'customer.set': replying(async (args) => {
      const input = { title: textIn(args, 'title') };
      const put = await access.putCustomer(textOf(args, 'name'), input, { only: 'existing' });
      return done(put).customer;
    }),
    'customer.list': replying(async () =>
      access.customersWithCounts().map(({ customer, has }) => presentCustomer(customer, has)),
    ),
    'customer.remove': replying(async (args) => {
      const { customer } = done(await access.removeCustomer(textOf(args, 'name')));
      return { name: customer.name };
    }),
    'token.add': replying(async (args) => {
      const input = { name: textOf(args, 'name'), ...reachOf(args) };
      const { token, secret } = done(await access.addToken(input));
      return { token: presentToken(token), secret };
    }),
    'token.set': replying(async (args) => {
      const input = { name: textIn(args, 'name'), ...reachOf(args) };
      return presentToken(done(await access.setToken(textOf(args, 'id'), input)).token);
    }),
    'token.list': replying(async () => access.tokens().map(presentToken)),
    'token.remove': replying(async (args) => {
      const { token } = done(await access.removeToken(textOf(args, 'id')));
      return { id: token.id, name: token.name };
    }),
  };

  /**
   * The reach that is written. Where it names lines and no customer, the first line says whose they are,
   * unless that is settled already: a user's lines never carry him to another customer by mistake.
   */
  function reachOf(args: Arguments, settled = ''): Omit<UserInput, 'password'> {
    const role = textIn(args, 'role');
    const customer = textIn(args, 'customer');
    const numbers = numbersIn(args, 'lines', country, MOST_LINES);
    const [first] = numbers ?? [];
    if (customer !== undefined || settled !== '' || first === undefined) {
      return { role, customer, lines: numbers };
    }
    const line = lines.byNumber(first);
    if (line === undefined) {
      throw new UserError(`there is no line ${first}: carillon line list shows those that are`, 1);
    }
    return { role, customer: line.customer, lines: numbers };
  }
}

/** What was done; a refusal becomes the reply that says why. */
function done<Found extends object>(outcome: Outcome<Found>): Found {
  if (outcome.ok) return outcome;
  throw new UserError(outcome.error, isWrongInItself(outcome.code) ? 2 : 1);
}
