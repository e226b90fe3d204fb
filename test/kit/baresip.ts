// baresip as a telephone: registers on its line, dials, answers, holds, hangs up, by commands over its
// control port (netstrings of JSON), and tells its events. Folder and settings as baresip 1.0 of
// Debian's baresip-core wants them. Knows nothing of the server.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type Owner } from './child.ts';
import { NetstringReader, netstring } from './netstring.ts';
import { hostPort, holdPort } from './ports.ts';
import { isBound } from './proc.ts';
import { HANG_MS, Inbox, until, within } from './until.ts';
import { writeTone } from './wav.ts';

export interface BaresipOptions {
  /** User of its address: the line's number. */
  readonly user: string;
  readonly password?: string;
  /** `HOST:PORT` of the server it registers at. */
  readonly registrar: string;
  /** How long a registration lasts, seconds; 0 does not register. */
  readonly registerSeconds?: number;
  /** `auto` picks up at once; `manual` waits for accept(). */
  readonly answerMode?: 'auto' | 'manual';
  readonly transport?: 'udp' | 'tcp';
  /** Its own `HOST`. */
  readonly host?: string;
  /** Seconds of a tone that it speaks; its end hangs up. Without, it is silent. */
  readonly audioSeconds?: number;
}

export interface BaresipEvent {
  /** CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED, REGISTER_OK, REGISTER_FAIL… */
  readonly type: string;
  /** `incoming` or `outgoing`; empty where the event is of no call. */
  readonly direction: string;
  readonly peeruri: string;
  /** Of CALL_CLOSED the reason. */
  readonly param: string;
}

interface BaresipReply {
  readonly ok: boolean;
  readonly data: string;
}

/** Starts baresip and connects to its control port; it registers meanwhile (wait for REGISTER_OK). */
export async function startBaresip(owner: Owner, options: BaresipOptions): Promise<Baresip> {
  const sip = await holdPort(options.host);
  const control = await holdPort(sip.host);
  const folder = mkdtempSync(join(tmpdir(), 'carillon-baresip-'));
  writeFolder(folder, options, sip.address, control.address);
  await Promise.all([sip.handOver(), control.handOver()]);
  const child = new Child(owner, {
    title: `baresip ${options.user} at ${sip.address}`,
    command: 'baresip',
    args: ['-f', folder, '-s'], // -s prints every SIP message, for the report of a failed test
  });
  void child.exit.then(() => rmSync(folder, { recursive: true, force: true }));
  await until(
    () => {
      if (child.ended !== undefined) throw new Error(child.report());
      return isBound('tcp', control.host, control.port);
    },
    HANG_MS,
    () => `the control port of ${child.report()}`,
  );
  const socket = connect(control.port, control.host);
  await once(socket, 'connect');
  return new Baresip(child, socket, sip.address);
}

