// Every way that we know of to write an address that must not be reached, through the sender's own
// connections, while servers listen there. Two controls show that the test would see a failure: without a
// policy the same URLs reach the canary, and sockets are counted where no canary can listen.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TargetRefused } from './pinned-connect.ts';
import { anything, connectionsDuring, listenOn, names, pinned, strict } from './target-test-kit.ts';
import { parseTemplate } from '../template.ts';
import { originOf, splitUrl } from '../url.ts';

/** `~` is `:PORT`. A word before the URLs is what comes of them. */
const TABLE: Record<string, readonly string[]> = {
  loopback: [
    'http://127.0.0.1~/',
    'http://127.0.0.2~/',
    'http://127.255.255.254~/',
    'https://127.0.0.1~/',
    'HTTP://127.0.0.1~/',
    // decimal, hex, octal, short
    'http://2130706433~/',
    'http://0x7f000001~/',
    'http://0X7F.0x0.0x0.0x1~/',
    'http://0x7f.1~/',
    'http://0177.0.0.1~/',
    'http://017700000001~/',
    'http://00000177.0.0.01~/',
    'http://127.1~/',
    'http://127.0.1~/',
    'http://127.0x1~/',
    'http://127.0.0.1.~/',
    'http://2130706433.~/',
    // other scripts' digits and dots
    'http://１２７.０.０.１~/',
    'http://127。0。0。1~/',
    'http://127．0．0．1~/',
    'http://127｡0｡0｡1~/',
    'http://①②⑦.⓪.⓪.①~/',
    'http://𝟭𝟮𝟳.𝟬.𝟬.𝟭~/',
    'http://０ｘ７ｆ.1~/',
    'http://²¹³⁰⁷⁰⁶⁴³³~/',
    'http://127.0.0.\u00ad1~/',
    'http://127.0.\u200b0.1~/',
    // IPv6
    'http://[::1]~/',
    'https://[::1]~/',
    'http://[0:0:0:0:0:0:0:1]~/',
    'http://[0000:0000:0000:0000:0000:0000:0000:0001]~/',
    'http://[::0.0.0.1]~/',
    'http://[::ffff:127.0.0.1]~/',
    'http://[::FFFF:127.0.0.1]~/',
    'http://[::ffff:7f00:1]~/',
    'http://[0:0:0:0:0:ffff:7f00:0001]~/',
    'http://[::127.0.0.1]~/',
    'http://[::7f00:1]~/',
    'http://[64:ff9b::127.0.0.1]~/',
    'http://[64:ff9b::7f00:1]~/',
    'http://[2002:7f00:1::]~/',
    'http://[2002:7f00:1::1]~/',
    'http://[2001:0:7f00:1::1]~/',
    'http://[2001:0:808:808::80ff:fffe]~/',
    'http://[2a00::5efe:127.0.0.1]~/',
    'http://[fe80::200:5efe:7f00:1]~/',
    // user-info, fragments, queries, backslashes: what looks like the host is none
    'http://example.com@127.0.0.1~/',
    'http://example.com:80@127.0.0.1~/',
    'http://a@example.com@127.0.0.1~/',
    'http://example.com%2f@127.0.0.1~/',
    'http://example.com\\@127.0.0.1~/',
    'http://127.0.0.1~?@example.com/',
    'http://127.0.0.1~#@example.com/',
    'http://127.0.0.1~/@example.com/../',
    // percent-encoding, and what URL parsers throw away
    'http://%31%32%37.0.0.1~/',
    'http://127%2e0%2e0%2e1~/',
    'http://127.0.0.%31~/',
    'http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1~/',
    'http://localhos%74~/',
    'http://127.0.0.1\t~/',
    'http://127.0.\n0.1~/',
    ' http://127.0.0.1~/',
    // names
    'http://localhost~/',
    'http://LOCALHOST~/',
    'http://LocalHost~/',
    'https://localhost~/',
    'http://localhost.~/',
    'http://localhost。~/',
    'http://ｌｏｃａｌｈｏｓｔ~/',
    'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ~/',
    'http://local\u00adhost~/',
    'http://ｌocalhost．~/',
    'http://127.0.0.1.nip.test~/',
    'http://7f000001.nip.test~/',
    'http://a.cname.test~/',
    'http://ipv6.test~/',
    'http://mapped.test~/',
    'http://mapped-hex.test~/',
    'http://nat64.test~/',
    'http://many.test~/',
    'http://bücher.test~/',
  ],
  metadata: [
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://168.63.129.16/',
    'http://metadata.test/',
    'http://metadata.test./computeMetadata/v1/',
  ],
  unspecified: [
    'http://0~/',
    'http://0.0.0.0~/',
    'http://0x0~/',
    'http://００~/',
    'http://0.1.2.3~/',
    'http://[::]~/',
    'http://[::ffff:0.0.0.0]~/',
    'http://zero.test~/',
  ],
  'link-local': [
    'http://169.254.1.1/',
    'http://[fe80::1]/',
    'http://local.test/',
    'http://zone.test/',
  ],
  private: [
    'http://10.0.0.1/',
    'http://192.168.257/',
    'http://0xac100001/',
    'http://[fd12::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://intranet.test/',
  ],
  cgnat: ['http://100.64.0.1/', 'http://carrier.test/'],
  multicast: [
    'http://224.0.0.1/',
    'http://239.255.255.250/',
    'http://[ff02::1]/',
    'http://multi.test/',
  ],
  reserved: [
    'http://255.255.255.255/',
    'http://240.0.0.1/',
    'http://198.18.0.1/',
    'http://[fec0::1]/',
    'http://[5f00::1]/',
    'http://reserved.test/',
    // A resolver's answer that is no address: connecting to it would look it up once more.
    'http://answer-name.test~/',
    'http://answer-short.test~/',
    'http://answer-hex.test~/',
    'http://answer-empty.test~/',
    'http://answer-brackets.test~/',
  ],
  translated: [
    'http://[64:ff9b:1::7f00:1]/',
    'http://[2002:808:808::1]/',
    'http://[2001:0:808:808::f7f7:f7f7]/',
    'http://[::8.8.8.8]/',
    'http://tunnel.test/',
  ],
  ENOTFOUND: [
    'http://127.0.0.1~\\@example.com/',
    'http://127.0.0.1.example.com~/',
    'http://none.test/',
  ],
  'bad-url': [
    'http://127.0.0.1~\\example.com/',
    'http://127.0.0.1%00.example.com~/',
    'http://127.0.0.1%2fexample.com~/',
    'http://127.0.0.1 .example.com~/',
    'http://[::1%25lo]~/',
    'http://[::1%lo]~/',
    'http://[fe80::1%25eth0]/',
    'http://[::ffff:127.0.0.01]~/',
    'http://::1~/',
    'http://127.0.0.256~/',
    'http://0x7f.0.0.0.1~/',
    'http://127.0.0.1~~/',
    'http://127.0.0.1:99999/',
    'http:///127.0.0.1~/',
    'http:127.0.0.1~/',
    '//127.0.0.1~/',
    'ftp://127.0.0.1~/',
    'file:///etc/passwd',
    'gopher://127.0.0.1~/',
    'http+unix://%2frun%2fx.sock/',
  ],
};

