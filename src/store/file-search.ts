// Looks for a text in the bytes of the database's file, in use or not: how erasing a number (src/history)
// knows that nothing of it is left. It reads the file beside SQLite and understands nothing of it.

import { open, type FileHandle } from 'node:fs/promises';

const CHUNK = 1 << 20;

export class FileSearch {
  readonly #path: string;
  #file: Promise<FileHandle> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** How often `text` stands in the file. Rejects where the file cannot be read. */
  async count(text: string): Promise<number> {
    // Kept open: closing it would drop the locks that SQLite's connections in this process have on it.
    this.#file ??= open(this.#path, 'r');
    const file = await this.#file;
    const wanted = Buffer.from(text);
    const overlap = wanted.length - 1;
    const buffer = Buffer.alloc(CHUNK + overlap);
    let found = 0;
    let kept = 0;
    for (let position = 0; ;) {
      const { bytesRead } = await file.read(buffer, kept, CHUNK, position);
      if (bytesRead === 0) return found;
      position += bytesRead;
      const filled = buffer.subarray(0, kept + bytesRead);
      for (let at = filled.indexOf(wanted); at >= 0; at = filled.indexOf(wanted, at + 1))
        found += 1;
      // The end of this chunk may be the beginning of the text.
      kept = Math.min(overlap, filled.length);
      filled.copy(buffer, 0, filled.length - kept);
    }
  }

  /** To be called when the connections are closed. */
  async close(): Promise<void> {
    await (await this.#file)?.close();
  }
}
