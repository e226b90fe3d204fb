// A GET by undici's bare `Agent.dispatch`, and nothing else: the client that Carillon is measured against,
// and what the other queues' jobs do (bench/peers). Fails loudly: at the bench's sink nothing may fail.

import { Agent } from 'undici';

/** Connections to the one sink, for everybody who is measured; Carillon's own limits say the same. */
export const CONNECTIONS = 50;

export type BareGet = (path: string, done: (error: Error | undefined) => void) => void;

/** A client of one server, `http://HOST:PORT`, that stays connected between runs. */
export function createBareGet(origin: string): BareGet {
  const agent = new Agent({
    allowH2: false,
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 600_000,
    keepAliveMaxTimeout: 600_000,
  });
  return (path, done) => {
    let status = 0;
    agent.dispatch(
      { origin, path, method: 'GET' },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData() {},
        onResponseEnd() {
          done(status === 200 ? undefined : new Error(`the sink answered ${status}`));
        },
        onResponseError(_controller, error) {
          done(error);
        },
      },
    );
  };
}

/** The same as a promise, for a job. */
export function promisedGet(get: BareGet): (path: string) => Promise<void> {
  return (path) =>
    new Promise((resolve, reject) => {
      get(path, (error) => (error ? reject(error) : resolve()));
    });
}

/** The path of an event as long as Carillon's own, for clients that have no call to speak of. */
export function barePath(callref: string, type: string): string {
  return (
    `/notification.php?account=33100000017&caller=33612345678&callee=33100000017&callref=${callref}` +
    `&type=${type}&version=1&dref=0123456789abcdef0123456789abcdef&tsms=1790000000000`
  );
}
