// What is probably a mistake in a template that is valid: shown when it is saved, changes nothing.
// template.ts decides what is an error.

import { isKeyword, KEYWORD_PATTERN, KEYWORDS } from './keywords.ts';
import type { TemplateMessage } from './template-codes.ts';
import type { UrlParts } from './url.ts';

// guide-v1.0's table lost the underscores around these four, so people write them bare.
const BARE_KEYWORD = /(?<![A-Za-z0-9_])(?:ACCOUNT|CALLER|CALLEE|CALLREF)(?![A-Za-z0-9_])/g;

const LOOKS_LIKE_KEYWORD = /_[A-Za-z]+(?:_[A-Za-z]+)*_/g;

/**
 * Sentences for the person who wrote the template, one a matter.
 * @param appendsType true where `type=` will be appended, the template having no `_N_TYPE_`
 */
export function templateWarnings(parts: UrlParts, appendsType: boolean): TemplateMessage[] {
  const parameters = (parts.query ?? '').split('&').map(splitParameter);
  const texts = [parts.path, ...parameters.map(({ value }) => value ?? '')];
  const warnings: TemplateMessage[] = [];

  // A keyword that is being replaced cannot be a mistake; look at the texts between.
  for (const text of texts.flatMap((each) => each.split(KEYWORD_PATTERN))) {
    if (isKeyword(text)) continue;
    for (const [bare] of text.matchAll(BARE_KEYWORD)) {
      warnings.push({
        code: 'template-bare-keyword',
        text: `${bare} is sent as it stands: the keyword is _${bare}_.`,
        values: { written: bare, keyword: `_${bare}_` },
      });
    }
    for (const [token] of text.matchAll(LOOKS_LIKE_KEYWORD)) {
      const warning = misspelling(token);
      if (warning) warnings.push(warning);
    }
  }
  for (const { name, value } of parameters) {
    const keyword = value === undefined ? KEYWORD_PATTERN.exec(name)?.[0] : undefined;
    if (keyword) {
      warnings.push({
        code: 'template-keyword-as-name',
        text: `${keyword} stands where a parameter's name does and is sent as it stands: write name=${keyword}.`,
        values: { keyword },
      });
    }
  }
  if (!texts.some((text) => text.includes('_CALLREF_'))) {
    warnings.push({
      code: 'template-no-callref',
      text: 'The URL has no _CALLREF_: the receiver cannot tell which events belong to one call.',
    });
  }
  if (appendsType && parameters.some(({ name }) => name === 'type')) {
    warnings.push({
      code: 'template-type-twice',
      text: 'The URL has a parameter "type" of its own and a second one is appended: write type=_N_TYPE_.',
    });
  }
  if (parts.fragment !== undefined) {
    warnings.push({ code: 'template-fragment', text: 'What follows # is never sent.' });
  }
  if (parts.scheme.toLowerCase() === 'http') {
    warnings.push({
      code: 'template-http',
      text: 'The URL begins with http: numbers travel unencrypted. Use https where the receiver can.',
    });
  }
  // The same mistake in two places is told once.
  return [...new Map(warnings.map((warning) => [warning.text, warning])).values()];
}

function splitParameter(parameter: string): { name: string; value: string | undefined } {
  const equals = parameter.indexOf('=');
  if (equals < 0) return { name: parameter, value: undefined };
  return { name: parameter.slice(0, equals), value: parameter.slice(equals + 1) };
}

/** `_CALER_`, `_account_`; in lower case only what is very near, since `/my_old_file` is a fair path. */
function misspelling(written: string): TemplateMessage | undefined {
  const upper = written.toUpperCase();
  const reach = written === upper ? 2 : 1;
  const near = KEYWORDS.map((keyword) => ({ keyword, away: editDistance(upper, keyword) }))
    .filter(({ away }) => away <= reach)
    .sort((a, b) => a.away - b.away)[0];
  if (near) {
    const { keyword } = near;
    return {
      code: 'template-misspelt',
      text: `${written} is sent as it stands: the keyword is ${keyword}.`,
      values: { written, keyword },
    };
  }
  if (written !== upper) return undefined;
  return {
    code: 'template-unknown-keyword',
    text: `${written} is no keyword and is sent as it stands.`,
    values: { written },
  };
}

/** How many letters must be added, removed or changed to make one text of the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  // A token may be as long as a template: no keyword is near it, and the table would be large.
  if (Math.abs(from.length - to.length) > 2) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1;
      current.push(
        Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + change),
      );
    }
    previous = current;
  }
  return previous[to.length]!;
}
