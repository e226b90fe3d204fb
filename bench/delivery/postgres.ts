// A PostgreSQL of the bench's own: a new cluster in a temporary folder, by Debian's binaries, on a Unix
// socket only, ended by its process id. As durable as Carillon's store: fsync and synchronous_commit on.

import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../test/kit/child.ts';
import { run } from '../../test/kit/run.ts';
import { until, within } from '../../test/kit/until.ts';

const DEBIAN = '/usr/lib/postgresql';

/** PostgreSQL refuses to run as root; this is Debian's user for it. */
const USER = 'postgres';

/**
 * Beside Debian's defaults: memory, and room in the write-ahead log, so that no checkpoint falls into a
 * run. What makes a commit safe is the default, and written down.
 */
const SETTINGS = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'listen_addresses=',
  'shared_buffers=512MB',
  'max_wal_size=4GB',
  'checkpoint_timeout=30min',
  'jit=off',
];

export interface Postgres extends AsyncDisposable {
  readonly version: string;
  readonly socketDir: string;
  /** For every libpq-like client, but for PGDATABASE. */
  readonly env: Readonly<Record<string, string>>;
  createDatabase(name: string): Promise<string>;
}

/** The folder of the newest server's programs; undefined where there is none. */
export function findPostgres(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  return readdirSync(DEBIAN)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

export async function startPostgres(): Promise<Postgres> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('no PostgreSQL server here');
  const folder = mkdtempSync(join(tmpdir(), 'carillon-postgres-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  const asUser = await unprivileged(folder);
  const data = join(folder, 'data');
  const initdb = ['--auth=trust', `--username=${USER}`, '--encoding=UTF8', '--no-sync', '-D', data];
  await must([...asUser, join(bin, 'initdb'), ...initdb]);
  const settings = [`unix_socket_directories=${folder}`, ...SETTINGS];
  const [command = '', ...args] = [
    ...asUser,
    join(bin, 'postgres'),
    '-D',
    data,
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const server = new Child(undefined, { title: 'postgres', command, args });
  const env = { PGHOST: folder, PGUSER: USER };
  const psql = (sql: string): Promise<string> =>
    must([join(bin, 'psql'), '-h', folder, '-U', USER, '-d', 'postgres', '-Atc', sql]);
  const stop = async (): Promise<void> => {
    server.signal('SIGINT'); // fast shutdown: clients are cut off, nothing is lost
    await within(server.exit, 10_000, 'PostgreSQL to end').catch(() => server.killNow());
    remove();
  };
  try {
    await server.waitForOutput(/ready to accept connections/, 20_000);
    await until(() => existsSync(join(folder, '.s.PGSQL.5432')), 5_000, "PostgreSQL's socket");
    const version = `PostgreSQL ${await psql('SHOW server_version')}`;
    return {
      version,
      socketDir: folder,
      env,
      async createDatabase(name) {
        await psql(`CREATE DATABASE ${name}`);
        return name;
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The words before a command that take root's rights away; none where we are not root. */
async function unprivileged(folder: string): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const uid = Number(await must(['id', '-u', USER]));
  const gid = Number(await must(['id', '-g', USER]));
  chownSync(folder, uid, gid);
  chmodSync(folder, 0o755);
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
}

async function must([command = '', ...args]: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(undefined, command, ...args);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr.slice(-500)}`);
  return stdout.trim();
}
