// Cuts messages out of a stream (RFC 3261, 18.3): headers up to an empty line, then as many bytes as
// Content-Length says. "Not yet whole" and "cannot be SIP" are two different outcomes.

/** Largest message taken from a stream, bytes. */
export const largestMessage = 65_535;

export type Frame =
  | { readonly kind: 'message'; readonly text: string }
  /** CRLF CRLF: a keep-alive to be answered with CRLF (RFC 5626, 3.5.1). */
  | { readonly kind: 'ping' }
  | { readonly kind: 'incomplete' }
  /** The stream cannot be followed any further; `text` is its beginning, for an answer. */
  | { readonly kind: 'broken'; readonly reason: 'too large' | 'no length'; readonly text: string };

/** Collects chunks of one connection and gives frames. */
export class Framing {
  #held = '';
  /** How far #held was searched for the end of the headers: a trickling peer is not searched anew. */
  #searched = 0;
  /** Length of the message that has begun, once its headers are here; it is not looked at until then. */
  #expected = 0;

  push(chunk: string): void {
    this.#held += chunk;
  }

  next(): Frame {
    if (this.#held.length < this.#expected) return { kind: 'incomplete' };
    if (this.#held.startsWith('\r\n')) {
      if (this.#held.startsWith('\r\n\r\n')) {
        this.#drop(4);
        return { kind: 'ping' };
      }
      if (this.#held.length === 2 || this.#held === '\r\n\r') return { kind: 'incomplete' };
      this.#drop(2);
    }
    const end = this.#held.indexOf('\r\n\r\n', Math.max(0, this.#searched - 3));
    if (end < 0) {
      this.#searched = this.#held.length;
      return this.#held.length > largestMessage
        ? this.#broken('too large')
        : { kind: 'incomplete' };
    }
    const headers = this.#held.slice(0, end + 2);
    const length = /\r\n(?:content-length|l)[ \t]*:(?:[ \t]|\r\n[ \t])*(\d{1,9})[ \t]*\r\n/i.exec(
      headers,
    );
    if (!length) return this.#broken('no length');
    const total = end + 4 + Number(length[1]);
    if (total > largestMessage) return this.#broken('too large');
    if (this.#held.length < total) {
      this.#expected = total;
      return { kind: 'incomplete' };
    }
    const text = this.#held.slice(0, total);
    this.#drop(total);
    return { kind: 'message', text };
  }

  #drop(count: number): void {
    this.#held = this.#held.slice(count);
    this.#searched = 0;
    this.#expected = 0;
  }

  #broken(reason: 'too large' | 'no length'): Frame {
    const text = this.#held;
    this.#drop(text.length);
    return { kind: 'broken', reason, text };
  }
}
