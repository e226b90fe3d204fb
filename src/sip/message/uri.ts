// SIP URIs in parts (RFC 3261, 19.1), and `tel:` URIs as far as their number (RFC 3966).

import { parameterOf } from './headers.ts';

export interface SipUri {
  /** `sip`, `sips` or `tel`, lower case. */
  readonly scheme: string;
  /**
   * The user, percent-decoded, with what telephone numbers hang behind it (`;phone-context=…`, 19.1.6);
   * empty where there is none. Of `tel:` the number with its parameters.
   */
  readonly user: string;
  /** Host name or address, in lower case, brackets of IPv6 kept; empty for `tel`. */
  readonly host: string;
  /** 0 where none is written. */
  readonly port: number;
  /** From the first `;` behind the host on, headers (`?…`) left out. */
  readonly parameters: string;
}

const sipForm =
  /^(sips?):(?:([^@]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i;
const telForm = /^tel:([+0-9().\-*#a-f]{1,64})((?:;.*)?)$/i;

/** Parses a URI. Undefined where it is malformed or of another scheme. */
export function parseUri(text: string): SipUri | undefined {
  // What no URI holds (19.1.1), and what would break the line or the brackets that it is written into.
  if (/[^!#-;=?-~\u0080-\u00ff]/.test(text)) return undefined;
  const match = sipForm.exec(text);
  if (match) {
    const port = match[4] === undefined ? 0 : Number(match[4]);
    if (port > 65535) return undefined;
    const userInfo = match[2] ?? '';
    const colon = userInfo.indexOf(':');
    const user = decode(colon < 0 ? userInfo : userInfo.slice(0, colon));
    if (user === undefined) return undefined;
    return {
      scheme: match[1]!.toLowerCase(),
      user,
      host: match[3]!.toLowerCase(),
      port,
      parameters: match[5]!,
    };
  }
  const tel = telForm.exec(text);
  if (!tel) return undefined;
  return { scheme: 'tel', user: tel[1]! + tel[2]!, host: '', port: 0, parameters: tel[2]! };
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  // Byte by byte, since all text here is Latin-1 (message.ts).
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The `transport` parameter in lower case, or undefined. */
export function transportOf(uri: SipUri): string | undefined {
  return parameterOf(uri.parameters, 'transport')?.toLowerCase();
}

/** True where a host is written as an IPv4 or bracketed IPv6 address. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
