// Reads the answers on a connection (HTTP/1.1, RFC 9112), in whatever pieces their bytes come: the head, which
// decides, and how long the body is, which decides whether the connection can be used again. Opens, sends and
// keeps nothing: connection.ts does. Written for one reader, the sender of notifications: it never asks for
// HEAD or CONNECT, and the body's coding does not matter to it.

import { HttpError } from './http-error.ts';
import { parseResponseHead } from './response-head.ts';
import type { ResponseHead } from './response-head.ts';

/** Told of an answer as it comes. */
export interface ResponseListener {
  /** The final answer's head: once, before anything else. */
  onHead(head: ResponseHead): void;
  /** A piece of the body. The bytes are only there during the call: the next ones overwrite them. */
  onBody(bytes: Uint8Array): void;
  /** All of it is there. `reusable`: another request may follow on this connection. */
  onEnd(reusable: boolean): void;
}

/** The longest head; blank lines before it, sizes of chunks and trailers in all; bytes. */
const MOST_HEAD_BYTES = 16 * 1024;
/** A server says once or twice that it has begun; a few more for those that say so every second. */
const MOST_ANNOUNCED = 20;
/** More than twelve digits that count would be more than a number holds exactly. */
const CHUNK_SIZE = /^0{0,8}([0-9a-fA-F]{1,12})[ \t]*(;.*)?$/;

/** What the next byte belongs to. */
type Part = 'nothing' | 'head' | 'body' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'rest';

export class ResponseReader {
  readonly #listener: ResponseListener;
  #part: Part = 'nothing';
  /** Of a head or line that is not complete yet: what has come, as Latin-1. */
  #text = '';
  /** Bytes that are left of a body, or of a chunk. */
  #left = 0;
  #keepAlive = false;
  #announced = 0;
  /** Bytes of blank lines, chunk sizes and trailers. */
  #overhead = 0;
  #bodyBytes = 0;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** True between the end of an answer and `expect`: what comes then was not asked for. */
  get idle(): boolean {
    return this.#part === 'nothing';
  }

  /** What has been read behind the head of this answer, chunk sizes and all. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** A request was sent: an answer comes next. */
  expect(): void {
    this.#part = 'head';
    this.#text = '';
    this.#announced = 0;
    this.#overhead = 0;
    this.#bodyBytes = 0;
  }

  /** The first `length` bytes are the next ones of the connection. Throws HttpError where they are no answer. */
  read(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length && this.#part !== 'nothing') {
      if (this.#part === 'head') at = this.#readHead(bytes, at, length);
      else {
        const next = this.#readBody(bytes, at, length);
        this.#bodyBytes += next - at;
        at = next;
      }
    }
  }

  /** The other side has closed. Throws HttpError where its answer is not complete. */
  end(): void {
    if (this.#part === 'nothing') return;
    if (this.#part !== 'rest') throw new HttpError('closed-early');
    this.#ended(false);
  }

  /** The first byte behind the head, or `length` where it is not complete. */
  #readHead(bytes: Buffer, from: number, length: number): number {
    const at = this.#text === '' ? this.#behindBlankLines(bytes, from, length) : from;
    const before = this.#text.length;
    const text = this.#text + bytes.toString('latin1', at, length);
    const end = endOfHead(text, Math.max(0, before - 3));
    if (end > MOST_HEAD_BYTES || (end < 0 && text.length > MOST_HEAD_BYTES)) {
      throw new HttpError('head-too-long');
    }
    if (end < 0) {
      this.#text = text;
      if (!beginsAsHttp(text)) throw new HttpError('not-http', 'it does not begin with HTTP/1');
      return length;
    }
    this.#text = '';
    this.#hasHead(parseResponseHead(text.slice(0, end)), at + end - before === length);
    return at + end - before;
  }

  /** They may be left of an answer before. */
  #behindBlankLines(bytes: Buffer, from: number, length: number): number {
    let at = from;
    while (at < length && (bytes[at] === 0x0d || bytes[at] === 0x0a)) at += 1;
    this.#overhead += at - from;
    if (this.#overhead > MOST_HEAD_BYTES) throw new HttpError('head-too-long');
    return at;
  }

  #hasHead(head: ResponseHead, isAll: boolean): void {
    const { status, body } = head;
    if (status < 200) {
      // 1xx announces the answer, it is none; without end, it would keep us busy for nothing.
      if (status === 101) throw new HttpError('not-http', 'it switches to another protocol');
      if (++this.#announced > MOST_ANNOUNCED) throw new HttpError('not-http', 'no end of 1xx');
      return;
    }
    this.#keepAlive = head.keepAlive;
    this.#listener.onHead(head);
    if (body === 0) this.#ended(isAll);
    else if (body === 'chunked') this.#part = 'chunk-size';
    else if (body === 'to-the-end') this.#part = 'rest';
    else {
      this.#part = 'body';
      this.#left = body;
    }
  }

  /** The first byte that was not read. */
  #readBody(bytes: Buffer, at: number, length: number): number {
    switch (this.#part) {
      case 'rest':
        this.#listener.onBody(bytes.subarray(at, length));
        return length;
      case 'body':
      case 'chunk': {
        const next = Math.min(length, at + this.#left);
        this.#left -= next - at;
        this.#listener.onBody(bytes.subarray(at, next));
        if (this.#left === 0) {
          if (this.#part === 'body') this.#ended(next === length);
          else this.#part = 'chunk-end';
        }
        return next;
      }
      default:
        return this.#readLine(bytes, at, length);
    }
  }

  /** A line of the chunked coding (RFC 9112, 7.1), or as much of it as there is. */
  #readLine(bytes: Buffer, at: number, length: number): number {
    const found = bytes.indexOf(0x0a, at);
    const next = found < 0 || found >= length ? length : found + 1;
    this.#overhead += next - at;
    if (this.#overhead > MOST_HEAD_BYTES) throw new HttpError('head-too-long');
    this.#text += bytes.toString('latin1', at, next);
    if (!this.#text.endsWith('\n')) return next;
    const line = this.#text.replace(/\r?\n$/, '');
    this.#text = '';
    this.#hasLine(line, next === length);
    return next;
  }

  #hasLine(line: string, isAll: boolean): void {
    if (this.#part === 'chunk-end') {
      if (line !== '') throw new HttpError('not-http', 'a chunk is longer than it says');
      this.#part = 'chunk-size';
    } else if (this.#part === 'trailer') {
      if (line === '') this.#ended(isAll);
    } else {
      const size = CHUNK_SIZE.exec(line)?.[1];
      if (size === undefined) throw new HttpError('not-http', 'a chunk has no size');
      this.#left = Number.parseInt(size, 16);
      this.#part = this.#left === 0 ? 'trailer' : 'chunk';
    }
  }

  /** What comes behind an answer is not one to a request: then the connection is of no use any more. */
  #ended(isAll: boolean): void {
    this.#part = 'nothing';
    this.#listener.onEnd(this.#keepAlive && isAll);
  }
}

/** Where the body begins: behind an empty line, whose ends may lack their CR (RFC 9112, 2.2). -1: not there yet. */
function endOfHead(text: string, from: number): number {
  const usual = text.indexOf('\n\r\n', from);
  const bare = text.indexOf('\n\n', from);
  if (bare >= 0 && (usual < 0 || bare < usual)) return bare + 2;
  return usual < 0 ? -1 : usual + 3;
}

const BEGINNING = 'HTTP/1.';
function beginsAsHttp(text: string): boolean {
  return text.length < BEGINNING.length ? BEGINNING.startsWith(text) : text.startsWith(BEGINNING);
}
