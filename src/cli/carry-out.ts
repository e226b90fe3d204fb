// How a command reaches the lines, users and lists: through the server that runs on the data directory, or,
// where none does, by opening the store itself for this one command.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Access, type AccessStore } from '../access/access.ts';
import { type GivenFlags, loadStoreSettings, type StoreSettings, UserError } from '../config.ts';
import {
  type Arguments,
  type CommandReply,
  type Results,
  createCommands,
} from '../control/commands.ts';
import type { DeliveryResults } from '../control/delivery-commands.ts';
import { connectControl } from '../control/control-client.ts';
import { Destinations, type DestinationRooms } from '../destinations/destinations.ts';
import { keyFileIn } from '../destinations/key-file.ts';
import { SigningKeys, type SigningRooms } from '../destinations/signing-keys.ts';
import { Erasure, type ErasureRooms, type ErasureStore } from '../history/erasure.ts';
import { lineRules } from '../line-rules.ts';
import { Lines } from '../lines/lines.ts';
import { createNamedBy } from '../named-by.ts';
import { systemClock } from '../notifications/clock.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import type { Identity } from '../store/open-database.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { StoreError } from '../store/store-error.ts';
import type { Given, Io, Option } from './arguments.ts';

export { noServer } from '../control/delivery-commands.ts';

export const DATA_OPTION: Readonly<Record<string, Option>> = {
  data: { value: 'DIR', help: 'data directory (default: CARILLON_DATA, else ./data)' },
};

/** What can be done without a running server. */
type OwnCommand = Exclude<keyof Results, 'simulate' | 'user.link' | keyof DeliveryResults>;

/** What may be the first thing that is done with a data directory, and makes it. */
const FIRST_COMMANDS: readonly string[] = ['line.add', 'user.add', 'customer.add', 'token.add'];

/**
 * Has one command done and returns its result. Throws UserError with the reason and exit status where
 * it was refused.
 */
export async function carryOut<Name extends OwnCommand>(
  name: Name,
  args: Arguments,
  given: Given,
  io: Io,
): Promise<Results[Name]> {
  const settings = loadStoreSettings(dataFlags(given), io.env);
  const reply =
    (await askServer(name, args, settings.data)) ??
    (await carryOutAlone(name, args, settings).catch(async (error: unknown) => {
      // A server that was starting when we asked holds the directory, and is ready by now.
      const isHeld = error instanceof StoreError && error.code === 'locked';
      const reply = isHeld ? await askServer(name, args, settings.data) : undefined;
      if (reply === undefined) throw error;
      return reply;
    }));
  if (!reply.ok) throw new UserError(reply.error, reply.status);
  return reply.result;
}

/**
 * Has the running server do what it alone can; undefined where none runs and the arguments are right.
 * Throws UserError as `carryOut` does.
 */
export async function askRunningServer<Name extends keyof Results>(
  name: Name,
  args: Arguments,
  given: Given,
  io: Io,
): Promise<Results[Name] | undefined> {
  const { data, country } = loadStoreSettings(dataFlags(given), io.env);
  const reply =
    (await askServer(name, args, data)) ?? (await refusedByEmptyStore(name, args, country));
  if (reply?.ok === false) throw new UserError(reply.error, reply.status);
  return reply?.result;
}

/** The reply of the server that runs on `dataDir`; undefined where none does. */
async function askServer<Name extends keyof Results>(
  name: Name,
  args: Arguments,
  dataDir: string,
): Promise<CommandReply<Results[Name]> | undefined> {
  const server = await connectControl(dataDir);
  try {
    return await server?.request(name, args);
  } finally {
    server?.close();
  }
}

/** The flags of a command that are settings: `--data` alone. */
export function dataFlags({ options }: Given): GivenFlags {
  const data = options.get('data');
  return new Map(data === undefined ? [] : [['data', data]]);
}

async function carryOutAlone<Name extends OwnCommand>(
  name: Name,
  args: Arguments,
  { data, country, realm }: StoreSettings,
): Promise<CommandReply<Results[Name]>> {
  const kept = keptIdentity(data);
  // What is wrong with the arguments is told first, and makes no data directory.
  if (kept === undefined) {
    const refused = await refusedByEmptyStore(name, args, country);
    if (refused !== undefined) return refused;
  }
  if (kept === undefined && !FIRST_COMMANDS.includes(name)) {
    throw new UserError(
      `there is no data directory at ${data}; start a server (carillon serve) or add a line ` +
        '(carillon line add) to make it, or name another one with --data',
      1,
    );
  }
  const identity = { kind: 'server' as const, realm, ...kept };
  const store = await openSqliteStore(data, identity);
  try {
    // Nothing listens to changes here, so there is nothing that could have to be logged.
    const lines = await Lines.load(store, lineRules(identity.realm, country), { error: () => {} });
    const access = await loadAccess(store, lines);
    const told = await loadDestinations(store, lines, keyFileIn(data));
    const namedBy = createNamedBy({ access, ...told });
    const compact = () => store.compact();
    const erasure = erasureOn(store, lines, { namedBy, compact });
    const rooms = { lines, store, access, ...told, erasure, country };
    return await createCommands(rooms)[name](args);
  } finally {
    await store.close();
  }
}

