import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEvent } from '../calls/call-event.ts';
import { keywordValues } from './keywords.ts';
import { buzzeeTemplate, expandTemplate, parseTemplate, TEMPLATE_LIMIT_BYTES } from './template.ts';
import { event } from './test-kit.ts';
import { maskUserInfo } from './url.ts';

function expand(
  text: string,
  call: Partial<CallEvent['call']> = {},
  type: CallEvent['type'] = 'SETUP',
) {
  const parsed = parseTemplate(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.text);
  return expandTemplate(parsed.template, keywordValues(event(type, call)));
}

function errorOf(text: string): string {
  const parsed = parseTemplate(text);
  assert.equal(parsed.ok, false, `accepted: ${text}`);
  return parsed.ok ? '' : parsed.error.text;
}

function warningsOf(text: string): string[] {
  const parsed = parseTemplate(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.text);
  return parsed.warnings.map(({ text }) => text);
}

describe('a template', () => {
  it("gives the requests of the guide's worked example, byte for byte", () => {
    const template =
      'http://www.exemple.tld/notification.php?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_';
    for (const type of ['SETUP', 'CONNECT', 'RELEASE'] as const) {
      assert.equal(
        expand(template, {}, type),
        'http://www.exemple.tld/notification.php' +
          `?account=33123456789&caller=33612345678&callee=33123456789&type=${type}`,
      );
    }
  });

  // Template behind http://h -> what is sent behind it.
  const cases: [title: string, template: string, sent: string][] = [
    ['gets type= behind ? where it has no query', '/a', '/a?type=SETUP'],
    ['gets the path / where it has none', '', '/?type=SETUP'],
    ['gets the path / before a query', '?a=b', '/?a=b&type=SETUP'],
    ['gets no second ? where it ends with one', '/a?', '/a?type=SETUP'],
    ['gets no second & where it ends with one', '/a?b=c&', '/a?b=c&type=SETUP'],
    ['keeps a ? inside the query', '/a?b=c?d', '/a?b=c?d&type=SETUP'],
    ['gets type= before the fragment, which is not sent', '/a?b=c#top', '/a?b=c&type=SETUP'],
    ['loses a fragment behind the path', '/a#top?x=_N_TYPE_', '/a?type=SETUP'],
    ['with _N_TYPE_ in a value gets nothing appended', '/a?t=_N_TYPE_', '/a?t=SETUP'],
    ['with _N_TYPE_ in the path gets nothing appended', '/_N_TYPE_/x', '/SETUP/x'],
    [
      'with _N_TYPE_ only as a name gets type= appended',
      '/a?_N_TYPE_=1',
      '/a?_N_TYPE_=1&type=SETUP',
    ],
    [
      'with a fixed type= still gets ours',
      '/a?type=x&b=_CALLER_',
      '/a?type=x&b=33612345678&type=SETUP',
    ],
    [
      'keeps the names of parameters',
      '/a?_TSMS_=_TSMS_&t=_N_TYPE_',
      '/a?_TSMS_=1700000000123&t=SETUP',
    ],
    ['keeps a name that has no value', '/a?_CALLER_&t=_N_TYPE_', '/a?_CALLER_&t=SETUP'],
    [
      'takes all behind the first = as the value',
      '/a?b==_CALLER_=_N_TYPE_',
      '/a?b==33612345678=SETUP',
    ],
    [
      'replaces keywords that touch and repeat',
      '/_CALLER__CALLEE_?t=_N_TYPE__N_TYPE_',
      '/3361234567833123456789?t=SETUPSETUP',
    ],
    [
      'tells _DREF_REPLACE_ from _DREF_',
      '/_DREF_REPLACE_-_DREF_/_N_TYPE_',
      '/-0123456789abcdef0123456789abcdef/SETUP',
    ],
    [
      'empties every keyword without a value',
      '/?s=_SESSION_ID_&r=_REDIRECTING_NUMBER_&d=_DREF_REPLACE_&t=_N_TYPE_',
      '/?s=&r=&d=&t=SETUP',
    ],
    ['fills version and group flag', '/?v=_N_VERSION_&a=_IS_ACD_&t=_N_TYPE_', '/?v=1&a=0&t=SETUP'],
    [
      'leaves bare, misspelt and lower-case words',
      '/?a=ACCOUNT&b=_CALER_&c=_account_&t=_N_TYPE_',
      '/?a=ACCOUNT&b=_CALER_&c=_account_&t=SETUP',
    ],
    [
      'keeps dot segments, doubled slashes and order',
      '/a/../b//./c?z=1&a=2&a=1&&t=_N_TYPE_',
      '/a/../b//./c?z=1&a=2&a=1&&t=SETUP',
    ],
    [
      'keeps percent-encoding of any kind',
      '/%7e/%2E%2e?a=%zz&b=%&t=_N_TYPE_',
      '/%7e/%2E%2e?a=%zz&b=%&t=SETUP',
    ],
    [
      'keeps every printable ASCII character',
      '/!"$&\'()*+,-.:;<>=@[]\\^`{|}~?q=!"$\'()*+,-.:;<>@[]\\^`{|}~/&t=_N_TYPE_',
      '/!"$&\'()*+,-.:;<>=@[]\\^`{|}~?q=!"$\'()*+,-.:;<>@[]\\^`{|}~/&t=SETUP',
    ],
    [
      'has spaces, controls and non-ASCII encoded as UTF-8',
      '/é a\t?ñ=ü \u{7f}€\u{1f4de}&t=_N_TYPE_',
      '/%C3%A9%20a%09?%C3%B1=%C3%BC%20%7F%E2%82%AC%F0%9F%93%9E&t=SETUP',
    ],
    ['survives half a surrogate pair', '/\ud83d?t=_N_TYPE_', '/%EF%BF%BD?t=SETUP'],
  ];
  for (const [title, template, sent] of cases) {
    it(title, () => assert.equal(expand(`http://h${template}`), `http://h${sent}`));
  }

  it('keeps user-info, port, address and letter case of the server', () => {
    for (const server of [
      'http://u:p%40ss@h:8080',
      'HTTPS://Example.COM',
      'http://u@x@h',
      'http://[::1]:81',
      'http://127.0.0.1',
      'http://crm_server',
      'http://h:80',
    ]) {
      assert.equal(expand(`${server}/x?t=_N_TYPE_`), `${server}/x?t=SETUP`);
    }
  });

  it('has an international name of a server in its ASCII form', () => {
    assert.equal(expand('http://bücher.example/_N_TYPE_'), 'http://xn--bcher-kva.example/SETUP');
  });

  it('loses the spaces around it', () => {
    assert.equal(expand('  http://h/_N_TYPE_ \t'), 'http://h/SETUP');
  });

  it('writes the time of the event with 13 digits', () => {
    const parsed = parseTemplate('http://h/_TSMS_/_N_TYPE_');
    assert.ok(parsed.ok);
    const values = keywordValues({ ...event('SETUP'), at: 12 });
    assert.equal(expandTemplate(parsed.template, values), 'http://h/0000000000012/SETUP');
  });
});

