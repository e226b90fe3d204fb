import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { previewRequests } from './preview.ts';
import { parseTemplate } from './template.ts';
import { LINE } from './test-kit.ts';

function preview(text: string) {
  const parsed = parseTemplate(text);
  assert.ok(parsed.ok);
  return previewRequests(parsed.template, LINE, '33612345678');
}

describe('the preview of a template', () => {
  it("is the guide's worked example, byte for byte", () => {
    const begin =
      'http://www.exemple.tld/notification.php?account=33123456789&caller=33612345678&callee=33123456789&type=';
    const guide =
      'http://www.exemple.tld/notification.php?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_';
    assert.deepEqual(preview(guide), [
      { type: 'SETUP', method: 'GET', url: `${begin}SETUP` },
      { type: 'CONNECT', method: 'GET', url: `${begin}CONNECT` },
      { type: 'RELEASE', method: 'GET', url: `${begin}RELEASE` },
    ]);
  });

  it('has values of the right form for every keyword, and is always the same', () => {
    const every =
      'http://h/?c=_CALLREF_&d=_DREF_&t=_TSMS_&v=_N_VERSION_&a=_IS_ACD_&r=_DREF_REPLACE_&s=_SESSION_ID_&f=_REDIRECTING_NUMBER_&n=_N_TYPE_';
    const requests = preview(every);
    const times = requests.map(({ url }) => {
      const match =
        /^http:\/\/h\/\?c=[A-Za-z0-9_-]{8,40}&d=[0-9a-f]{32}&t=([0-9]{13})&v=1&a=0&r=&s=&f=&n=[A-Z]+$/.exec(
          url,
        );
      assert.ok(match, url);
      return Number(match[1]);
    });
    assert.ok(times[0]! < times[1]! && times[1]! < times[2]!);
    assert.deepEqual(preview(every), requests);
  });

  it('shows no user name and password', () => {
    for (const { url } of preview('https://me:secret@h/x')) {
      assert.match(url, /^https:\/\/\*\*\*@h\/x\?type=/);
    }
  });
});
