// Netstrings, `5:hello,`: how baresip's control port frames its messages over TCP. Used by baresip.ts.

export function netstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
}

/** Collects chunks and gives back the complete strings in them. */
export class NetstringReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const found: string[] = [];
    for (;;) {
      const colon = this.#rest.indexOf(':');
      if (colon < 0) return found;
      const length = Number(this.#rest.toString('latin1', 0, colon));
      if (!Number.isInteger(length)) throw new Error('the control port sent no netstring');
      const end = colon + 1 + length;
      if (this.#rest.length <= end) return found; // the comma has not come
      found.push(this.#rest.toString('utf8', colon + 1, end));
      this.#rest = this.#rest.subarray(end + 1);
    }
  }
}
