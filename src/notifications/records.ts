// Keeps on disk what became of notifications: their tries, that a try begins, that one parked behind another.
// How something ended is kept however long the store fails: else a delivered one would be sent again at the
// next start, and a parked one be forgotten until then. Decides nothing; outbox.ts does.

import { isRefusal } from '../store/store.ts';
import type { Attempt, Notification, NotificationState, Store } from '../store/store.ts';
import type { Clock, Timer } from './clock.ts';
import type { Log } from './log.ts';

export interface RecordsOptions {
  readonly store: Pick<Store, 'recordAttempt' | 'claimNotification' | 'parkBehind'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * `refused`: it contradicts what is kept. `lost`: the store failed, and it does not matter enough.
 * `stopped`: the store failed until we stopped.
 */
export type Kept = 'kept' | 'refused' | 'lost' | 'stopped';

/** How long after the store failed to keep something it is asked again. */
const AGAIN_MS = 1000;

export class Records {
  readonly #options: RecordsOptions;
  readonly #waits = new Map<Timer, (goOn: boolean) => void>();
  #writing = 0;
  #stopped = false;

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  /** Writes on their way to the disk; not those that wait for the store to work again. */
  get writing(): number {
    return this.#writing;
  }

  /** Asks the store for nothing again. */
  stop(): void {
    this.#stopped = true;
    for (const [timer, end] of this.#waits) {
      timer.cancel();
      end(false);
    }
    this.#waits.clear();
  }

  /** One try and the state it leads to. A try that another one follows is `lost` where the store fails. */
  attempt(notification: Notification, attempt: Attempt, state: NotificationState): Promise<Kept> {
    return this.#keep(
      notification,
      () => this.#options.store.recordAttempt(notification.seq, attempt, state),
      'The try of a notification could not be kept.',
      state !== 'pending',
    );
  }

  /** `refused` where nothing before it is parked any more. */
  parkedBehind(notification: Notification): Promise<Kept> {
    if (this.#stopped) return Promise.resolve('stopped'); // the next start sees it as this one did
    return this.#keep(
      notification,
      () => this.#options.store.parkBehind(notification.seq),
      'A notification could not be parked behind another.',
      true,
    );
  }

  /** That a try begins which must not be repeated; `refused` where it waits no longer. */
  claim(notification: Notification): Promise<Kept> {
    return this.#keep(
      notification,
      () => this.#options.store.claimNotification(notification.seq),
      'The try of a notification could not be begun.',
      false,
    );
  }

  // The usual way is one promise and no more: it is gone for every notification.
  #keep(
    notification: Notification,
    write: () => Promise<void>,
    failed: string,
    untilKept: boolean,
  ): Promise<Kept> {
    this.#writing++;
    return write().then(
      () => {
        this.#writing--;
        return 'kept';
      },
      (err: unknown) => {
        this.#writing--;
        return this.#failed(notification, write, failed, untilKept, err);
      },
    );
  }

  async #failed(
    { callref, id }: Notification,
    write: () => Promise<void>,
    failed: string,
    untilKept: boolean,
    first: unknown,
  ): Promise<Kept> {
    if (isRefusal(first)) return 'refused';
    this.#options.log.error({ callref, id, err: first }, failed);
    if (!untilKept) return 'lost';
    while (await this.#pause()) {
      this.#writing++;
      try {
        await write();
        return 'kept';
      } catch (err) {
        if (isRefusal(err)) return 'refused';
      } finally {
        this.#writing--;
      }
    }
    return 'stopped';
  }

  /** False where it was ended by our stopping. */
  #pause(): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimer(() => {
        this.#waits.delete(timer);
        resolve(true);
      }, AGAIN_MS);
      this.#waits.set(timer, resolve);
    });
  }
}
