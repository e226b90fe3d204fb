// How a command reaches the lines and lists: through the server that runs on the data directory, or,
// where none does, by opening the store itself for this one command.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type GivenFlags, loadStoreSettings, type StoreSettings, UserError } from '../config.ts';
import { type CommandReply, type Results, createCommands } from '../control/commands.ts';
import { connectControl } from '../control/control-client.ts';
import { Lines } from '../lines/lines.ts';
import { parseTemplate } from '../notifications/template.ts';
import { checkShortNumber } from '../numbers/dialled.ts';
import { parseE164 } from '../numbers/parse-number.ts';
import type { Identity } from '../store/open-database.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Given, Io, Option } from './arguments.ts';

export const DATA_OPTION: Readonly<Record<string, Option>> = {
  data: { value: 'DIR', help: 'data directory (default: CARILLON_DATA, else ./data)' },
};

type OwnCommand = Exclude<keyof Results, 'simulate'>;

/**
 * Has one command done and returns its result. Throws UserError with the reason and exit status where
 * it was refused.
 */
export async function carryOut<Name extends OwnCommand>(
  name: Name,
  args: Readonly<Record<string, unknown>>,
  given: Given,
  io: Io,
): Promise<Results[Name]> {
  const settings = loadStoreSettings(dataFlags(given), io.env);
  const server = await connectControl(settings.data);
  let reply: CommandReply<Results[Name]>;
  if (server === undefined) reply = await carryOutAlone(name, args, settings);
  else {
    reply = await server.request(name, args);
    server.close();
  }
  if (!reply.ok) throw new UserError(reply.error, reply.status);
  return reply.result;
}

/** The flags of a command that are settings: `--data` alone. */
export function dataFlags({ options }: Given): GivenFlags {
  const data = options.get('data');
  return new Map(data === undefined ? [] : [['data', data]]);
}

async function carryOutAlone<Name extends OwnCommand>(
  name: Name,
  args: Readonly<Record<string, unknown>>,
  { data, country, realm }: StoreSettings,
): Promise<CommandReply<Results[Name]>> {
  const kept = keptIdentity(data);
  if (kept === undefined && name !== 'line.add') {
    throw new UserError(
      `there is no data directory at ${data}; start a server (carillon serve) or add a line ` +
        '(carillon line add) to make it, or name another one with --data',
      1,
    );
  }
  const identity = { kind: 'server' as const, realm, ...kept };
  const store = await openSqliteStore(data, identity);
  try {
    const rules = {
      realm: identity.realm,
      parseE164: (text: string) => parseE164(text, country),
      checkShortNumber: (text: string) => checkShortNumber(text, country),
      parseTemplate,
    };
    // Nothing listens to changes here, so there is nothing that could have to be logged.
    const lines = await Lines.load(store, rules, { error: () => {} });
    return await createCommands({ lines, store, country })[name](args);
  } finally {
    await store.close();
  }
}

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