/** The reply to wrong arguments, found on a store in memory that holds nothing and keeps nothing. */
export async function refusedByEmptyStore(
  name: keyof Results,
  args: Arguments,
  country: Country,
): Promise<CommandReply<never> | undefined> {
  const store = {
    allLines: async () => [],
    putLine: async () => {},
    putLines: async () => {},
    removeLine: async () => {},
    listCalls: async () => [],
    listNotifications: async () => [],
    ...EMPTY_ACCESS,
    ...EMPTY_DESTINATIONS,
    ...EMPTY_HISTORY,
  };
  const lines = await Lines.load(store, lineRules('', country), { error: () => {} });
  const access = await loadAccess(store, lines);
  // No line, so no key is ever made and no file with it.
  const told = await loadDestinations(store, lines, '');
  const erasure = erasureOn(store, lines, { namedBy: () => [] });
  const rooms = { lines, store, access, ...told, erasure, country };
  const reply = await createCommands(rooms)[name](args);
  return !reply.ok && reply.status === 2 ? reply : undefined;
}

function loadAccess(store: AccessStore, lines: Lines): Promise<Access> {
  return Access.load({
    store,
    now: Date.now,
    lineOf: (number) => lines.byNumber(number),
    linesOf: (customer) => lines.ofCustomer(customer),
    lineCustomers: () => lines.all().map(({ customer }) => customer),
    // Only sessions in use are written behind an answer, and nobody uses one here.
    onFault: () => {},
  });
}

function erasureOn(
  store: ErasureStore,
  lines: Lines,
  options: Pick<ErasureRooms, 'namedBy' | 'compact'>,
): Erasure {
  const isLine = (number: string): boolean => lines.byNumber(number) !== undefined;
  // What was erased is printed.
  return new Erasure({ store, isLine, clock: systemClock, log: { info: () => {} }, ...options });
}

async function loadDestinations(
  store: DestinationRooms['store'] & SigningRooms['store'],
  lines: Lines,
  keyFile: string,
) {
  const now = Date.now;
  const destinations = await Destinations.load({ store, lines, now, log: { error: () => {} } });
  const signingKeys = await SigningKeys.load({ store, lines, destinations, keyFile, now });
  return { destinations, signingKeys };
}

const EMPTY_HISTORY: ErasureStore = {
  callsOfNumber: async () => [],
  removeCalls: async () => {},
  emptyLog: async () => true,
  countInFile: async () => 0,
};

const EMPTY_DESTINATIONS: DestinationRooms['store'] & SigningRooms['store'] = {
  lastDestinationId: async () => 1,
  allDestinations: async () => [],
  putDestination: async () => {},
  removeDestination: async () => {},
  allSecrets: async () => [],
  putSecret: async () => {},
  removeSecret: async () => {},
};

const EMPTY_ACCESS: AccessStore = {
  allCustomers: async () => [],
  putCustomer: async () => {},
  removeCustomer: async () => {},
  hasHistory: async () => false,
  allUsers: async () => [],
  putUser: async () => {},
  removeUser: async () => {},
  allSessions: async () => [],
  putSession: async () => {},
  removeSessions: async () => {},
  allTokens: async () => [],
  putToken: async () => {},
  removeToken: async () => {},
};

/**
 * What the store in a directory says of itself, so that a command need not be told; undefined where
 * there is no store. Reading does not hold the directory: a store has one identity for its life.
 */
function keptIdentity(dataDir: string): Partial<Identity> | undefined {
  const path = join(dataDir, 'carillon.db');
  if (!existsSync(path)) return undefined;
  const kept: { -readonly [key in keyof Identity]?: Identity[key] } = {};
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      const meta = db.prepare('SELECT value FROM meta WHERE key = ?');
      const kind = meta.get('kind')?.['value'];
      const realm = meta.get('realm')?.['value'];
      if (kind === 'server' || kind === 'sandbox') kept.kind = kind;
      if (typeof realm === 'string') kept.realm = realm;
    } finally {
      db.close();
    }
  } catch {
    // Damaged, unreadable, not ours: opening the store finds the same and says it properly.
  }
  return kept;
}
