// Whether the server can do its work now, and why not: what `GET /healthz` answers, and whether calls may be
// taken. Joined here, beside the map, because store, calls and web may not know one another. That the disk
// fails, and that it can be written again, is found out by the store.

import type { StoreError } from './store/store-error.ts';
import type { Store } from './store/store.ts';

/** What this asks of a log; pino's loggers have this shape. */
export interface HealthLog {
  error(fields: object, text: string): void;
  warn(text: string): void;
}

export interface HouseHealth {
  /** Told why nothing can be kept, and `undefined` once it can again. */
  readonly onStoreTrouble: (trouble: StoreError | undefined) => void;
  /** Only for the log: everything else works. */
  readonly onPagesBehind: (trouble: StoreError | undefined) => void;
  /** Calls `listener` now and at each change, with whether events can be kept. There is one. */
  followCanKeep(listener: (canKeep: boolean) => void): void;
  /** True from the end of the start to the beginning of the stop. */
  setReady(isReady: boolean): void;
  /** Why calls cannot be served now, in a sentence; undefined where they can. Reads the store to see. */
  whyUnfit(store: Pick<Store, 'getMeta'>, realm: string): Promise<string | undefined>;
}

export function createHouseHealth(log: HealthLog): HouseHealth {
  let ready = false;
  let trouble: StoreError | undefined;
  let tell: ((canKeep: boolean) => void) | undefined;

  return {
    onStoreTrouble(found) {
      trouble = found;
      if (found) log.error({ err: found }, 'nothing can be kept: new calls are refused');
      else log.warn('events can be kept again: calls are taken');
      tell?.(found === undefined);
    },
    onPagesBehind(found) {
      if (found) log.error({ err: found }, 'pages of lines and parties lack the newest rows');
      else log.warn('pages of lines and parties are complete again');
    },
    followCanKeep(listener) {
      tell = listener;
      listener(trouble === undefined);
    },
    setReady(isReady) {
      ready = isReady;
    },
    async whyUnfit(store, realm) {
      if (!ready) return 'The server is starting or stopping';
      if (trouble) return `New calls are refused, since nothing can be kept: ${trouble.message}`;
      const kept = await store.getMeta('realm').catch(() => undefined);
      return kept === realm ? undefined : 'The store cannot be read';
    },
  };
}
