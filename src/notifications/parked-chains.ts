// Which chains (a call at one destination) have an event that was given up: what comes later in such a chain
// must park behind it and not be sent. The disk knows it, and every reading says so; this is for what came
// without a reading, and for a reading that looked before the disk knew. Reads and writes nothing.

import type { Notification } from '../store/store.ts';

export type Chain = Pick<Notification, 'callref' | 'destination'>;

/** What must be delivered in order: the notifications of one call at one destination. */
export function chainOf({ callref, destination }: Chain): string {
  return `${callref} ${destination}`;
}

interface Parked {
  /** Ends when the latest parking is on disk. */
  recorded: Promise<void>;
  /** Parkings that are not on disk yet, or that a reading on its way may not have seen. */
  unseen: number;
  /** Later events that are being parked behind: the store says whether they may. */
  asking: number;
  /** It said no to one of them, and nothing was parked since: what was parked was sent again. */
  cleared: boolean;
  /** It said no to one of them since all were answered the last time. */
  refused: boolean;
}

export class ParkedChains {
  /** Calls that may still have events. */
  readonly #open = new Set<string>();
  /** By callref and destination. */
  readonly #parked = new Map<string, Map<number, Parked>>();

  get openCalls(): number {
    return this.#open.size;
  }

  get size(): number {
    let size = 0;
    for (const { size: chains } of this.#parked.values()) size += chains;
    return size;
  }

  /** A call has an event that is not its last. */
  opened(callref: string): void {
    this.#open.add(callref);
  }

  /** A call has had its last event: nothing new can come behind what is parked. */
  over(callref: string): void {
    this.#open.delete(callref);
    for (const destination of this.#parked.get(callref)?.keys() ?? []) {
      this.#tidy({ callref, destination });
    }
  }

  /** What is parked on disk at the start, in a call that goes on. */
  remember(chain: Chain): void {
    this.opened(chain.callref);
    this.#ofChain(chain);
  }

  /** An event of the chain is given up; `recorded` ends when that is on disk. */
  park(chain: Chain, recorded: Promise<void>): void {
    const parked = this.#ofChain(chain);
    parked.recorded = recorded;
    parked.unseen++;
    parked.cleared = false;
  }

  /** That is on disk, and every reading from now on sees it. */
  seen(chain: Chain): void {
    this.#ofChain(chain).unseen--;
    this.#tidy(chain);
  }

  /** Whether an event that was not read from disk must park. */
  has(chain: Chain): boolean {
    return this.#find(chain) !== undefined;
  }

  /** Whether that must be asked for one that was read, although the reading saw nothing parked. */
  isUnsure(chain: Chain): boolean {
    const parked = this.#find(chain);
    return parked !== undefined && (parked.unseen > 0 || parked.asking > 0);
  }

  /** An event is to be parked behind. Ends when that can be asked: what it parks behind is on disk. */
  async ask(chain: Chain): Promise<void> {
    const parked = this.#ofChain(chain);
    parked.asking++;
    await parked.recorded;
  }

  /**
   * The store has answered. True where it said no to this one or another, and nobody is asking any more:
   * then they are to be read again, all that wait of the chain.
   */
  answered(chain: Chain, refused: boolean): boolean {
    const parked = this.#ofChain(chain);
    parked.asking--;
    if (refused) {
      parked.cleared = true;
      parked.refused = true;
    }
    if (parked.asking > 0) return false;
    const readAgain = parked.refused;
    if (parked.cleared && parked.unseen === 0) this.#forget(chain);
    else this.#tidy(chain);
    parked.cleared = false;
    parked.refused = false;
    return readAgain;
  }

  #find({ callref, destination }: Chain): Parked | undefined {
    return this.#parked.get(callref)?.get(destination);
  }

  #ofChain({ callref, destination }: Chain): Parked {
    let chains = this.#parked.get(callref);
    if (!chains) {
      chains = new Map();
      this.#parked.set(callref, chains);
    }
    let parked = chains.get(destination);
    if (!parked) {
      const recorded = Promise.resolve();
      parked = { recorded, unseen: 0, asking: 0, cleared: false, refused: false };
      chains.set(destination, parked);
    }
    return parked;
  }

  /** Once its call is over and the disk has all, the disk alone is enough. */
  #tidy(chain: Chain): void {
    if (!this.#open.has(chain.callref) && !this.isUnsure(chain)) this.#forget(chain);
  }

  #forget({ callref, destination }: Chain): void {
    const chains = this.#parked.get(callref);
    chains?.delete(destination);
    if (chains?.size === 0) this.#parked.delete(callref);
  }
}
