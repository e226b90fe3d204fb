// What the callers and telephones of the soak were told, as SIPp's scenarios log it: `what soak17
// CALL-ID` and SIPp's time. Only reads the lines.

import { readFileSync } from 'node:fs';

/**
 * `ringing` and `answered` are the caller's 180 and 200; `invited` is a telephone's INVITE; `released`
 * is a BYE or CANCEL that came, or the 200 to a BYE that was sent; `forsaken` is a telephone's: nobody ended
 * the call that it answered, or stopped its ringing. `refused` (a caller) and `silence` (nobody
 * answered him any more) are figures.
 */
export type Seen =
  | 'ringing'
  | 'answered'
  | 'invited'
  | 'released'
  | 'refused'
  | 'silence'
  | 'forsaken';

export interface Sighting {
  readonly what: Seen;
  /** Who saw it: `caller`, or the telephone's line. */
  readonly who: string;
  /** The caller's name, which is the call's: `soak17`. */
  readonly caller: string;
  /** Milliseconds since 1970, by the same clock as the server's. */
  readonly at: number;
}

const KNOWN = new Set<string>([
  'ringing',
  'answered',
  'invited',
  'released',
  'refused',
  'silence',
  'forsaken',
] satisfies Seen[]);

/** The sightings in a log file of SIPp; a message that came twice within a SIP call counts once. */
export function readSightings(who: string, path: string): Sighting[] {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return []; // SIPp makes the file with its first line
  }
  return parseSightings(who, text);
}

export function parseSightings(who: string, text: string): Sighting[] {
  const line = /^(\w+) (soak\d+) (\S+) \S+\t\S+\t(\d+)\.(\d{3})\d*$/gm;
  const found = new Map<string, Sighting>();
  for (const [, what = '', caller = '', callId = '', seconds, millis] of text.matchAll(line)) {
    if (!isSeen(what)) continue;
    const key = `${what} ${callId}`;
    if (!found.has(key))
      found.set(key, { what, who, caller, at: Number(seconds) * 1000 + Number(millis) });
  }
  return [...found.values()];
}

function isSeen(what: string): what is Seen {
  return KNOWN.has(what);
}
