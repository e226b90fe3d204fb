// What is coloured in the preview of a request.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf } from './preview-parts.ts';

/** `written[value]written(added)`, for short. */
function marked(template: string, url: string): string {
  return partsOf(template, url)
    .map(({ text, kind }) =>
      kind === 'value' ? `[${text}]` : kind === 'added' ? `(${text})` : text,
    )
    .join('');
}

test('values and the appended type of the guide’s example are coloured', () => {
  assert.equal(
    marked(
      'http://www.exemple.tld/n.php?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_',
      'http://www.exemple.tld/n.php?account=33123456789&caller=33612345678&callee=33123456789&type=SETUP',
    ),
    'http://www.exemple.tld/n.php?account=[33123456789]&caller=[33612345678]&callee=[33123456789](&type=SETUP)',
  );
});

test('a keyword without a value leaves nothing to colour', () => {
  assert.equal(
    marked('https://a/?s=_SESSION_ID_&t=_N_TYPE_', 'https://a/?s=&t=SETUP'),
    'https://a/?s=&t=[SETUP]',
  );
});

test('a keyword that stands as a parameter’s name is not coloured', () => {
  assert.equal(
    marked('https://a/?_TSMS_=_TSMS_', 'https://a/?_TSMS_=1767&type=SETUP'),
    'https://a/?_TSMS_=[1767](&type=SETUP)',
  );
});

test('a masked user, a fragment and neighbouring keywords disturb nothing', () => {
  assert.equal(
    marked('https://me:pw@a/x/_CALLER__CALLEE_?t=_N_TYPE_#end', 'https://***:***@a/x/12?t=SETUP'),
    'https://***:***@a/x/[12]?t=[SETUP]',
  );
});

test('a literal that the server had to encode leaves the rest plain', () => {
  assert.equal(marked('https://a/b c?x=_CALLER_', 'https://a/b%20c?x=1'), 'https://a/b%20c?x=1');
});

test('a template without a query gets its type coloured', () => {
  assert.equal(marked('https://a/x', 'https://a/x?type=SETUP'), 'https://a/x(?type=SETUP)');
});
