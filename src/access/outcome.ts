// What a change of customers, users or tokens comes to: done, or refused with a stable code and a
// sentence for whoever asked. Plain data; the checks are in checks.ts, the changes in customers.ts, users.ts, tokens.ts.

/** Why something was refused. Stable: interfaces show and translate by it. */
export type RefusalCode =
  // What was written is wrong in itself.
  | 'name-form'
  | 'title-form'
  | 'role-missing'
  | 'role-unknown'
  | 'customer-missing'
  | 'customer-not-for-role'
  | 'lines-missing'
  | 'lines-many'
  | 'lines-not-for-role'
  | 'too-short'
  | 'password-long'
  | 'password-characters'
  | 'password-is-name'
  // It does not fit what there is now.
  | 'not-found'
  | 'exists'
  | 'name-taken'
  | 'customer-unknown'
  | 'line-unknown'
  | 'in-use'
  | 'default-stays'
  | 'last-operator'
  | 'too-many'
  | 'forbidden'
  | 'wrong-password'
  | 'slow-down'
  | 'busy';

/** An expected refusal: nothing was changed. */
export interface Refused {
  readonly ok: false;
  readonly code: RefusalCode;
  /** The input's member that is wrong: `name`, `title`, `role`, `customer`, `lines`, `password` or `current`. */
  readonly field?: string;
  /** An English sentence, without capital and full stop: what is wrong and what to write instead. */
  readonly error: string;
  /** What the sentence names. */
  readonly values?: Readonly<Record<string, string | number>>;
}

export type Outcome<Found extends object = object> = ({ readonly ok: true } & Found) | Refused;

const WRONG_IN_ITSELF: ReadonlySet<RefusalCode> = new Set([
  'name-form',
  'title-form',
  'role-missing',
  'role-unknown',
  'customer-missing',
  'customer-not-for-role',
  'lines-missing',
  'lines-many',
  'lines-not-for-role',
  'too-short',
  'password-long',
  'password-characters',
  'password-is-name',
]);

/** True where another moment would not help: what was written must be written otherwise. */
export function isWrongInItself(code: RefusalCode): boolean {
  return WRONG_IN_ITSELF.has(code);
}

/** Makes a refusal; `more` names the input's field and what the sentence speaks of. */
export function refuse(
  code: RefusalCode,
  error: string,
  more: Pick<Refused, 'field' | 'values'> = {},
): Refused {
  return { ok: false, code, error, ...more };
}
