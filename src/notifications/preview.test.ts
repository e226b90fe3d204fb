import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { previewDestination, previewRequests } from './preview.ts';
import { parseTemplate } from './template.ts';
import { destinationWith, LINE } from './test-kit.ts';

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

describe('the preview of a destination', () => {
  const line = { number: LINE, title: 'Reception' };

  it('is what its format sends for the events that are told, without its password', () => {
    const url = 'http://u:p@h/cti';
    const destination = destinationWith({ url, format: 'zammad', types: ['SETUP', 'RELEASE'] });
    const requests = previewDestination(destination, line, '33612345678');
    assert.deepEqual(
      requests.map(({ type, method, url: shown, contentType }) => [
        type,
        method,
        shown,
        contentType,
      ]),
      [
        ['SETUP', 'POST', 'http://***@h/cti', 'application/json'],
        ['RELEASE', 'POST', 'http://***@h/cti', 'application/json'],
      ],
    );
    assert.partialDeepStrictEqual(JSON.parse(requests[1]!.body), {
      event: 'hangup',
      direction: 'in',
      from: '33612345678',
      user: 'Reception',
      cause: 'normalClearing',
    });
  });

  it('is an outgoing call where only those are told, and a GET where that is the format', () => {
    const destination = destinationWith({ url: 'http://h/_CALLER_', direction: 'outgoing' });
    assert.deepEqual(previewDestination(destination, line, '33612345678')[0], {
      type: 'SETUP',
      method: 'GET',
      url: `http://h/${LINE}?type=SETUP`,
      contentType: '',
      body: '',
    });
  });
});
