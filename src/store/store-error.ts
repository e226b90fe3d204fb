// The one error class of the store. Its code is stable: the command line and the server decide by it
// what to do, people read the message. Engine errors are classified here, once, at their source.

/** Why the store did not do it. The first six can happen when it opens, the others while it runs. */
export type StoreErrorCode =
  | 'newer-version' // the database was written by a newer carillon
  | 'locked' // another process holds the data directory
  | 'not-writable' // the directory or a file in it cannot be created or written
  | 'wrong-kind' // a sandbox's directory for a server, or the reverse
  | 'realm-changed' // the passwords of the lines are bound to another realm
  | 'corrupt' // not a database of ours, or a damaged one
  | 'refused' // this one operation contradicts what is kept, e.g. a second SETUP of a call
  | 'overloaded' // too many operations wait
  | 'write-failed' // the disk is full or failing; nothing of the operation was kept
  | 'read-failed'
  | 'closed'
  | 'writer-lost' // the thread that writes ended by itself
  | 'reader-lost'; // the thread that reads ended by itself; writing goes on

/** What the store rejects with. `cause` is the engine's or the system's own error where there is one. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A StoreError in a form that survives the way between two threads. */
export interface Failure {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly cause?: unknown;
}

/** The error for a failure that came from a thread of the store. */
export function fromFailure(failure: Failure): StoreError {
  return new StoreError(failure.code, failure.message, { cause: failure.cause });
}

/** The failure for an error, to be sent to the other thread; what is no StoreError gets `code`. */
export function toFailure(error: unknown, code: StoreErrorCode, what: string): Failure {
  if (error instanceof StoreError) {
    return { code: error.code, message: error.message, cause: error.cause };
  }
  const reason = engineReason(error);
  return {
    code: reason?.code ?? code,
    message: `${what}: ${reason?.text ?? messageOf(error)}`,
    cause: error,
  };
}

// Primary result codes of SQLite (https://sqlite.org/rescode.html).
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const TOOBIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const RANGE = 25;
const NOTADB = 26;

/** SQLite's primary result code of an error, or undefined where the error is not SQLite's. */
export function engineCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/**
 * True where only the operation at hand is to blame (a constraint, a value that cannot be bound) and
 * the others of its batch can still be kept; false where the disk or the database itself failed.
 */
export function isFaultOfOneOperation(error: unknown): boolean {
  const code = engineCode(error);
  if (code === undefined) return true;
  return code === CONSTRAINT || code === MISMATCH || code === TOOBIG || code === RANGE;
}

function engineReason(
  error: unknown,
): { code: StoreErrorCode | undefined; text: string } | undefined {
  switch (engineCode(error)) {
    case FULL:
      return { code: undefined, text: 'the disk is full; make room on it' };
    case READONLY:
    case CANTOPEN:
      return { code: 'not-writable', text: `the file cannot be written (${messageOf(error)})` };
    case CORRUPT:
    case NOTADB:
      return {
        code: 'corrupt',
        text: `the file is damaged or is no database (${messageOf(error)}); put a backup in its place`,
      };
    default:
      return undefined;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