function writeFolder(folder: string, options: BaresipOptions, sip: string, control: string): void {
  const { host } = hostPort(sip);
  const config = [
    `sip_listen ${sip}`,
    `net_interface ${host}`, // an address: the name "lo" fails
    'module_path /usr/lib/baresip/modules',
    'module g711.so',
    'module_tmp uuid.so',
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen ${control}`,
  ];
  if (options.audioSeconds !== undefined) {
    const wav = join(folder, 'tone.wav');
    writeTone(wav, options.audioSeconds);
    // Only here: with this module but without a file baresip 1.0 cannot answer a call.
    config.push('module aufile.so');
    config.push(`audio_source aufile,${wav}`, `audio_player aufile,${join(folder, 'heard.wav')}`);
  }
  const parameters = [
    `auth_user=${options.user}`,
    `auth_pass=${options.password ?? 'unset'}`, // an empty one makes it ask at its terminal,
    `regint=${options.registerSeconds ?? 60}`,
    `answermode=${options.answerMode ?? 'auto'}`,
  ].join(';');
  const transport = options.transport === 'tcp' ? ';transport=tcp' : '';
  const account = `<sip:${options.user}@${options.registrar}${transport}>;${parameters}\n`;
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  writeFileSync(join(folder, 'accounts'), account);
  writeFileSync(join(folder, 'contacts'), '');
}

/** The same, resolved when it is registered. */
export async function registeredBaresip(owner: Owner, options: BaresipOptions): Promise<Baresip> {
  const phone = await startBaresip(owner, options);
  await phone.waitUntilRegistered();
  return phone;
}

export class Baresip implements AsyncDisposable {
  readonly child: Child;
  /** `host:port` of its SIP socket. */
  readonly address: string;
  readonly #socket: Socket;
  readonly #replies = new Map<string, (reply: BaresipReply) => void>();
  readonly #events = new Inbox<BaresipEvent>(
    (event) => `${event.type} ${event.direction} ${event.peeruri} ${event.param}`,
  );
  #asked = 0;

  constructor(child: Child, socket: Socket, address: string) {
    this.child = child;
    this.address = address;
    this.#socket = socket;
    const reader = new NetstringReader();
    socket.on('error', () => {}); // it ends with its program; waits then fail by their deadline
    socket.on('data', (chunk: Buffer) => {
      for (const text of reader.push(chunk)) this.#receive(text);
    });
  }

  #receive(text: string): void {
    const message = readObject(text);
    if (message['event'] === true) {
      this.#events.push({
        type: textOf(message['type']),
        direction: textOf(message['direction']),
        peeruri: textOf(message['peeruri']),
        param: textOf(message['param']),
      });
      return;
    }
    const reply = { ok: message['ok'] === true, data: textOf(message['data']) };
    this.#replies.get(textOf(message['token']))?.(reply);
  }

  /** Runs a command of its menu and gives what it printed. */
  async command(command: string, params = '', deadlineMs = HANG_MS): Promise<string> {
    const token = String((this.#asked += 1));
    const { promise, resolve } = Promise.withResolvers<BaresipReply>();
    this.#replies.set(token, resolve);
    try {
      this.#socket.write(netstring(JSON.stringify({ command, params, token })));
      const reply = await within(promise, deadlineMs, `${this.child.title} to do "${command}"`);
      if (!reply.ok) throw new Error(`${this.child.title}: ${command} ${params}: ${reply.data}`);
      return reply.data;
    } finally {
      this.#replies.delete(token);
    }
  }

  /** Calls a full SIP URI, e.g. `sip:0612345678@127.0.0.2:5060`. */
  async dial(uri: string): Promise<void> {
    await this.command('dial', uri);
  }

  async accept(): Promise<void> {
    await this.command('accept');
  }

  /** Ends the current call; refuses it while it rings (486). */
  async hangup(): Promise<void> {
    await this.command('hangup');
  }

  async hold(): Promise<void> {
    await this.command('hold');
  }

  async resume(): Promise<void> {
    await this.command('resume');
  }

  /** Its own list of calls, as it prints it. */
  async listcalls(): Promise<string> {
    return this.command('listcalls');
  }

  /** Every event so far. */
  get events(): readonly BaresipEvent[] {
    return this.#events.all;
  }

  /** Takes the first event of this type that no earlier wait took. */
  async waitFor(type: string, deadlineMs = HANG_MS): Promise<BaresipEvent> {
    return this.#events.take(
      (event) => event.type === type,
      deadlineMs,
      `${type} from ${this.child.title}`,
    );
  }

  /** Waits until it is registered; fails at once, with its words, where it was refused. */
  async waitUntilRegistered(deadlineMs = HANG_MS): Promise<void> {
    // The first REGISTER can be over before the control port listens: then only the output tells.
    await this.child.waitForOutput(/200 OK .*\[\d+ bindings?\]/, deadlineMs);
  }

  /** Ends it as its user would: it hangs up and unregisters first. */
  async stop(): Promise<void> {
    this.#socket.destroy();
    await this.child.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.child.killNow(); // unregistering would wait for a server that may have ended
  }
}

function readObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
