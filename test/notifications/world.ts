// One line that is told to a receiver, in a sandbox, for tests of its further destinations: commands that add
// and sign them, a call, and what the receiver got.

import type { TestContext } from 'node:test';
import type { SignedRequest } from '../kit/guide-code.ts';
import { startReceiver, type ReceivedRequest } from '../kit/receiver.ts';
import { startServer } from '../kit/server.ts';

export const line = '33123456789';
export const otherLine = '33123456790';
export const mobile = '33612345678';
export const allTypes = ['SETUP', 'CONNECT', 'RELEASE'];

export async function openWorld(t: TestContext) {
  const receiver = await startReceiver(t);
  const server = await startServer(t, { args: ['--sandbox'] });
  const { url } = receiver;
  await server.run('line', 'set', line, '--notification-url', `${url}/own?r=_CALLREF_`);
  await server.run('line', 'set', line, '--title', 'Reception');
  return {
    receiver,
    server,
    /** Adds a destination at this path of the receiver; its id. */
    async add(target: string, ...settings: string[]): Promise<string> {
      const printed = await server.run('destination', 'add', line, url + target, ...settings);
      return /^destination (\d+) of line \d+ added\n$/.exec(printed)![1]!;
    },
    async rotate(...more: string[]): Promise<string> {
      return (await server.run('secret', 'rotate', line, ...more)).trim();
    },
    /** What came for one path, in the order of its coming. */
    at: (path: string) => receiver.requests.filter(({ target }) => target.startsWith(path)),
    /** A call that is answered and over at once; its callref. */
    async simulate(caller = mobile, callee = line): Promise<string> {
      const quick = ['--answer-after', '0.05', '--talk', '0.05'];
      const printed = await server.run('simulate', caller, callee, ...quick);
      return /^callref=(\S+) /.exec(printed)![1]!;
    },
  };
}

/** What a receiver checks, with the key that it was given. */
export function signed(secret: string, request: ReceivedRequest): SignedRequest {
  const { method, target, body, headers } = request;
  return {
    secret,
    id: String(headers['webhook-id']),
    timestamp: String(headers['webhook-timestamp']),
    signatures: String(headers['webhook-signature']),
    content: method === 'GET' ? target : body,
  };
}
