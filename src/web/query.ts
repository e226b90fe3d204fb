// The query of a request as real programs write it: raw or percent-encoded, UTF-8 or Latin-1, a plus for
// a space, names in any letter case (docs/makecall.md).

/** The parameters by lower-case name, or the name that stands twice. */
export type Query =
  | { readonly ok: true; readonly parameters: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly twice: string };

/** Reads the query of a target as it came, Latin-1 (front.ts). */
export function readQuery(rawTarget: string): Query {
  const parameters = new Map<string, string>();
  const mark = rawTarget.indexOf('?');
  const query = mark < 0 ? '' : rawTarget.slice(mark + 1).replace(/#.*$/, '');
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (parameters.has(name)) return { ok: false, twice: name.slice(0, 32) };
    parameters.set(name, decode(equals < 0 ? '' : pair.slice(equals + 1)));
  }
  return { ok: true, parameters };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes that are no UTF-8 are taken as Latin-1: older programs write names that way. */
function decode(text: string): string {
  const bytes = Buffer.from(
    text
      .replaceAll('+', ' ')
      .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    'latin1',
  );
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
