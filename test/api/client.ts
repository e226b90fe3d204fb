// One caller of the API, as a browser or a program is: with a cookie and its CSRF token, with a bearer
// token, or with nothing. Answers come as they are; a status is the test's to judge.

import assert from 'node:assert/strict';
import type { Server } from '../kit/server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON in it; undefined where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect
  readonly json: any;
}

export interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Client {
  readonly #base: string;
  cookie = '';
  csrf = '';
  bearer = '';

  /** @param http `http://HOST:PORT` of the server. */
  constructor(http: string) {
    this.#base = `${http}/api/v1`;
  }

  get headers(): Record<string, string> {
    return {
      ...(this.cookie === '' ? {} : { Cookie: `carillon_session=${this.cookie}` }),
      ...(this.csrf === '' ? {} : { 'X-CSRF-Token': this.csrf }),
      ...(this.bearer === '' ? {} : { Authorization: `Bearer ${this.bearer}` }),
    };
  }

  /** Sends a request; an object is sent as JSON, bytes and texts as they are. */
  async send(method: string, path: string, { body, headers }: Sending = {}): Promise<Answer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const json = body === undefined || raw ? {} : { 'Content-Type': 'application/json' };
    const response = await fetch(`${this.#base}${path}`, {
      method,
      signal: AbortSignal.timeout(20_000),
      headers: { ...this.headers, ...json, ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== '' ? JSON.parse(text) : undefined,
    };
  }

  /** Sends a request that must succeed, and gives its JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect
  async must(method: string, path: string, body?: unknown): Promise<any> {
    const { status, text, json } = await this.send(method, path, { body });
    assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
    return json;
  }

  /** Signs in, and keeps the cookie and the CSRF token. */
  async signIn(how: { link: string } | { name: string; password: string }): Promise<Answer> {
    const answer = await this.send('POST', '/session', { body: how });
    if (answer.status !== 200) return answer;
    this.cookie = /carillon_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')![1]!;
    this.csrf = answer.json.csrf;
    return answer;
  }
}

/** The sandbox's operator, signed in by the link that `serve` printed. */
export async function operatorOf(server: Server): Promise<Client> {
  const [, link = ''] = await server.process.waitForOutput(/^Open \S+#link=(\S+) /m, 5000);
  const operator = new Client(server.http);
  assert.equal((await operator.signIn({ link })).status, 200);
  return operator;
}

/** Somebody whom a sign-in link of his lets in. */
export async function signedIn(server: Server, operator: Client, name: string): Promise<Client> {
  const { url } = await operator.must('POST', `/users/${encodeURIComponent(name)}/sign-in-link`);
  const client = new Client(server.http);
  const answer = await client.signIn({ link: url.split('#link=')[1] });
  assert.equal(answer.status, 200, answer.text);
  return client;
}

/** A program with a token. */
export async function withToken(
  server: Server,
  operator: Client,
  reach: { role: string; customer?: string; lines?: string[] },
): Promise<Client> {
  const { secret } = await operator.must('POST', '/tokens', { name: 'a program', ...reach });
  const client = new Client(server.http);
  client.bearer = secret;
  return client;
}
