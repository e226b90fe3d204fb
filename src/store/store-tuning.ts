// What whoever opens the store may set: who is told of what, and, for tests, smaller limits and less patience.

import type { LockPatience } from './data-directory.ts';
import type { GroupCommitLimits } from './group-commit.ts';
import type { StoreError } from './store-error.ts';
import type { OnMigrating } from './store-threads.ts';

export interface StoreTuning {
  /** Told why nothing can be written any more, and with undefined when it can again. */
  readonly onTrouble?: (trouble: StoreError | undefined) => void;
  /** Told why pages fall behind what is kept, and with undefined when they do not any more (catch-up.ts). */
  readonly onBehind?: (trouble: StoreError | undefined) => void;
  /** Told of each batch that was answered: milliseconds it took, with the fill before it if there was one. */
  readonly onCommit?: (ms: number) => void;
  /** Told before a database of an older program is changed, which may take minutes. */
  readonly onMigrating?: OnMigrating;
  readonly limits?: GroupCommitLimits;
  readonly lockPatience?: LockPatience;
}
