// Cuts a stream of bytes into lines, with a limit on what it keeps. Used by both ends of the control
// socket; it knows nothing of what the lines say.

const NEWLINE = 0x0a;

export class LineReader {
  readonly limit: number;
  #lines: string[] = [];
  #parts: Buffer[] = [];
  #partBytes = 0;
  #overflowed = false;

  /** @param limit bytes of the longest line, its newline not counted. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** True once a line was longer than the limit. What comes after it is thrown away. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** True where there is a whole line to take, or the overflow to tell. */
  get hasNews(): boolean {
    return this.#overflowed || this.#lines.length > 0;
  }

  push(chunk: Buffer | string): void {
    let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    while (!this.#overflowed) {
      const end = rest.indexOf(NEWLINE);
      const part = end < 0 ? rest : rest.subarray(0, end);
      this.#partBytes += part.length;
      if (this.#partBytes > this.limit) {
        this.#overflowed = true;
        this.#parts = [];
        return;
      }
      // Bytes are joined before they become text: a chunk may end inside a character.
      this.#parts.push(part);
      if (end < 0) return;
      this.#lines.push(Buffer.concat(this.#parts).toString('utf8'));
      this.#parts = [];
      this.#partBytes = 0;
      rest = rest.subarray(end + 1);
    }
  }

  /** The oldest line that was not taken yet, without its newline; undefined where there is none. */
  next(): string | undefined {
    return this.#lines.shift();
  }
}
