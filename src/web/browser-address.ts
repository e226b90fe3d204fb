// Where a browser on this machine finds the pages, for the links that commands print. Pages and programs that
// ask over HTTP get the address that they asked at instead: request-origin.ts.

import { formatHostPort } from '../config.ts';
import type { Config } from '../config.ts';
import type { Web } from './web.ts';

/**
 * The pages' address, `http://HOST:PORT` or `https://HOST:PORT`; loopback where every address is listened on.
 * Not HTTPS in the sandbox: no browser would trust its own certificate.
 */
export function addressForBrowsers(
  { address, httpsAddress }: Pick<Web, 'address' | 'httpsAddress'>,
  { sandbox }: Pick<Config, 'sandbox'>,
): string {
  const encrypted = sandbox ? undefined : httpsAddress;
  const { host, port } = encrypted ?? address;
  const here = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${encrypted ? 'https' : 'http'}://${formatHostPort({ host: here, port })}`;
}
