// Reads what `strace -f -o FILE` wrote: one system call a line, or two lines where another thread came
// between its beginning and its end. Positions are line numbers; they are the only order that counts.

export interface SystemCall {
  readonly name: string;
  /** The arguments, as strace shows them. */
  readonly text: string;
  /** What it returned, e.g. `0` or `-1 EAGAIN (…)`; `?` where its end is not in the trace. */
  readonly result: string;
  /** Line at which it began, and at which it ended; the same where nothing came between. */
  readonly began: number;
  readonly ended: number;
}

/** The calls in the order in which they began. */
export function readSystemCalls(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { name: string; text: string; began: number }>();
  for (const [number, line] of trace.split('\n').entries()) {
    const begun = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/.exec(line);
    const resumed = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (.*)$/.exec(line);
    const whole = /^(\d+) +(\w+)\((.*)\) += (.*)$/.exec(line);
    if (begun) {
      const [, thread = '', name = '', text = ''] = begun;
      unfinished.set(thread, { name, text, began: number });
    } else if (resumed) {
      const [, thread = '', , rest = '', result = '?'] = resumed;
      const first = unfinished.get(thread);
      unfinished.delete(thread);
      if (first) calls.push({ ...first, text: first.text + rest, result, ended: number });
    } else if (whole) {
      const [, , name = '', text = '', result = '?'] = whole;
      calls.push({ name, text, result, began: number, ended: number });
    }
  }
  for (const first of unfinished.values()) {
    calls.push({ ...first, result: '?', ended: Number.POSITIVE_INFINITY });
  }
  return calls.sort((a, b) => a.began - b.began);
}
