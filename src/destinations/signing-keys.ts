// The keys that notifications are signed with: for each place of a line (its notification URL, its Buzzee
// server, each destination) one, and for a day after a change the one before. On disk they are encrypted
// (sealed.ts) with the data directory's key file (key-file.ts); in memory they are ready to sign. What a
// signature is, notifications/signing.ts says.

import type { KeyObject } from 'node:crypto';
import type { LineRefusal } from '../lines/line-result.ts';
import type { Lines } from '../lines/lines.ts';
import { noSuchLine } from '../lines/many-changes.ts';
import { BUZZEE_URL, NOTIFICATION_URL } from '../notifications/destination.ts';
import type { SigningSecret } from '../notifications/destination.ts';
import { makeSecret, secretBytes, sign, signingKey } from '../notifications/signing.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Store } from '../store/store.ts';
import type { Destinations, MayChange } from './destinations.ts';
import { Turns } from './in-turn.ts';
import { makeKeyFile, readKeyFile } from './key-file.ts';
import * as refusals from './refusals.ts';
import { seal, unseal } from './sealed.ts';

/** How long the key before still signs, so that a receiver can be changed without a gap. */
export const PREVIOUS_MS = 24 * 3_600_000;

/** Makes the value of `Webhook-Signature` for one request (notifications/signing.ts). */
export type Signer = (id: string, timestampSeconds: number, content: string) => string;

/** What may be shown of a key: not the key. Times are milliseconds since 1970. */
export interface KeyInfo {
  readonly destination: number;
  readonly createdAt: number;
  /** Until when the key before signs too; undefined where it does not any more. */
  readonly previousUntil: number | undefined;
}

export type Rotated =
  | {
      readonly ok: true;
      /** The whole secret, `whsec_…`: shown this once. */
      readonly secret: string;
      readonly info: KeyInfo;
    }
  | LineRefusal;

export interface RotateOptions {
  /** A secret of one's own, `whsec_…`; one is made where it is left out. */
  readonly secret?: string | undefined;
  readonly may?: MayChange;
}

export type Removed = { readonly ok: true } | LineRefusal;

export interface SigningRooms {
  readonly store: Pick<Store, 'allSecrets' | 'putSecret' | 'removeSecret'>;
  readonly lines: Pick<Lines, 'byNumber' | 'onChange'>;
  readonly destinations: Pick<Destinations, 'byId' | 'onChange'>;
  /** Path of the key file; the file is made when the first secret is. */
  readonly keyFile: string;
  readonly now: () => number;
}

/** A key in memory; `undefined` stands for one that could not be decrypted. */
interface Kept {
  readonly row: SigningSecret;
  readonly current: KeyObject | undefined;
  readonly sign: Signer;
}

export class SigningKeys {
  readonly #rooms: SigningRooms;
  readonly #turns = new Turns();
  /** The keys of each line, by place. Most lines have none. */
  readonly #byLine = new Map<string, Map<number, Kept>>();
  #fileKey: KeyObject | 'missing' | 'invalid' = 'missing';

  private constructor(rooms: SigningRooms) {
    this.#rooms = rooms;
  }

  /** Reads all keys into memory; `problem` says whether all of them could be decrypted. */
  static async load(rooms: SigningRooms): Promise<SigningKeys> {
    const keys = new SigningKeys(rooms);
    const rows = await rooms.store.allSecrets();
    if (rows.length > 0) keys.#fileKey = await readKeyFile(rooms.keyFile);
    for (const row of rows) keys.#show(row);
    // The store removes the keys of lines and destinations with them.
    rooms.lines.onChange(({ kind, line }) => {
      if (kind === 'removed') keys.#byLine.delete(line.number);
    });
    rooms.destinations.onChange(({ kind, destination: { id, line } }) => {
      if (kind === 'removed') keys.#forget(line, id);
    });
    return keys;
  }

  /**
   * Why some keys cannot be used, and what to do; undefined where all can. A server must not start then: it
   * would send unsigned, or wrongly signed, what its receivers refuse.
   */
  get problem(): string | undefined {
    const unreadable = this.#all().filter(({ current }) => current === undefined);
    if (unreadable.length === 0) return undefined;
    const { keyFile } = this.#rooms;
    const lines = [...new Set(unreadable.map(({ row }) => row.line))];
    const some = `${lines.slice(0, 5).join(', ')}${lines.length > 5 ? ', …' : ''}`;
    const why =
      this.#fileKey === 'missing'
        ? `the key file ${keyFile} is missing`
        : this.#fileKey === 'invalid'
          ? `${keyFile} is no key file (44 characters of base64)`
          : `${keyFile} is not the key file that they were encrypted with`;
    return (
      `signing keys cannot be decrypted (${unreadable.length}, of ${some}): ${why}. Put the right file back ` +
      'from a backup; where it is lost, carillon secret remove-unreadable removes these keys, and carillon ' +
      'secret rotate makes new ones'
    );
  }

  /** What makes the signatures of one place of a line now; undefined where it has no key. For each try. */
  signerOf(line: string, destination: number): Signer | undefined {
    return this.#byLine.get(line)?.get(destination)?.sign;
  }

