// The stable codes of what this room says about a number that somebody wrote, by which a page says it
// in another language. The sentences themselves are in parse-number.ts and dialled.ts.

/** Every code of this room. The values that go with each are those of the sentence. */
export const NUMBER_MESSAGE_CODES = [
  // Values of these five: country, exampleInternational, exampleNational.
  'number-empty',
  'number-too-long', // and limit
  'number-bad-character',
  'number-impossible', // and written
  'dialled-invalid',
  // Values of these four: example.
  'short-form',
  'short-begins-with-zero',
  'short-emergency', // and short
  'short-service', // and short
] as const;

export type NumberMessageCode = (typeof NUMBER_MESSAGE_CODES)[number];

/** What is wrong with a number: a sentence, and the same for a page that speaks another language. */
export interface NumberRefusal {
  readonly ok: false;
  /** The whole sentence in English. */
  readonly error: string;
  readonly code: NumberMessageCode;
  /** What the sentence names. */
  readonly values: Readonly<Record<string, string | number>>;
}