const KNOWN: Record<string, readonly string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['::1', '127.0.0.1'],
  '127.0.0.1.nip.test': ['127.0.0.1'],
  '7f000001.nip.test': ['127.0.0.1'],
  'a.cname.test': ['127.0.0.1'],
  'ipv6.test': ['::1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'mapped-hex.test': ['::ffff:7f00:1'],
  'nat64.test': ['64:ff9b::7f00:1'],
  'many.test': Array.from({ length: 1000 }, (_, n) => `127.0.${n >> 8}.${n & 255}`),
  'xn--bcher-kva.test': ['127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'metadata.test.': ['fd00:ec2::254', '169.254.169.254'],
  'zero.test': ['0.0.0.0', '::'],
  'local.test': ['169.254.3.4'],
  'zone.test': ['fe80::1%lo'],
  'intranet.test': ['10.1.2.3', '192.168.1.1'],
  'carrier.test': ['100.64.1.1'],
  'multi.test': ['ff02::1'],
  'reserved.test': ['240.0.0.1'],
  'answer-name.test': ['localhost'],
  'answer-short.test': ['127.1'],
  'answer-hex.test': ['0x7f000001'],
  'answer-empty.test': [''],
  'answer-brackets.test': ['[::1]'],
  'tunnel.test': ['2002:808:808::1'],
};

const to = (url: string, port: number) => url.replaceAll('~', `:${port}`);

async function hasIpv6(): Promise<boolean> {
  return listenOn(['::1']).then(
    async (listener) => {
      await listener[Symbol.asyncDispose]();
      return true;
    },
    () => false,
  );
}
const everywhere = (await hasIpv6()) ? ['0.0.0.0', '::'] : ['0.0.0.0'];

describe('a URL that leads to an address which is refused', () => {
  const rows = Object.entries(TABLE).flatMap(([expected, urls]) =>
    urls.map((url) => ({ expected, url })),
  );
  it(`opens no connection at all, in ${rows.length} forms`, async () => {
    await using canary = await listenOn(everywhere);
    await using agent = pinned({ lookUp: names(KNOWN) });
    for (const { expected, url } of rows) {
      const begun = await connectionsDuring(async () => {
        const { result, error } = await agent.get(to(url, canary.port));
        assert.equal(result, expected, url);
        if (error instanceof TargetRefused) assert.equal(error.code, 'CARILLON_TARGET_REFUSED');
      });
      assert.equal(begun, 0, url);
    }
    await canary.counted();
    assert.equal(canary.connections, 0);
  });

  it('would reach the canary if nothing were checked: the control', async () => {
    await using canary = await listenOn(everywhere);
    await using agent = pinned({ policy: anything, lookUp: names(KNOWN), timeoutMs: 1000 });
    // Those of this machine; what stands for them by translation leads nowhere here.
    const here = everywhere.length > 1 ? /^(127\.|::1$|::ffff:(127|7f00))/ : /^127\./;
    const reaching = TABLE['loopback']!.filter((url) => {
      const host = new URL(to(url, canary.port)).hostname;
      const address = KNOWN[host]?.[0] ?? host.replace(/[[\]]/g, '');
      return here.test(address);
    });
    assert.ok(reaching.length >= 60, `only ${reaching.length}`);
    for (const url of reaching.filter((each) => !/^https/i.test(each))) {
      const { result } = await agent.get(to(url, canary.port));
      assert.equal(result, 204, url);
    }
  });

  it('is refused by the machine’s own resolver too, which reads short forms as addresses', async () => {
    await using canary = await listenOn(everywhere);
    const { lookup } = await import('node:dns/promises');
    const lookUp = (name: string) => lookup(name, { all: true });
    await using agent = pinned({ lookUp });
    assert.equal((await agent.get(`http://localhost:${canary.port}/`)).result, 'loopback');
    const found = await lookUp('127.1');
    assert.equal(found[0]?.address, '127.0.0.1'); // so a name that passes as one is no way around
    await canary.counted();
    assert.equal(canary.connections, 0);
  });
});

describe('a name that is bound to another address after each look', () => {
  it('never leads to the refused one, 1,000 times', async () => {
    await using ours = await listenOn(['127.0.0.2']);
    await using canary = await listenOn(['127.0.0.1'], ours.port);
    let asked = 0;
    const lookUp = async () => [{ address: asked++ % 2 === 0 ? '127.0.0.2' : '127.0.0.1' }];
    await using agent = pinned({ policy: strict({ allow: ['127.0.0.2/32'] }), lookUp });
    const results: Record<string, number> = {};
    for (let round = 0; round < 1000; round++) {
      const { result } = await agent.get(`http://rebinding.test:${ours.port}/`);
      results[result] = (results[result] ?? 0) + 1;
    }
    assert.deepEqual(results, { 204: 500, loopback: 500 });
    assert.equal(asked, 1000); // one look for each connection, never a second
    assert.equal(ours.connections, 500);
    await canary.counted();
    assert.equal(canary.connections, 0);
  });

  it('is not followed either where a server redirects to it', async () => {
    await using ours = await listenOn(
      ['127.0.0.2'],
      0,
      'HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n',
    );
    await using canary = await listenOn(['127.0.0.1'], ours.port);
    await using agent = pinned({ policy: strict({ allow: ['127.0.0.2/32'] }) });
    assert.equal((await agent.get(`http://127.0.0.2:${ours.port}/`)).result, 302);
    await canary.counted();
    assert.equal(canary.connections, 0);
  });
});

describe('a template that is accepted', () => {
  it('is sent to the host that every URL parser reads in it', () => {
    let accepted = 0;
    const urls = [
      ...Object.values(TABLE).flat(),
      'http://example.com',
      'https://u:p@h.test:8443/a',
    ];
    for (const raw of urls.map((url) => url.replaceAll('~', ':8080'))) {
      const parsed = parseTemplate(raw);
      if (!parsed.ok) continue;
      accepted++;
      const parts = splitUrl(parsed.template.literals[0]!);
      assert.ok(parts, raw);
      assert.equal(new URL(originOf(parts)).host, new URL(raw).host, raw);
    }
    assert.ok(accepted > 60, `only ${accepted}`);
  });
});
