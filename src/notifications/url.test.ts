import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestTargetOf, splitUrl } from './url.ts';

describe('the parts of a URL', () => {
  it('are as they are written, byte for byte', () => {
    assert.deepEqual(splitUrl('HTTP://us@er:p@Example.org:8080/a/../b;c?x=1?y#z?/#'), {
      scheme: 'HTTP',
      authority: 'us@er:p@Example.org:8080',
      userInfo: 'us@er:p',
      hostAndPort: 'Example.org:8080',
      path: '/a/../b;c',
      query: 'x=1?y',
      fragment: 'z?/#',
    });
  });

  it('tell what is empty from what is absent', () => {
    const bare = splitUrl('http://h');
    assert.deepEqual(
      [bare?.path, bare?.query, bare?.fragment, bare?.userInfo],
      ['', undefined, undefined, undefined],
    );
    const loose = splitUrl('http://@h?#');
    assert.deepEqual(
      [loose?.path, loose?.query, loose?.fragment, loose?.userInfo],
      ['', '', '', ''],
    );
  });

  it('end where the next one begins, in whatever order the signs stand', () => {
    assert.equal(splitUrl('http://h?a/b')?.hostAndPort, 'h');
    assert.equal(splitUrl('http://h?a/b')?.path, '');
    assert.equal(splitUrl('http://h#a?b/c')?.fragment, 'a?b/c');
    assert.equal(splitUrl('http://h#a?b/c')?.query, undefined);
    assert.equal(splitUrl('://h/')?.scheme, '');
  });

  it('are none of a text without an authority', () => {
    for (const text of ['', 'h', 'mailto:a@b', '/a://b', 'a?b://c', 'a#b://c', 'a:b://c', 'a:/b']) {
      assert.equal(splitUrl(text), undefined, text);
    }
  });

  it('give what a request needs: an origin in lower case, and path and query as one', () => {
    assert.deepEqual(requestTargetOf('HTTP://u:p@Example.ORG:81?A=B#c'), {
      origin: 'http://example.org:81',
      hostAndPort: 'Example.ORG:81',
      path: '/?A=B',
      userInfo: 'u:p',
    });
    assert.equal(requestTargetOf('http://h/P?')?.path, '/P?');
    assert.equal(requestTargetOf('h/P'), undefined);
  });
});
