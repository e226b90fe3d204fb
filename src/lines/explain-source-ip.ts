// What a pattern of source addresses means, for the person who writes it: whether it is valid, whom it
// accepts and whom it refuses, and what is probably not meant. Decides nothing: requests are checked by
// source-ip-match.ts, whose verdicts these are. Beside it: the examples, and what to write instead.

import type { RE2JS } from 're2js';
import { rewriteCidr, rewriteList, rewriteWildcard } from './address-range.ts';
import { say } from './message-codes.ts';
import type { LineMessage } from './message-codes.ts';
import { examplesFor, STRANGERS, sweep } from './source-ip-examples.ts';
import { canonicalAddress, createSourceIpMatcher } from './source-ip-match.ts';
import type { SourceIpVerdict } from './source-ip-match.ts';
import { compileSourceIp, LONGEST_PATTERN } from './source-ip.ts';

export interface AskedSourceIp {
  readonly pattern: string;
  readonly match: 'whole' | 'search';
}

export interface AddressVerdict {
  /** In canonical form where it is an address, else as it was written. */
  readonly address: string;
  readonly verdict: SourceIpVerdict | 'no-address';
}

export interface SourceIpExplanation {
  readonly state: 'unset' | 'valid' | 'invalid';
  /** Why it is invalid, a part of a sentence; Digest then applies. */
  readonly error: string | null;
  readonly yours: AddressVerdict;
  readonly asked: AddressVerdict | null;
  /** Up to 8 addresses near the pattern that it accepts, and that it refuses. */
  readonly accepts: string[];
  readonly refuses: string[];
  readonly warnings: LineMessage[];
}

const MOST_SHOWN = 8;

/**
 * Explains a pattern. `ownAddress` is where the question comes from (anything that is no address where
 * that is not known), `asked` an address that somebody wants to try. Pure and quick: some 200 matches
 * in a linear-time engine.
 */
export function explainSourceIp(
  { pattern, match }: AskedSourceIp,
  ownAddress: string,
  asked?: string,
): SourceIpExplanation {
  const matcher = createSourceIpMatcher();
  const line = { sourceIp: pattern, sourceIpMatch: match };
  const reading = read(pattern);
  const verdictOn = (text: string): AddressVerdict => {
    const address = canonicalAddress(text.trim());
    if (address === undefined) return { address: text.trim(), verdict: 'no-address' };
    if (reading.state === 'invalid') return { address, verdict: 'invalid' };
    return { address, verdict: matcher.matches(line, address) };
  };
  const yours = verdictOn(ownAddress);
  const answer = {
    state: reading.state,
    error: reading.error,
    yours,
    asked: asked === undefined ? null : verdictOn(asked),
  };
  const otherWay = reading.isTooLong ? [] : writtenAnotherWay(pattern);
  if (reading.compiled === undefined) {
    return { ...answer, accepts: [], refuses: [], warnings: otherWay };
  }

  const accepts = (address: string) => matcher.matches(line, address) === 'accepted';
  const own = yours.verdict === 'no-address' ? undefined : yours.address;
  const { meant, near, elsewhere } = examplesFor(pattern, own);
  // A few of what is meant, then what may surprise, then the rest.
  const tried = [...meant.slice(0, 4), ...near, ...meant.slice(4), ...elsewhere];
  const accepted = tried.filter(accepts);
  if (accepted.length === 0) accepted.push(...sweep(pattern).filter(accepts));
  const refused = tried.filter((address) => !accepted.includes(address));
  return {
    ...answer,
    accepts: accepted.slice(0, MOST_SHOWN),
    refuses: refused.slice(0, MOST_SHOWN),
    warnings: [
      ...otherWay,
      ...(STRANGERS.every(accepts)
        ? [acceptsAll()]
        : acceptsMore({ pattern, match }, reading.compiled, accepted, otherWay)),
      ...(accepted.length === 0 && otherWay.length === 0
        ? [acceptsNone()]
        : yours.verdict === 'no-match'
          ? [notYours(yours.address)]
          : []),
    ],
  };
}

interface Reading {
  readonly state: SourceIpExplanation['state'];
  readonly error: string | null;
  /** Only where it is valid and not empty. */
  readonly compiled?: RE2JS;
  readonly isTooLong?: true;
}

