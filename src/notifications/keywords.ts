// The protocol's keywords: their names, their longest values, and what each is for one event of a
// call (docs/notifications.md). Where they may stand in a URL is the template's matter.

import type { CallEvent } from '../calls/call-event.ts';

/** Keyword -> the most characters its value may have. */
export const KEYWORD_LIMITS = {
  _ACCOUNT_: 64,
  _CALLER_: 64,
  _CALLEE_: 64,
  _CALLREF_: 64,
  _N_TYPE_: 16,
  _N_VERSION_: 1,
  _DREF_: 32,
  _DREF_REPLACE_: 32,
  _SESSION_ID_: 40,
  _IS_ACD_: 1,
  _REDIRECTING_NUMBER_: 64,
  _TSMS_: 13,
} as const;

export type Keyword = keyof typeof KEYWORD_LIMITS;

/** Values as they are, not encoded; one that is missing is empty in the URL. */
export type KeywordValues = Readonly<Partial<Record<Keyword, string>>>;

export function isKeyword(text: string): text is Keyword {
  return Object.hasOwn(KEYWORD_LIMITS, text);
}

// Longest first: `_DREF_` is how `_DREF_REPLACE_` begins.
export const KEYWORDS: readonly Keyword[] = Object.keys(KEYWORD_LIMITS)
  .filter(isKeyword)
  .sort((a, b) => b.length - a.length);

/** Finds keywords; its one group makes `split` return them between the texts. */
export const KEYWORD_PATTERN = new RegExp(`(${KEYWORDS.join('|')})`);

/** The value of every keyword for this event. */
export function keywordValues({ type, at, call }: CallEvent): KeywordValues {
  return {
    _ACCOUNT_: call.account,
    _CALLER_: call.caller,
    _CALLEE_: call.callee,
    _CALLREF_: call.callref,
    _N_TYPE_: type,
    _N_VERSION_: '1',
    _DREF_: call.dref,
    _DREF_REPLACE_: call.drefReplace,
    _SESSION_ID_: call.sessionId,
    _IS_ACD_: call.isAcd ? '1' : '0',
    _REDIRECTING_NUMBER_: call.redirectingNumber,
    _TSMS_: String(at).padStart(13, '0'),
  };
}

// RFC 3986, 2.3: the characters that mean the same encoded or not.
const UNRESERVED_ONLY = /^[A-Za-z0-9\-._~]*$/;

/** The keyword's value, cut at its limit and percent-encoded: it can end no parameter and no segment. */
export function encodeKeywordValue(
  keyword: Keyword,
  value: string | undefined,
  inPath: boolean,
): string {
  if (!value) return '';
  const limit = KEYWORD_LIMITS[keyword];
  // By code point, so that the cut leaves no half of a surrogate pair.
  const cut = value.length > limit ? Array.from(value).slice(0, limit).join('') : value;
  if (UNRESERVED_ONLY.test(cut)) {
    // A caller named `..` would climb the customer's path, and servers decode %2E%2E before they look.
    return inPath && /^\.+$/.test(cut) ? '' : cut;
  }
  return encodeURIComponent(cut.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
