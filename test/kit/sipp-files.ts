// The two kinds of file that SIPp shares with us: the scenario, whose @NAME=default@ places are filled
// before SIPp reads it (SIPp has no variable where it matches a status), and the trace of messages that
// it writes. Used by sipp.ts.

import { readWire, type WireMessage } from './wire.ts';

export interface TracedMessage extends WireMessage {
  readonly direction: 'sent' | 'received';
}

/** Puts values into `@NAME=default@`; a line that held only a place left empty disappears. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  const place = /@([A-Z_]+)=([^@]*)@/g;
  return text
    .split('\n')
    .filter((line) => !(/^\s*@[A-Z_]+=[^@]*@$/.test(line) && replaced(line).trim() === ''))
    .map(replaced)
    .join('\n');

  function replaced(line: string): string {
    return line.replaceAll(
      place,
      (_, name: string, byDefault: string) => values[name] ?? byDefault,
    );
  }
}

/** The messages in a file that `-trace_msg` wrote: a ruler with the time, a size, the bytes. */
export function readTrace(file: Buffer): TracedMessage[] {
  const text = file.toString('latin1'); // one character a byte, so that positions are offsets
  const head =
    /-{40,} (\d{4}-\d\d-\d\d)\s+([\d:.]+)\n\w+ message (sent|received) [[(](\d+)[\]]? bytes\)? ?:\n\n/g;
  const found: TracedMessage[] = [];
  for (let match = head.exec(text); match; match = head.exec(text)) {
    const raw = file.subarray(head.lastIndex, head.lastIndex + Number(match[4]));
    if (raw.length < Number(match[4])) break; // still being written
    const at = Date.parse(`${match[1]}T${match[2]?.slice(0, 12)}`);
    found.push({ ...readWire(raw, at), direction: match[3] === 'sent' ? 'sent' : 'received' });
    head.lastIndex += raw.length;
  }
  return found;
}
