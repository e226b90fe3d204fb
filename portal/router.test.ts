// Addresses: read, written, and found among the pages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrefOf, parsePlace } from './router.ts';
import { routeOf } from './routes.ts';

test('an address has segments and a query, decoded', () => {
  const place = parsePlace('/users/a%40b.example?q=x%20y&missed=1');
  assert.deepEqual(place.segments, ['users', 'a@b.example']);
  assert.equal(place.query.get('q'), 'x y');
});

test('an address that is no valid encoding is kept as it is', () => {
  assert.deepEqual(parsePlace('/lines/%zz').segments, ['lines', '%zz']);
});

test('what is written is read again, and an empty value is left out', () => {
  const href = hrefOf(['calls', 'a/b'], { line: '33', party: '' });
  assert.equal(href, '#/calls/a%2Fb?line=33');
  assert.deepEqual(parsePlace(href.slice(1)).segments, ['calls', 'a/b']);
});

test('a path leads to its page with what varies in it, an unknown one to none', () => {
  assert.deepEqual(routeOf(['lines', '33123456789', 'cti'])?.props, { line: '33123456789' });
  assert.equal(routeOf(['lines'])?.route.path, '/lines');
  assert.equal(routeOf([])?.route.path, '/');
  assert.equal(routeOf(['lines', '33123456789', 'nothing']), undefined);
});

test('the tabs of a line are one page, so that it stays when the tab changes', () => {
  assert.equal(routeOf(['lines', '33'])?.route.load, routeOf(['lines', '33', 'cti'])?.route.load);
});
