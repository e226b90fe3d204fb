// A reader of the event stream whose connection can be cut anywhere, and which resumes behind the last
// event that came whole. Written by hand over node:http, so that a cut is a cut.

import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Inbox } from '../kit/until.ts';
import type { Client } from './client.ts';

export interface ReceivedEvent {
  readonly event: string;
  readonly id: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect
  readonly data: any;
}

export class EventReader {
  /** Everything that came whole, over all connections. */
  readonly inbox = new Inbox<ReceivedEvent>(
    ({ event, id, data }) => `${id} ${event} ${JSON.stringify(data)}`,
  );
  lastId = '';
  /** How often it connected. */
  connections = 0;
  #request: ClientRequest | undefined;

  /** Connects; resolves when the answer begins. `cutAfter`: bytes after which the connection breaks. */
  async connect(
    http: string,
    client: Client,
    { cutAfter = Infinity, query = '' }: { cutAfter?: number; query?: string } = {},
  ): Promise<{ status: number; headers: IncomingMessage['headers']; closed: Promise<void> }> {
    this.connections += 1;
    const sent = request(`${http}/api/v1/events${query}`, {
      agent: false,
      headers: {
        ...client.headers,
        ...(this.lastId === '' ? {} : { 'Last-Event-ID': this.lastId }),
      },
    });
    this.#request = sent;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject).end();
    });
    let held = Buffer.alloc(0);
    let left = cutAfter;
    response.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk.subarray(0, left)]);
      left -= chunk.length;
      for (let end = held.indexOf('\n\n'); end >= 0; end = held.indexOf('\n\n')) {
        this.#take(held.subarray(0, end).toString('utf8'));
        held = held.subarray(end + 2);
      }
      if (left <= 0) sent.destroy();
    });
    sent.on('error', () => {});
    response.on('error', () => {});
    const closed = new Promise<void>((resolve) => {
      response.once('close', resolve);
    });
    return { status: response.statusCode ?? 0, headers: response.headers, closed };
  }

  close(): void {
    this.#request?.destroy();
  }

  /** Events of the house, without those about the stream itself. */
  get happened(): ReceivedEvent[] {
    return this.inbox.all.filter(({ event }) => event !== 'ready');
  }

  #take(block: string): void {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => !line.startsWith(':'))
        .map((line) => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 1).trimStart(),
        ]),
    );
    const [event, id, data] = [fields.get('event'), fields.get('id'), fields.get('data')];
    if (id !== undefined) this.lastId = id;
    if (event === undefined || id === undefined || data === undefined) return;
    this.inbox.push({ event, id, data: JSON.parse(data) });
  }
}
