// The names of SIP headers: any letter case and the compact forms (RFC 3261, 7.3.3) become one
// lower-case name within the server; on the wire they are written as the RFCs write them.

const written = [
  'Accept', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Allow-Events',
  'Authentication-Info', 'Authorization', 'Call-ID', 'Call-Info', 'Contact', 'Content-Disposition',
  'Content-Encoding', 'Content-Language', 'Content-Length', 'Content-Type', 'CSeq', 'Date',
  'Diversion', 'Event', 'Expires', 'From', 'History-Info', 'Info-Package', 'Max-Forwards',
  'MIME-Version', 'Min-Expires', 'Min-SE', 'Organization', 'P-Asserted-Identity',
  'P-Preferred-Identity', 'Path', 'Priority', 'Privacy', 'Proxy-Authenticate',
  'Proxy-Authorization', 'Proxy-Require', 'RAck', 'Reason', 'Record-Route', 'Recv-Info', 'Refer-To',
  'Referred-By', 'Remote-Party-ID', 'Replaces', 'Require', 'Retry-After', 'Route', 'RSeq', 'Server',
  'Session-Expires', 'Subject', 'Subscription-State', 'Supported', 'Timestamp', 'To', 'Unsupported',
  'User-Agent', 'Via', 'Warning', 'WWW-Authenticate',
]; // prettier-ignore

const compact: Record<string, string> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const canonical = new Map<string, string>();
const onTheWire = new Map<string, string>();
for (const name of written) {
  const lower = name.toLowerCase();
  canonical.set(name, lower);
  canonical.set(lower, lower);
  onTheWire.set(lower, name);
}
for (const [letter, lower] of Object.entries(compact)) {
  canonical.set(letter, lower);
  canonical.set(letter.toUpperCase(), lower);
}

/**
 * The one name used within the server: `v`, `VIA` and `Via` all give `via`. Undefined where the text is
 * no token (RFC 3261, 25.1).
 */
export function canonicalName(name: string): string | undefined {
  return canonical.get(name) ?? canonicalSlow(name);
}

function canonicalSlow(name: string): string | undefined {
  const lower = name.toLowerCase();
  return canonical.get(lower) ?? (/^[a-z0-9.!%*_+`'~-]+$/.test(lower) ? lower : undefined);
}

/** The name as it is sent, e.g. `CSeq`; an unknown one gets a capital after each dash. */
export function wireName(lower: string): string {
  return (
    onTheWire.get(lower) ??
    lower.replace(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase())
  );
}
