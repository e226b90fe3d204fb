// The kinds of file that SIPp shares with us: the scenario, whose @NAME=default@ places are filled before
// SIPp reads it (SIPp has no variable where it matches a status), the trace of messages that it writes,
// and its errors, in which the messages stand that its scenario did not expect. Used by sipp.ts.

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

/**
 * What SIPp did not expect, by its errors, one a message; but for what it had had already. Over UDP a
 * server that the machine held up for half a second repeats its request though the answer is on its
 * way (RFC 3261, 17.1.2.2), and SIPp knows a repeated request only until it has sent two messages in
 * answer to it: behind the 200 and 487 to a CANCEL, the same CANCEL is unexpected.
 */
export function surprisesIn(errors: string, messages: readonly TracedMessage[]): string[] {
  const came = new Map<string, number>();
  for (const { direction, raw, method, status, header } of messages) {
    if (direction !== 'received') continue;
    const text = plain(raw.toString('latin1'));
    // SIPp names a BYE or a CANCEL only by its call.
    const names = status === 0 ? [text, `${method} ${header('call-id')}`] : [text];
    for (const name of names) came.set(name, (came.get(name) ?? 0) + 1);
  }
  const line =
    /call on (?:an )?unexpected (?:(BYE|CANCEL) for call: (\S+)|message for Call-Id '[^']*': [^\n]*?, received '([\s\S]*?)'(?=\s*(?:\d{4}-\d\d-\d\d\s|$)))/g;
  const surprises: string[] = [];
  for (const [whole, method, call, text] of errors.matchAll(line)) {
    const name = text === undefined ? `${method} ${call}` : plain(text);
    const left = came.get(name) ?? 0;
    came.set(name, left - 1);
    // The first of its kind is none that it had had.
    if (left < 2) surprises.push(whole);
  }
  return surprises;
}

function plain(text: string): string {
  return text.replaceAll('\r', '').trim();
}
