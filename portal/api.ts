// Requests to /api/v1: JSON in and out, the CSRF header, a time limit, and every failure as a value. It
// draws nothing and keeps nothing but that header; who is signed in is session.ts.

import type { Problem } from '../src/web/api/schemas.ts';

/** A failure to show: from the server (RFC 9457), or made here where no server answered. */
export interface ApiProblem extends Pick<Problem, 'code' | 'detail' | 'values' | 'errors'> {
  /** 0 where no answer came. */
  readonly status: number;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ApiProblem };

export interface Sending {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** An object is sent as JSON, a text as `type`. */
  readonly body?: object | string;
  readonly type?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;

let csrf: string | null = null;
let whenSignedOut = (): void => {};

/** What changing requests must carry; from `Me`. */
export function keepCsrf(token: string | null): void {
  csrf = token;
}

/** Called when the server says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

/** The address of an API path, wherever the pages are served from. `path` has no leading slash. */
export function apiUrl(path: string): string {
  return new URL(`api/v1/${path}`, document.baseURI).href;
}

/**
 * Sends one request. `path` is what follows `/api/v1/`. Never throws; an aborted request answers with
 * the code `aborted`, which nobody needs to show.
 */
export async function send<T>(path: string, sending: Sending = {}): Promise<Answer<T>> {
  const { method = 'GET', body, signal, timeoutMs = TIMEOUT_MS } = sending;
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) {
    headers['Content-Type'] =
      typeof body === 'string' ? (sending.type ?? 'text/plain') : 'application/json';
  }
  if (method !== 'GET' && csrf !== null) headers['X-CSRF-Token'] = csrf;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(apiUrl(path), {
      method,
      headers,
      credentials: 'same-origin',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return await readAnswer<T>(response, path);
  } catch {
    if (signal?.aborted === true) return failure(0, 'aborted');
    return failure(0, limit.aborted ? 'timeout-here' : 'offline-here');
  }
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<Answer<T>> =>
  send<T>(path, signal === undefined ? {} : { signal });
export const post = <T>(path: string, body: object = {}, more: Sending = {}): Promise<Answer<T>> =>
  send<T>(path, { ...more, method: 'POST', body });
export const put = <T>(path: string, body: object): Promise<Answer<T>> =>
  send<T>(path, { method: 'PUT', body });
export const patch = <T>(path: string, body: object): Promise<Answer<T>> =>
  send<T>(path, { method: 'PATCH', body });
export const remove = <T = undefined>(path: string): Promise<Answer<T>> =>
  send<T>(path, { method: 'DELETE' });

/** `lines?q=x&after=y`: values are encoded, empty ones left out. */
export function withQuery(
  path: string,
  query: Record<string, string | number | undefined>,
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return path;
  const pairs = given.map(([name, value]) => [name, String(value)]);
  return `${path}?${new URLSearchParams(pairs).toString()}`;
}

async function readAnswer<T>(response: Response, path: string): Promise<Answer<T>> {
  const { status } = response;
  if (response.ok) {
    if (status === 204) return { ok: true, value: undefined as T };
    const json = (response.headers.get('content-type') ?? '').includes('json');
    return { ok: true, value: (json ? await response.json() : await response.text()) as T };
  }
  // A wrong password at the sign-in is no lost session.
  if (status === 401 && path !== 'session' && path !== 'session/password') whenSignedOut();
  try {
    const problem = (await response.json()) as Problem;
    if (typeof problem.code === 'string') return { ok: false, problem: { ...problem, status } };
  } catch {
    // Not ours: a proxy on the way, or a server that is just starting.
  }
  return failure(status, 'unreadable-answer');
}

// Their sentences are in i18n/messages.fr.ts and messages.en.ts, as those of the server are.
function failure(status: number, code: string): { ok: false; problem: ApiProblem } {
  return { ok: false, problem: { status, code, detail: code, values: { status } } };
}
