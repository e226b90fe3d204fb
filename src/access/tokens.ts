// The tokens of programs: in memory, on disk behind, and changed one after the other. A token is shown
// whole when it is made and never again; what a program may do with it is its reach.

import type { Store } from '../store/store.ts';
import { completeReach, wrongTokenName, type ReachInput, type Surroundings } from './checks.ts';
import { tooMany } from './limits.ts';
import { isAllowed, type Asker } from './may-manage.ts';
import { refuse, type Outcome, type Refused } from './outcome.ts';
import type { Reach, Token } from './principal.ts';
import { hashOf, isHashOf, makeSecret, makeTokenId, readToken, tokenText } from './secrets.ts';
import type { Turns } from './turns.ts';
import { sameReach, type ChangeOptions } from './users.ts';

const NO_HASH = '0'.repeat(64);

export interface NewTokenInput extends ReachInput {
  readonly name: string;
}

/** What is written about a token that exists; only what is given changes. */
export interface TokenInput extends ReachInput {
  readonly name?: string | undefined;
}

export type TokenStore = Pick<Store, 'allTokens' | 'putToken' | 'removeToken'>;

export interface TokensOptions {
  readonly store: TokenStore;
  readonly turns: Turns;
  readonly now: () => number;
  readonly around: Surroundings;
  /** Told when a token is removed or its rights changed. */
  readonly onRevoked: (id: string) => void;
}

export class Tokens {
  readonly #options: TokensOptions;
  readonly #byId = new Map<string, Token>();
  /** The oldest first; made anew after a change, when somebody asks. */
  #sorted: readonly Token[] | undefined;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    for (const token of await this.#options.store.allTokens()) this.#show(token);
  }

  byId(id: string): Token | undefined {
    return this.#byId.get(id);
  }

  /** All tokens, in no order. */
  each(): Iterable<Token> {
    return this.#byId.values();
  }

  /** All tokens, the oldest first. */
  all(): readonly Token[] {
    this.#sorted ??= [...this.#byId.values()].sort(
      (a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
    );
    return this.#sorted;
  }

  /** Makes a token. `secret` is the whole token: it is kept nowhere, so show it now. */
  add(
    input: NewTokenInput,
    { by }: Pick<ChangeOptions, 'by'> = {},
  ): Promise<Outcome<{ readonly token: Token; readonly secret: string }>> {
    return this.#options.turns.take(async () => {
      const complete = this.#complete(input, undefined, by);
      if (!complete.ok) return complete;
      const { name } = input;
      const secret = makeSecret();
      const id = this.#freeId();
      const createdAt = this.#options.now();
      const token = { id, name, ...complete.reach, secretHash: hashOf(secret), createdAt };
      await this.#options.store.putToken(token);
      this.#show(token);
      return { ok: true, token, secret: tokenText(id, secret) };
    });
  }

  /** Changes a token's name or rights; the token itself stays. */
  set(
    id: string,
    input: TokenInput,
    { by }: Pick<ChangeOptions, 'by'> = {},
  ): Promise<Outcome<{ readonly token: Token }>> {
    return this.#options.turns.take(async () => {
      const before = this.#byId.get(id);
      if (before === undefined) return noToken(id);
      if (!isAllowed(by, before, 'token')) return notYours();
      const complete = this.#complete(input, before, by);
      if (!complete.ok) return complete;
      const token = { ...before, ...complete.reach, name: input.name ?? before.name };
      await this.#options.store.putToken(token);
      this.#show(token);
      if (!sameReach(before, token)) this.#options.onRevoked(id);
      return { ok: true, token };
    });
  }

  /** Removes a token: it opens nothing any more. `token` is what it was. */
  remove(id: string, by?: Asker): Promise<Outcome<{ readonly token: Token }>> {
    return this.#options.turns.take(async () => {
      const token = this.#byId.get(id);
      if (token === undefined) return noToken(id);
      if (!isAllowed(by, token, 'token')) return notYours();
      await this.#options.store.removeToken(id);
      this.#byId.delete(id);
      this.#sorted = undefined;
      this.#options.onRevoked(id);
      return { ok: true, token };
    });
  }

  /** The token that a program shows; undefined where it is none of ours. */
  ofText(text: string): Token | undefined {
    const read = readToken(text);
    if (read === undefined) return undefined;
    const token = this.#byId.get(read.id);
    return isHashOf(token?.secretHash ?? NO_HASH, read.secret) ? token : undefined;
  }

  #complete(
    input: TokenInput,
    before: Token | undefined,
    by: Asker | undefined,
  ): Outcome<{ readonly reach: Reach }> {
    const wrong = input.name === undefined ? undefined : wrongTokenName(input.name);
    if (wrong !== undefined) return wrong;
    const complete = completeReach(input, before, this.#options.around);
    if (!complete.ok) return complete;
    const { reach: after } = complete;
    if (!isAllowed(by, after, 'token')) return notYours();
    return tooMany('tokens', { before, after }, this.#byId, by) ?? complete;
  }

  #show(token: Token): void {
    this.#byId.set(token.id, token);
    this.#sorted = undefined;
  }

  #freeId(): string {
    for (;;) {
      const id = makeTokenId();
      if (!this.#byId.has(id)) return id;
    }
  }
}

function noToken(id: string): Refused {
  // Who writes the whole token by mistake must not find it in a log.
  const shown = /^[0-9a-f]{12}$/.test(id) ? ` with the id ${id}` : '';
  return refuse(
    'not-found',
    `there is no token${shown}: write the id that the list of tokens shows, 12 hex digits`,
    shown === '' ? {} : { values: { id } },
  );
}

function notYours(): Refused {
  return refuse('forbidden', 'the token is not yours to change, or would get more than you have');
}