const path = (caller: string) => expand('http://h/_CALLER_/x?t=_N_TYPE_', { caller });
const query = (caller: string) => expand('http://h/x?c=_CALLER_&t=_N_TYPE_', { caller });

describe('a value', () => {
  const hostile: [value: string, encoded: string][] = [
    ['anonymous', 'anonymous'],
    ['alice.b-c_d~e', 'alice.b-c_d~e'],
    ['a/../../b', 'a%2F..%2F..%2Fb'],
    ['a&type=RELEASE', 'a%26type%3DRELEASE'],
    ['a?b#c', 'a%3Fb%23c'],
    ['a b+c', 'a%20b%2Bc'],
    ["o'brien(1)!*", 'o%27brien%281%29%21%2A'],
    ['%41%zz', '%2541%25zz'],
    ['a\r\nHost: evil', 'a%0D%0AHost%3A%20evil'],
    ['nul\0', 'nul%00'],
    ['é€\u{1f4de}', '%C3%A9%E2%82%AC%F0%9F%93%9E'],
    ['\ud83d', '%EF%BF%BD'],
    ['_CALLEE_', '_CALLEE_'],
    ['$&$1', '%24%26%241'],
    ['<script>"', '%3Cscript%3E%22'],
    ['\\', '%5C'],
  ];
  for (const [value, encoded] of hostile) {
    it(`${JSON.stringify(value)} is sent as ${encoded}`, () => {
      assert.equal(query(value), `http://h/x?c=${encoded}&t=SETUP`);
      assert.equal(path(value), `http://h/${encoded}/x?t=SETUP`);
    });
  }

  it('of dots alone does not climb the path', () => {
    assert.equal(path('..'), 'http://h//x?t=SETUP');
    assert.equal(path('.'), 'http://h//x?t=SETUP');
    assert.equal(query('..'), 'http://h/x?c=..&t=SETUP');
  });

  it('is cut at the length of its keyword, before it is encoded', () => {
    assert.equal(query('1'.repeat(65)), `http://h/x?c=${'1'.repeat(64)}&t=SETUP`);
    assert.equal(query('é'.repeat(65)), `http://h/x?c=${'%C3%A9'.repeat(64)}&t=SETUP`);
    const phones = '\u{1f4de}'.repeat(65);
    assert.equal(query(phones), `http://h/x?c=${'%F0%9F%93%9E'.repeat(64)}&t=SETUP`);
    const long = 'x'.repeat(70);
    const all = expand('http://h/?a=_DREF_&b=_SESSION_ID_&c=_CALLREF_&t=_N_TYPE_', {
      dref: long,
      sessionId: long,
      callref: long,
    });
    assert.equal(
      all,
      `http://h/?a=${'x'.repeat(32)}&b=${'x'.repeat(40)}&c=${'x'.repeat(64)}&t=SETUP`,
    );
  });
});