  /** What there is to know of the line's keys, by place. */
  ofLine(line: string): KeyInfo[] {
    return [...(this.#byLine.get(line)?.values() ?? [])]
      .map(({ row }) => this.#infoOf(row))
      .sort((a, b) => a.destination - b.destination);
  }

  /**
   * Gives a place of a line a new key: `secret` where one is brought (`whsec_…`), else one that is made here.
   * The one before signs as well for PREVIOUS_MS; one that was before that does not any more. Resolves when it
   * is on disk, or with what is wrong; rejects when it could not be kept.
   */
  rotate(
    line: E164,
    destination: number,
    { secret = makeSecret(), may }: RotateOptions = {},
  ): Promise<Rotated> {
    return this.#turns.take(async (): Promise<Rotated> => {
      const bytes = secretBytes(secret);
      if (bytes === undefined) return refusals.invalidSecret();
      const absent = this.#absent(line, destination, may);
      if (absent) return absent;
      const { problem } = this;
      if (problem !== undefined) return refusals.unreadableKeys(problem);
      const fileKey = await this.#key();
      if (fileKey === undefined) return refusals.unreadableKeys(this.#noKeyFile());
      const before = this.#byLine.get(line)?.get(destination);
      if (before?.current?.equals(signingKey(bytes))) return refusals.secretInUse();
      const now = this.#rooms.now();
      const row: SigningSecret = {
        line,
        destination,
        current: seal(fileKey, placeOf(line, destination), bytes),
        previous: before?.row.current ?? '',
        previousUntil: before === undefined ? 0 : now + PREVIOUS_MS,
        createdAt: now,
      };
      try {
        await this.#rooms.store.putSecret(row);
      } catch (error) {
        // The line was removed while this waited: the store keeps no key without one.
        const gone = this.#absent(line, destination);
        if (gone) return gone;
        throw error;
      }
      const gone = this.#absent(line, destination);
      if (gone) {
        // A destination that was removed meanwhile: unlike a line's, its key is no row that goes with it.
        await this.#rooms.store.removeSecret(line, destination);
        return gone;
      }
      this.#show(row);
      return { ok: true, secret, info: this.#infoOf(row) };
    });
  }

  /** Removes the key of a place: what is sent there is not signed any more, from the next try on. */
  remove(line: E164, destination: number, may?: MayChange): Promise<Removed> {
    return this.#turns.take(async (): Promise<Removed> => {
      const absent = this.#absent(line, destination, may);
      if (absent) return absent;
      if (!this.#byLine.get(line)?.has(destination)) return refusals.noSuchSecret(line);
      await this.#rooms.store.removeSecret(line, destination);
      this.#forget(line, destination);
      return { ok: true };
    });
  }

  /** Removes all keys that cannot be decrypted, since their key file is lost; how many there were. */
  async removeUnreadable(): Promise<number | LineRefusal> {
    return this.#turns.take(async () => {
      const unreadable = this.#all().filter(({ current }) => current === undefined);
      for (const { row } of unreadable) {
        await this.#rooms.store.removeSecret(row.line, row.destination);
        this.#forget(row.line, row.destination);
      }
      return unreadable.length;
    });
  }

  /** What the keys are encrypted with, made at the first need; undefined where the file holds something else. */
  async #key(): Promise<KeyObject | undefined> {
    const { keyFile } = this.#rooms;
    if (typeof this.#fileKey === 'string') {
      const found = await readKeyFile(keyFile);
      this.#fileKey = found === 'missing' ? await makeKeyFile(keyFile) : found;
    }
    return this.#fileKey === 'invalid' ? undefined : this.#fileKey;
  }

  #noKeyFile(): string {
    return (
      `${this.#rooms.keyFile} is no key file (44 characters of base64), and no key depends on it: put the ` +
      'right file back from a backup, or delete it, and a new one is made'
    );
  }

  #absent(line: string, destination: number, may?: MayChange): LineRefusal | undefined {
    const owner = this.#rooms.lines.byNumber(line);
    if (owner === undefined || (may && !may(owner))) return noSuchLine(line);
    if (destination === NOTIFICATION_URL || destination === BUZZEE_URL) return undefined;
    const found = this.#rooms.destinations.byId(destination);
    return found?.line === line
      ? undefined
      : refusals.noSuchDestination(destination, 'destination');
  }

  #all(): Kept[] {
    return [...this.#byLine.values()].flatMap((places) => [...places.values()]);
  }

  #infoOf({ destination, createdAt, previous, previousUntil }: SigningSecret): KeyInfo {
    const both = previous !== '' && this.#rooms.now() < previousUntil;
    return { destination, createdAt, previousUntil: both ? previousUntil : undefined };
  }

  #show(row: SigningSecret): void {
    const current = this.#decrypt(row, row.current);
    const previous = row.previous === '' ? undefined : this.#decrypt(row, row.previous);
    const { line, destination, previousUntil } = row;
    const one = current === undefined ? [] : [current];
    const both = previous === undefined ? one : [...one, previous];
    const places = this.#byLine.get(line) ?? new Map<number, Kept>();
    places.set(destination, {
      row,
      current,
      sign: (id, seconds, content) =>
        sign(seconds * 1000 < previousUntil ? both : one, id, seconds, content),
    });
    this.#byLine.set(line, places);
  }

  #decrypt({ line, destination }: SigningSecret, text: string): KeyObject | undefined {
    if (typeof this.#fileKey === 'string') return undefined;
    const bytes = unseal(this.#fileKey, placeOf(line, destination), text);
    return bytes && signingKey(bytes);
  }

  #forget(line: string, destination: number): void {
    const places = this.#byLine.get(line);
    places?.delete(destination);
    if (places?.size === 0) this.#byLine.delete(line);
  }
}

function placeOf(line: string, destination: number): string {
  return `${line} ${destination}`;
}
