// Opens the sandbox around a server: its telephones on free ports of loopback, its two lines, and the
// receiver that their notifications go to. How it behaves is sandbox.ts.

import type { Access } from '../access/access.ts';
import type { Config } from '../config.ts';
import type { SimulateRequest, SimulateResult } from '../control/commands.ts';
import type { Lines } from '../lines/lines.ts';
import type { Registrar } from '../registrar/registrar.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import { hostPort } from '../sip/transport/hop.ts';
import type { Hop } from '../sip/transport/hop.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import { Behaviours, Sandbox, sandboxLines, sandboxPassword } from './sandbox.ts';
import { Telephone } from './telephone.ts';

const host = '127.0.0.1';
/** What the receiver's URL was when this sandbox last ran: its port may be another one now. */
const receiverKey = 'sandbox-receiver';

export interface SandboxRooms {
  readonly config: Config;
  readonly endpoint: SipEndpoint;
  readonly lines: Lines;
  readonly access: Access;
  readonly registrar: Registrar;
  readonly store: Store;
  readonly onFault: (error: unknown) => void;
}

export interface OpenSandbox {
  /** The simulated outside world, a peer of the server like any other. */
  readonly outside: Hop;
  /** Makes the user and the lines, and registers their telephones. `httpPort` is where the receiver is. */
  start(httpPort: number): Promise<void>;
  simulate(request: SimulateRequest): Promise<SimulateResult>;
  /** Shows a request that the sandbox's own receiver got. */
  showNotification(requestLine: string): void;
  close(): Promise<void>;
}

export async function openSandbox(rooms: SandboxRooms): Promise<OpenSandbox> {
  const { config, endpoint, lines, access, registrar, store, onFault } = rooms;
  const behaviours = new Behaviours();
  const product = `Carillon-sandbox/${version}`;
  const telephones = await Telephone.open(host, product, behaviours.ofTelephone, onFault);
  const outside = await Telephone.open(host, product, behaviours.ofOutside, onFault);
  const server: Hop = { transport: 'udp', host: config.sip.host, port: endpoint.port };
  const sandbox = new Sandbox(
    { telephones, outside, server, lines, registrar, store, country: config.country, onFault },
    behaviours,
  );
  return {
    outside: outside.hop,
    simulate: (request) => sandbox.simulate(request),
    showNotification: (line) => process.stdout.write(`  ${line}\n`),
    close: () => sandbox.stop(),
    async start(httpPort) {
      await makeLines(
        lines,
        store,
        `http://${hostPort(config.http.host, httpPort)}/notification.php`,
      );
      await makeOperator(access);
      await sandbox.start();
    },
  };
}

/** Whoever tries the sandbox signs in as `operator`, by the link that `serve` prints. */
async function makeOperator(access: Access): Promise<void> {
  if (access.user('operator')) return;
  const made = await access.putUser('operator', { role: 'operator' }, { only: 'new' });
  if (!made.ok) throw new Error(`the sandbox could not make its user: ${made.error}`);
}

/** The template of the guide's worked example, at the sandbox's own receiver. */
function templateAt(receiver: string): string {
  return `${receiver}?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_`;
}

/** Makes the two lines in a new sandbox; in an old one moves the receiver where it is now. */
async function makeLines(lines: Lines, store: Store, receiver: string): Promise<void> {
  const before = await store.getMeta(receiverKey);
  if (before === receiver) return;
  if (before === undefined) {
    for (const number of sandboxLines) {
      const notificationUrl = templateAt(receiver);
      const added = await lines.add({ number, password: sandboxPassword, notificationUrl });
      if (!added.ok)
        throw new Error(`the sandbox could not make its line ${number}: ${added.error}`);
    }
  } else {
    for (const line of lines.all()) {
      if (line.notificationUrl !== templateAt(before)) continue;
      await lines.set(line.number, { notificationUrl: templateAt(receiver) });
    }
  }
  await store.setMeta(receiverKey, receiver);
}