function read(pattern: string): Reading {
  if (pattern === '') return { state: 'unset', error: null };
  const length = Array.from(pattern).length;
  if (length > LONGEST_PATTERN) {
    const error = `it has ${length} characters: write at most ${LONGEST_PATTERN}`;
    return { state: 'invalid', error, isTooLong: true };
  }
  const compiled = compileSourceIp(pattern);
  if (!compiled.ok) return { state: 'invalid', error: compiled.error };
  return { state: 'valid', error: null, compiled: compiled.pattern };
}

/** What is no pattern, but some other way of writing addresses that people know. */
function writtenAnotherWay(pattern: string): LineMessage[] {
  const warnings: LineMessage[] = [];
  if (/\s/.test(pattern)) {
    const suggestion = rewriteList(pattern) ?? pattern.replace(/\s+/g, '');
    const text =
      'The pattern has a space in it, and no address has one. Without spaces it is ' +
      (suggestion === '' ? 'empty' : suggestion);
    warnings.push(say('source-ip-spaces', text, { suggestion }));
  }
  const list = /[,;]/.test(pattern) ? rewriteList(pattern) : undefined;
  if (list !== undefined) {
    const text = `Several addresses are joined by |, not by a comma: write ${list}`;
    warnings.push(say('source-ip-comma', text, { suggestion: list }));
  }
  const cidr = rewriteCidr(pattern);
  if (cidr !== undefined) {
    const text = `${cidr.written} is how routers write a network; as a pattern it is ${cidr.suggestion}`;
    warnings.push(say('source-ip-looks-like-cidr', text, { ...cidr }));
  }
  const wildcard = rewriteWildcard(pattern);
  if (wildcard !== undefined) {
    const text =
      `In ${wildcard.written} the * does not stand for a number: it repeats the character before it. ` +
      `Write ${wildcard.suggestion}`;
    warnings.push(say('source-ip-wildcard', text, { ...wildcard }));
  }
  return warnings;
}

function acceptsAll(): LineMessage {
  return say(
    'source-ip-accepts-all',
    `The pattern accepts every address, also those of strangers such as ${STRANGERS.join(' and ')}: ` +
      'anybody could order calls on this line without its password.',
  );
}

function acceptsNone(): LineMessage {
  return say(
    'source-ip-accepts-none',
    'The pattern accepts none of the addresses that were tried, and perhaps none at all: an address is ' +
      'written such as 203.0.113.7 or 2001:db8::7. Try one that it should accept.',
  );
}

function notYours(address: string): LineMessage {
  return say(
    'source-ip-not-yours',
    `The pattern does not accept your own address now, ${address}: from there the password is needed.`,
    { address },
  );
}

/** Addresses that get in although they are probably not meant, each shown by an example. */
function acceptsMore(
  { pattern, match }: AskedSourceIp,
  compiled: RE2JS,
  accepted: readonly string[],
  otherWay: readonly LineMessage[],
): LineMessage[] {
  const warnings: LineMessage[] = [];
  // A wildcard's dots are told of already.
  const told = otherWay.some(({ code }) => code === 'source-ip-wildcard');
  const suggestion = told ? pattern : escapeDots(pattern);
  if (suggestion !== pattern) {
    const matcher = createSourceIpMatcher();
    const strict = { sourceIp: suggestion, sourceIpMatch: match };
    const example = accepted.find((address) => matcher.matches(strict, address) === 'no-match');
    if (example !== undefined) {
      const text =
        `A dot stands for any character, so that the pattern also accepts ${example}: write \\. for a ` +
        `dot, as in ${suggestion}`;
      warnings.push(say('source-ip-unescaped-dot', text, { example, suggestion }));
    }
  }
  if (match === 'search') {
    const example = accepted.find((address) => !compiled.matcher(address).lookingAt());
    if (example !== undefined) {
      const text =
        `The pattern is searched for anywhere in the address, so that it also accepts ${example}: ` +
        'write ^ in front of each alternative for addresses that begin so.';
      warnings.push(say('source-ip-search', text, { example }));
    }
  }
  return warnings;
}

/** The pattern with `\.` for each bare dot between or behind digits; a dot that is repeated stays. */
function escapeDots(pattern: string): string {
  return pattern.replace(/(?<=\d)\.(?![*+?{])/g, String.raw`\.`);
}