describe('a template is refused', () => {
  const refused: [template: string, says: RegExp][] = [
    ['', /empty/],
    ['   ', /empty/],
    ['www.exemple.tld/x', /begin with http/],
    ['http:/h/x', /begin with http/],
    ['http:h', /begin with http/],
    ['//h/x', /begin with http/],
    ['ftp://h/x', /begin with http/],
    ['javascript://h/%0aalert(1)', /begin with http/],
    ['file:///etc/passwd', /begin with http/],
    ['http://', /not valid/],
    ['http:///x', /not valid/],
    ['http://u:p@/x', /not valid/],
    ['http://h:0/', /not valid/],
    ['http://h:65536/', /not valid/],
    ['http://h:8o/', /not valid/],
    ['http://h:/', /not valid/],
    ['http://a b/', /not valid/],
    ['http://h\t/', /not valid/],
    ['http://h\\@evil/', /not valid/],
    ['http://a%41/', /not valid/],
    ['http://[::1/', /not valid/],
    ['http://[::g]/', /not valid/],
    ['http://a<b/', /not valid/],
    ['http://1.2.3.999/', /not valid/],
    ['http://u:p/w@h/', /%2F/],
    ['http://u:p w@h/', /%20/],
    ['http://h/a\r\nX: y', /line break/],
    ['http://h/a\n', /line break/],
    ['http://h/\0', /NUL/],
    ['http://_CALLER_/x', /_CALLER_ stands in the server's address/],
    ['http://_ACCOUNT_.h/x', /_ACCOUNT_ stands in the server's address/],
    ['http://h:_CALLER_/x', /_CALLER_ stands in the server's address/],
    ['http://u:_CALLREF_@h/x', /_CALLREF_ stands in the server's address/],
    ['http://_DREF_REPLACE_@h/x', /_DREF_REPLACE_ stands in the server's address/],
    ['_CALLER_://h/x', /_CALLER_ stands in the server's address/],
    ['http://h_CALLEE_?x', /_CALLEE_ stands in the server's address/],
  ];
  for (const [template, says] of refused) {
    it(JSON.stringify(template), () => assert.match(errorOf(template), says));
  }

  it('where it is longer than its limit, which is said', () => {
    const start = 'http://h/?a=';
    const longest = start + 'x'.repeat(TEMPLATE_LIMIT_BYTES - start.length);
    assert.equal(parseTemplate(longest).ok, true);
    assert.match(errorOf(`${longest}x`), /8193 bytes long.*at most 8192/);
    assert.match(errorOf(start + 'é'.repeat(TEMPLATE_LIMIT_BYTES / 2)), /at most 8192/);
  });

  it('without repeating its password', () => {
    for (const template of [
      'http://u:secret@h:x/',
      'http://u:secret@_CALLER_/',
      'ftp://u:secret@h/',
    ]) {
      assert.doesNotMatch(errorOf(template), /secret/);
    }
  });
});

describe('a template is accepted with a warning', () => {
  const GOOD = 'https://h/?t=_N_TYPE_&r=_CALLREF_';
  it('never, where nothing is doubtful', () => {
    assert.deepEqual(warningsOf(GOOD), []);
    assert.deepEqual(
      warningsOf(`${GOOD}&_TSMS_=_TSMS_&d=_DREF_REPLACE_&f=my_old_file&g=RECALLERS`),
      [],
    );
  });
  const doubtful: [added: string, says: RegExp][] = [
    ['&a=ACCOUNT', /ACCOUNT is sent as it stands: the keyword is _ACCOUNT_/],
    ['&a=x-CALLER-y', /CALLER is sent .* _CALLER_/],
    ['&a=CALLEE', /_CALLEE_/],
    ['&a=CALLREF', /_CALLREF_/],
    ['&a=_CALER_', /_CALER_ is sent as it stands: the keyword is _CALLER_/],
    ['&a=_account_', /_account_ is sent .* _ACCOUNT_/],
    ['&a=_CallRef_', /_CALLREF_/],
    ['&a=_TYPE_', /_N_TYPE_/],
    ['&a=_NUMBER_', /_NUMBER_ is no keyword/],
    ['&_CALLER_', /write name=_CALLER_/],
    ['#x', /never sent/],
  ];
  for (const [added, says] of doubtful) {
    it(`for ${added}`, () => {
      const warnings = warningsOf(GOOD + added);
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0]!, says);
    });
  }
  it('for a bare keyword in the path', () => {
    assert.match(warningsOf(GOOD.replace('/?', '/CALLER/?'))[0]!, /_CALLER_/);
  });
  it('for a missing _CALLREF_', () => {
    assert.match(warningsOf('https://h/?t=_N_TYPE_').join(), /^The URL has no _CALLREF_/);
  });
  it('for a fixed type= where ours is appended', () => {
    assert.match(warningsOf('https://h/?type=x&r=_CALLREF_').join(), /write type=_N_TYPE_/);
  });
  it('for plain http', () => {
    assert.match(warningsOf(GOOD.replace('https', 'http')).join(), /unencrypted/);
  });
});

describe('the Buzzee preset', () => {
  const PARAMETERS =
    'account=33123456789&caller=33612345678&callee=33123456789&type=SETUP&callref=call-0001';
  const urls: [server: string, sent: string][] = [
    ['http://b', `http://b/?${PARAMETERS}`],
    ['http://b/x', `http://b/x?${PARAMETERS}`],
    ['http://b/x?', `http://b/x?${PARAMETERS}`],
    ['http://b/x?k=1', `http://b/x?k=1&${PARAMETERS}`],
    ['http://b/x?k=1&', `http://b/x?k=1&${PARAMETERS}`],
    [' http://b/x#y?z ', `http://b/x?${PARAMETERS}`],
  ];
  for (const [server, sent] of urls) {
    it(`asks ${sent} of the server ${server}`, () => {
      assert.equal(expand(buzzeeTemplate(server)), sent);
    });
  }
  it('can be another', () => {
    assert.equal(
      expand(buzzeeTemplate('http://b/x?k=1', '?n=_CALLER_')),
      'http://b/x?k=1&n=33612345678&type=SETUP',
    );
  });
});

describe('a URL that is shown', () => {
  it('has its user-info masked', () => {
    assert.equal(maskUserInfo('http://u:p@h/x@y'), 'http://***@h/x@y');
    assert.equal(maskUserInfo('https://u@h'), 'https://***@h');
    assert.equal(maskUserInfo('http://a@b@h/'), 'http://***@h/');
    assert.equal(maskUserInfo('http://h/?to=a@b'), 'http://h/?to=a@b');
    assert.equal(maskUserInfo('http://u:p@'), 'http://***@');
  });
});
