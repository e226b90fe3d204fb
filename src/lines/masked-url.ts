// A URL that comes back from a page where its user name and password were shown as `***`: the kept ones
// are put in again, but only for the server that they were written for. Hiding them is
// notifications/url.ts; whether the URL is valid is checked later, as for any other.

import { refuse } from './line-result.ts';
import type { LineRefusal } from './line-result.ts';
import { say } from './message-codes.ts';

const MASK = '***';

export type Unmasked = { readonly ok: true; readonly url: string } | LineRefusal;

/**
 * The URL to keep. `changed` is what came, `kept` what is set now (empty where nothing is). A mask
 * stands for the kept user name and password where scheme, host and port are those of `kept`; anywhere
 * else it is refused, since whoever may edit the URL could have the credentials sent to a server of his
 * own. What has no mask comes back as it is. `field` is the setting's name, for the refusal.
 */
export function unmask(changed: string, kept: string, field = 'notificationUrl'): Unmasked {
  const shown = serverOf(changed);
  if (shown?.userInfo !== MASK) return { ok: true, url: changed };
  const { userInfo, server } = serverOf(kept) ?? {};
  if (userInfo === undefined || server !== shown.server) {
    const host = shown.hostAndPort;
    const text =
      `the user name and password of the URL are hidden (***) and were not kept for ${host}: write them ` +
      'again, or leave *** out. A user name that is really *** is written %2A%2A%2A.';
    return refuse(field, say('masked-user-info', text, { host }));
  }
  const [beforeMask, afterMask] = shown.around;
  return { ok: true, url: `${beforeMask}${userInfo}${afterMask}` };
}

/** Scheme, user-info, host and port, told apart as where they are hidden (maskUserInfo). */
function serverOf(url: string) {
  const match = /^([^:/?#]*):\/\/([^/?#]*)@([^/?#]*)/.exec(url);
  if (match === null) return undefined;
  const [all, scheme = '', userInfo = '', hostAndPort = ''] = match;
  const start = `${scheme}://`;
  return {
    userInfo,
    hostAndPort,
    server: canonical(scheme.trim(), hostAndPort),
    /** What stands before and behind the user-info. */
    around: [start, `@${hostAndPort}${url.slice(all.length)}`] as const,
  };
}

/** One text for each server: lower case, and no port where it is the scheme's own. */
function canonical(scheme: string, hostAndPort: string): string {
  const server = `${scheme}://${hostAndPort}`.toLowerCase();
  if (server.startsWith('http://')) return server.replace(/:80$/, '');
  return server.startsWith('https://') ? server.replace(/:443$/, '') : server;
}
