// The addresses of receivers' names, so that a name server that hangs for one of them does not hold up
// the others: Node's resolver has few threads, and a query can occupy one for ten seconds or more. A name is
// asked once at a time; one that was found before is answered at once, and asked again behind that. Judges no
// address: pinned-connect.ts does, at every connection.

import type { Clock } from '../clock.ts';
import type { LookUp } from './pinned-connect.ts';

type Addresses = Awaited<ReturnType<LookUp>>;

interface Name {
  addresses: Addresses | undefined;
  foundAt: number;
  asking: Promise<Addresses> | undefined;
}

/** For so long an answer is good without asking again. */
const FRESH_MS = 10_000;
/** And for so long while we ask again: a receiver that moves is found after one request to its old place. */
const STALE_MS = 300_000;
/** Names kept; the one that was found longest ago goes first. */
const NAMES_KEPT = 10_000;
/** Questions at a time about names that callers wait for; the launcher sees to more threads than these two. */
const WAITED_FOR_AT_ONCE = 24;
/** And about names whose old answer still serves: one more is asked again later. */
const RENEWED_AT_ONCE = 16;

/** `lookUp` with a memory. Rejects as it does; an answer that has failed is not remembered. */
export function createNameCache(lookUp: LookUp, clock: Pick<Clock, 'elapsed'>): LookUp {
  const names = new Map<string, Name>();
  const waiting: (() => void)[] = [];
  let waitedFor = 0;
  let renewed = 0;

  async function turn(): Promise<void> {
    if (waitedFor < WAITED_FOR_AT_ONCE) waitedFor++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function endTurn(): void {
    const next = waiting.shift();
    if (next) next();
    else waitedFor--;
  }

  async function ask(text: string, name: Name, isWaitedFor: boolean): Promise<Addresses> {
    if (isWaitedFor) await turn();
    else renewed++;
    try {
      const addresses = await lookUp(text);
      name.addresses = addresses;
      name.foundAt = clock.elapsed();
      // To the end of the map: the first one in it is the one found longest ago.
      names.delete(text);
      names.set(text, name);
      return addresses;
    } finally {
      name.asking = undefined;
      if (isWaitedFor) endTurn();
      else renewed--;
      if (name.addresses === undefined && names.get(text) === name) names.delete(text);
    }
  }

  return (text) => {
    let name = names.get(text);
    if (!name) {
      if (names.size >= NAMES_KEPT) names.delete(names.keys().next().value!);
      name = { addresses: undefined, foundAt: 0, asking: undefined };
      names.set(text, name);
    }
    const age = clock.elapsed() - name.foundAt;
    if (name.addresses && age < FRESH_MS) return Promise.resolve(name.addresses);
    const serves = name.addresses !== undefined && age < STALE_MS;
    if (serves && !name.asking && renewed >= RENEWED_AT_ONCE) {
      return Promise.resolve(name.addresses!);
    }
    name.asking ??= ask(text, name, !serves);
    if (!serves) return name.asking;
    name.asking.catch(() => {}); // asked again at the next connection
    return Promise.resolve(name.addresses!);
  };
}
