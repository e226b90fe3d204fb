// A sentence for a person, with the stable code by which a page says it in another language. A
// contract: plain data that any room may name.

export interface Message {
  /** Stable, kebab-case, e.g. `template-no-callref`. */
  readonly code: string;
  /** The whole sentence in English. */
  readonly text: string;
  /** What the sentence names: a keyword, a limit, a host. */
  readonly values?: Readonly<Record<string, string | number>>;
}
