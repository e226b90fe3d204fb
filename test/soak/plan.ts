// What each round of the soak does, from a seed: how the receiver behaves and at what moment the server
// is killed. The same seed plans the same rounds; when exactly a signal meets the server is the
// machine's affair, and is what the soak is for.

export interface Round {
  readonly n: number;
  readonly kind: RoundKind;
  /** Milliseconds that the server lives on after the moment that `kind` names. */
  readonly liveMs: number;
  /** For `recovery`: part of an ordinary start that is waited for before `liveMs`. */
  readonly startShare: number;
}

/**
 * `load`: killed under load some time after it was ready. `storm`: the same while most deliveries fail.
 * `long`: lives for some seconds, so that retries come due by their timers. `recovery`: killed around
 * the end of its start, while it ends the calls and sends the notifications of the life before.
 * `first-request`: killed right behind the first notification that this life sends.
 */
export type RoundKind = 'load' | 'storm' | 'long' | 'recovery' | 'first-request';

/** Kinds with their share in a hundred, and how long the server lives on, milliseconds. */
const KINDS: readonly (readonly [RoundKind, number, number, number])[] = [
  ['load', 55, 50, 700],
  ['storm', 15, 200, 900],
  ['long', 5, 1_500, 3_000],
  ['recovery', 13, 0, 60],
  ['first-request', 12, 0, 50],
];

/** The rounds of a soak. */
export function planRounds(rounds: number, seed: number): Round[] {
  const random = seededRandom(seed);
  return Array.from({ length: rounds }, (_, index) => {
    const [kind, , least, most] = pickKind(random() * 100);
    const liveMs = least + random() * (most - least);
    return { n: index + 1, kind, liveMs, startShare: 0.7 + random() * 0.3 };
  });
}

function pickKind(at: number): (typeof KINDS)[number] {
  let sum = 0;
  for (const kind of KINDS) {
    sum += kind[1];
    if (at < sum) return kind;
  }
  return KINDS[0]!;
}

/** Numbers from 0 to below 1 that a seed decides (Marsaglia's xorshift with 32 bits). */
export function seededRandom(seed: number): () => number {
  // Seeds that differ in a bit must not begin alike; and 0 would stay 0 for ever.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
  for (let i = 0; i < 8; i += 1) next();
  return next;
}
