// Which parts of a previewed request came out of keywords, or were added: so that a page can colour them.
// It compares the template with what the server made of it, and knows nothing of substitution itself.

/** A part of a request's URL: as it was written, the value of a keyword, or added behind. */
export interface UrlPart {
  readonly text: string;
  readonly kind: 'written' | 'value' | 'added';
}

/** The protocol's keywords, as buttons offer them: the guide's first. */
export const KEYWORDS = [
  '_ACCOUNT_',
  '_CALLER_',
  '_CALLEE_',
  '_CALLREF_',
  '_N_TYPE_',
  '_N_VERSION_',
  '_DREF_',
  '_DREF_REPLACE_',
  '_SESSION_ID_',
  '_IS_ACD_',
  '_REDIRECTING_NUMBER_',
  '_TSMS_',
] as const;

/** How many of them the guide's first version has. */
export const GUIDE_KEYWORDS = 6;

const longestFirst = [...KEYWORDS].sort((a, b) => b.length - a.length);
const keyword = new RegExp(`((?:${longestFirst.join('|')})+)`);

/**
 * Splits `url` into parts. Where the server changed more than keywords (a space that HTTP forbids), the
 * rest is one part that is not coloured: nothing is ever wrong, only plain.
 */
export function partsOf(template: string, url: string): UrlPart[] {
  const written = withoutAuthority(template.trim().split('#', 1)[0]!);
  const sent = withoutAuthority(url);
  const parts: UrlPart[] = [{ text: sent.before, kind: 'written' }];
  // Texts and runs of keywords by turns: the group of `keyword` puts the latter at odd places.
  const pieces = written.rest.split(keyword);
  let rest = sent.rest;
  for (let place = 0; place < pieces.length; place += 2) {
    const text = pieces[place]!;
    const run = pieces[place - 1];
    // A last text that is empty stands at the end: of its run, up to what may be added.
    const at = text === '' && place > 0 ? endOfValue(rest) : rest.indexOf(text);
    if (at < 0 || (run === undefined && at > 0))
      return join([...parts, { text: rest, kind: 'written' }]);
    if (at > 0) {
      const value = rest.slice(0, at);
      parts.push({ text: value, kind: value === run ? 'written' : 'value' });
    }
    parts.push({ text, kind: 'written' });
    rest = rest.slice(at + text.length);
  }
  return join([...parts, { text: rest, kind: 'added' }]);
}

function endOfValue(text: string): number {
  const end = text.search(/[&?]/);
  return end < 0 ? text.length : end;
}

/** Scheme, user and host take no keyword, and the user is masked. */
function withoutAuthority(url: string): { before: string; rest: string } {
  const before = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  return { before, rest: url.slice(before.length) };
}

/** Without empty parts, and with neighbours of one kind in one. */
function join(parts: readonly UrlPart[]): UrlPart[] {
  const joined: UrlPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.text === '') continue;
    if (last?.kind === part.kind)
      joined[joined.length - 1] = { ...part, text: last.text + part.text };
    else joined.push(part);
  }
  return joined;
}
