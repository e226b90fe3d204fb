// For this room's tests: lines that are not there, a store in memory that commits when the test says so, and
// both classes over them, with a clock that is turned by hand and a key file in a directory of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { emptyLine } from '../lines/line-input.ts';
import type { Line } from '../lines/line.ts';
import type { LineListener } from '../lines/lines.ts';
import type { Destination, SigningSecret } from '../notifications/destination.ts';
import type { E164 } from '../numbers/e164.ts';
import { Destinations } from './destinations.ts';
import type { DestinationRooms } from './destinations.ts';
import { keyFileIn } from './key-file.ts';
import { SigningKeys } from './signing-keys.ts';
import type { SigningRooms } from './signing-keys.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that brands test numbers
const number = (digits: string): E164 => digits as E164;
export const ONE = number('33123456781');
export const TWO = number('33123456782');
/** No line has it. */
export const NOBODY = number('33123456789');

export class FakeLines {
  readonly #lines = new Map<string, Line>();
  readonly #listeners = new Set<LineListener>();

  constructor() {
    for (const each of [ONE, TWO]) this.#lines.set(each, { ...emptyLine(each), customer: 'acme' });
  }

  byNumber(digits: string): Line | undefined {
    return this.#lines.get(digits);
  }

  onChange(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  remove(digits: string): void {
    const line = this.#lines.get(digits)!;
    this.#lines.delete(digits);
    for (const tell of this.#listeners) tell({ kind: 'removed', line });
  }
}

/** Keeps what it is given; like the real one it knows no line, and refuses only what it is told to. */
export class FakeStore implements FakeStoreShape {
  readonly destinations = new Map<number, Destination>();
  readonly secrets = new Map<string, SigningSecret>();
  last = 1;
  fault: Error | undefined;
  /** Awaited before each write shows. */
  before: () => Promise<void> = async () => {};

  lastDestinationId = async () => this.last;
  allDestinations = async () => [...this.destinations.values()];
  allSecrets = async () => [...this.secrets.values()];

  putDestination(destination: Destination): Promise<void> {
    return this.#write(() => {
      this.destinations.set(destination.id, destination);
      this.last = Math.max(this.last, destination.id);
    });
  }

  removeDestination(line: E164, id: number): Promise<void> {
    return this.#write(() => {
      this.destinations.delete(id);
      this.secrets.delete(`${line} ${id}`);
    });
  }

  putSecret(secret: SigningSecret): Promise<void> {
    return this.#write(() => void this.secrets.set(keyOf(secret), secret));
  }

  removeSecret(line: E164, destination: number): Promise<void> {
    return this.#write(() => void this.secrets.delete(`${line} ${destination}`));
  }

  async #write(change: () => void): Promise<void> {
    await this.before();
    if (this.fault !== undefined) throw this.fault;
    change();
  }
}

type FakeStoreShape = DestinationRooms['store'] & SigningRooms['store'];

function keyOf({ line, destination }: SigningSecret): string {
  return `${line} ${destination}`;
}

export interface Given {
  readonly store?: FakeStore;
  readonly dataDir?: string;
}

/** Both classes over what is given; call again with the same store and directory for a restart. */
export async function open(t: TestContext, given: Given = {}) {
  const { store = new FakeStore(), dataDir = temporary(t) } = given;
  const lines = new FakeLines();
  const clock = { now: 1_700_000_000_000 };
  const logged: string[] = [];
  const now = () => clock.now;
  const log = { error: (_fields: object, text: string) => void logged.push(text) };
  const destinations = await Destinations.load({ store, lines, log, now });
  const keyFile = keyFileIn(dataDir);
  const signingKeys = await SigningKeys.load({ store, lines, destinations, keyFile, now });
  return { store, dataDir, keyFile, lines, clock, logged, destinations, signingKeys };
}

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'carillon-keys-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}
