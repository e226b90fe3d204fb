import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { dispatch, tellFailure } from './dispatch.ts';

// Commands that take wrong arguments look for a data directory here and must not make one.
const empty = mkdtempSync(join(tmpdir(), 'carillon-arguments-'));
after(() => rmSync(empty, { recursive: true }));

interface Outcome {
  readonly status: number;
  readonly out: string[];
  readonly err: string[];
}

async function run(argv: readonly string[], env = {}, stdin = ''): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await dispatch(argv, {
    env: { CARILLON_DATA: join(empty, 'data'), ...env },
    stdin: Readable.from([Buffer.from(stdin)]),
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
  });
  return { status, out, err };
}

const NUMBER = '33123456789';

test('every wrong argument gives one line that says what to write, and status 2', async () => {
  const table: [argv: string[], says: RegExp][] = [
    [
      [],
      /a command is missing; write one of serve, line, destination, secret, customer, user, token, call, notification, number, simulate, or --help$/,
    ],
    [['sreve'], /unknown command "sreve"; did you mean "serve"\?$/],
    [['dance'], /unknown command "dance"; write one of serve, line/],
    [['--sandbox'], /unknown option --sandbox; write one of serve/],
    [['a\nb\u001b[2J'], /unknown command "a\\nb\\u001b\[2J"/],
    [['line'], /line what\? Write carillon line add\|set\|list\|remove$/],
    [['line', 'lst'], /unknown command "line lst"; did you mean "list"\?$/],
    [
      ['line', 'paint'],
      /unknown command "line paint"; write carillon line add\|set\|list\|remove$/,
    ],
    [['call'], /call what\? Write carillon call list$/],
    [['notification', 'show'], /write carillon notification list\|test\|resend\|replay$/],
    [['help', 'dance'], /unknown command "dance"/],
    [['help', 'serve', 'now'], /"now" is one too many/],

    [
      ['line', 'add'],
      /NUMBER is missing; write carillon line add NUMBER --password P\|- \[options\]$/,
    ],
    [['line', 'add', NUMBER], /--password is missing; write --password P, or -/],
    [['line', 'add', NUMBER, NUMBER, '--password', 'p'], /"33123456789" is one too many; write/],
    [['line', 'add', NUMBER, '--password'], /--password lacks its value; write --password P\|-$/],
    [
      ['line', 'add', NUMBER, '--password', '--title'],
      /write --password P\|-, or --password=--title if/,
    ],
    [['line', 'add', NUMBER, '--password', ''], /--password: it is empty/],
    [['line', 'add', NUMBER, '--password='], /--password: it is empty/],
    [['line', 'add', NUMBER, '--password', '-'], /--password -: standard input is empty/],
    [
      ['line', 'add', NUMBER, '--pasword', 'p'],
      /unknown option --pasword; did you mean "--password"\?$/,
    ],
    [
      ['line', 'add', NUMBER, '--colour', 'red'],
      /unknown option --colour; carillon help line add lists/,
    ],
    [['line', 'add', NUMBER, '-p', 'p'], /unknown option -p; carillon help line add/],
    [['line', 'add', NUMBER, '--constructor', 'p'], /unknown option --constructor/],
    [
      ['line', 'add', NUMBER, '--password', 'p', '--title', 'a', '--title', 'b'],
      /--title is given 2 times/,
    ],
    [['line', 'add', 'abc', '--password', 'p'], /international form, such as/],
    [['line', 'add', '12', '--password', 'p'], /international form, such as/],
    [['line', 'add', '', '--password', 'p'], /the number is empty/],
    [['line', 'add', NUMBER, '--password', 'p', '--short', 'x'], /write 2 to 6 digits/],
    [['line', 'add', NUMBER, '--password', 'p', '--short', '112'], /112 is an emergency number/],
    [
      ['line', 'add', NUMBER, '--password', 'p', '--source-ip-match', 'all'],
      /write whole or search$/,
    ],
    ...['yes', 'ON', 'true'].flatMap((value): [string[], RegExp][] => [
      [['line', 'add', NUMBER, '--password', 'p', '--api', value], /--api: .*; write on or off$/],
      [['line', 'set', NUMBER, '--auto-answer', value], /--auto-answer: .*; write on or off$/],
    ]),
    [['line', 'set', NUMBER, '--delivery-mode', 'once'], /write at-least-once or at-most-once$/],
    [
      ['line', 'add', NUMBER, '--password', 'p', '--delivery-timeout', '0'],
      /0\.5 to 30 seconds: write it such as 5/,
    ],
    [
      ['line', 'add', NUMBER, '--password', 'p', '--delivery-window', '0'],
      /1 to 86400 seconds: write it such as 600/,
    ],
    [
      ['line', 'add', NUMBER, '--password', 'p', '--delivery-retry', '1,3'],
      /separated by spaces, such as 1 3 10 30$/,
    ],
    [['line', 'set', NUMBER, '--api'], /--api lacks its value; write --api on\|off$/],
    [['line', 'add', NUMBER, '--password', 'p', '--origins', '*'], /since \* would let pages of/],
    [
      ['line', 'add', NUMBER, '--password', 'p', '--origins', 'crm.example'],
      /"crm\.example" is no web origin: write scheme and host, such as https:/,
    ],
    [['line', 'add', NUMBER, '--password', 'p', '--notification-url', 'ftp://a/'], /http/],
    [['line', 'add', NUMBER, '--password', 'p', '--buzzee-url', 'x'], /http:\/\/HOST\//],
    [['line', 'add', NUMBER, '--password', 'p', '--title', 'a\nb'], /control character/],
    [['line', 'set', NUMBER], /nothing to set; write what to change/],
    [['line', 'set', 'abc', '--title', 'a'], /international form/],
    [['line', 'remove'], /NUMBER is missing/],
    [['line', 'remove', 'abc'], /international form/],
    [['line', 'list', 'all'], /"all" is one too many; write carillon line list \[options\]$/],
    [['line', 'list', '--json=yes'], /--json takes no value; write --json alone$/],
    [['line', 'list', '--no-json'], /unknown option --no-json/],
    [['line', 'list', '--data', ''], /--data: write a path/],
    [['call', 'list', '--line', 'abc'], /international form/],
    ...['0', '-1', '10001', 'x', '1.5', '1e2', ''].map((limit): [string[], RegExp] => [
      ['call', 'list', '--limit', limit],
      /--limit: .*write one from 1 to 10000$/,
    ]),
    [['call', 'list', '--call', 'x'], /unknown option --call/],
    [['notification', 'list', '--call'], /--call lacks its value; write --call CALLREF$/],

    [['simulate', NUMBER], /CALLEE is missing; write carillon simulate CALLER CALLEE/],
    [['simulate', NUMBER, NUMBER, '--busy', '--no-answer'], /exclude each other/],
    [['simulate', 'abc', NUMBER], /^carillon simulate: caller: /],
    [['simulate', NUMBER, 'abc'], /^carillon simulate: callee: /],
    ...['-1', 'x', '', '3601', 'Infinity', '1e2', '0x1'].flatMap(
      (seconds): [string[], RegExp][] => [
        [['simulate', NUMBER, NUMBER, '--talk', seconds], /--talk: .*write one from 0 to 3600$/],
        [
          ['simulate', NUMBER, NUMBER, '--answer-after', seconds],
          /--answer-after: .*from 0 to 3600$/,
        ],
      ],
    ),

    [['serve', 'now'], /"now" is one too many/],
    [['serve', '--http', '8080'], /--http: "8080" is no HOST:PORT/],
    [['serve', '--http', '127.0.0.1:1', '--http', '127.0.0.1:2'], /--http is given 2 times/],
    [['serve', '--outside', '192.0.2.7'], /--outside: .*write sip:HOST:PORT/],
    [
      ['serve', '--notify-allow', '10.0.0.0/8', '--notify-allow', '10.0.0.0/99'],
      /"10\.0\.0\.0\/99"/,
    ],
    [['serve', '--max-call', '5'], /unknown option --max-call/],
    [
      ['serve', '--https', '127.0.0.1:1'],
      /--https: .*write both --tls-cert FILE and --tls-key FILE$/,
    ],
    [['serve', '--config', '/nonexistent.toml'], /there is no file \/nonexistent\.toml/],
    [['serve', '--sandbox', '--http', '0.0.0.0:0'], /the sandbox listens on this machine only/],
  ];
  for (const [argv, says] of table) {
    const { status, out, err } = await run(argv);
    const title = `carillon ${argv.join(' ')}: ${err.join('\n')}`;
    assert.equal(status, 2, title);
    assert.deepEqual(out, [], title);
    assert.equal(err.length, 1, title);
    assert.match(err[0] ?? '', /^carillon[^\n]*$/, title);
    assert.match(err[0] ?? '', says);
  }
  assert.deepEqual(readdirSync(empty), [], 'wrong arguments left something behind');
});

test('a wrong environment is told by the variable', async () => {
  const { status, err } = await run(['serve'], { CARILLON_SIP: 'x' });
  assert.equal(status, 2);
  assert.match(err.join('\n'), /^carillon serve: CARILLON_SIP: "x" is no HOST:PORT/);
});

test('help is printed for everything, on standard output, also behind a mistake', async () => {
  for (const argv of [['--help'], ['-h'], ['help']]) {
    const { status, out, err } = await run(argv);
    assert.deepEqual([status, err], [0, []]);
    for (const command of ['serve', 'line add', 'notification list', 'simulate']) {
      assert.match(out.join('\n'), new RegExp(`^  ${command} {2,}[A-Z]`, 'm'));
    }
  }
  const commands = ['serve', 'line add', 'line set', 'line list', 'line remove', 'call list'];
  for (const command of [...commands, 'notification list', 'simulate']) {
    const words = command.split(' ');
    const asked = [
      ['help', ...words],
      [...words, '--help'],
      [...words, '--nonsense', '-h'],
    ];
    for (const argv of asked) {
      const { status, out, err } = await run(argv);
      assert.deepEqual([status, err], [0, []]);
      const text = out.join('\n');
      assert.ok(text.startsWith(`carillon ${command}`), text);
      assert.match(text, /\nOptions:\n[^]*--help[^]*\nExamples?:\n {2}carillon /);
      assert.doesNotMatch(text, /undefined/);
    }
  }
  const group = await run(['help', 'line']);
  assert.deepEqual(await run(['line', '--help']), group);
  assert.match(group.out.join('\n'), /^ {2}line remove /m);
});

test('a fault is told in one line, with its stack only where that is asked for', () => {
  const lines: string[] = [];
  const warn = (line: string) => void lines.push(line);
  assert.equal(tellFailure('carillon', new Error('no\nway'), { env: {}, warn }), 1);
  assert.deepEqual(lines, ['carillon: no\\nway']);
  tellFailure('carillon', new Error('no'), { env: { CARILLON_DEBUG: '1' }, warn });
  assert.match(lines.at(-1) ?? '', /^Error: no\n {4}at /);
});

test('the version is that of the package', async () => {
  assert.match((await run(['--version'])).out.join(), /^carillon \d+\.\d+\.\d+$/);
});

test('without a server and a data directory the lists say how to make one', async () => {
  for (const argv of [
    ['line', 'list'],
    ['line', 'remove', NUMBER],
    ['call', 'list', '--json'],
  ]) {
    const { status, err } = await run(argv);
    assert.equal(status, 1);
    assert.match(
      err.join('\n'),
      /there is no data directory at .*carillon serve.*carillon line add/,
    );
  }
  const { status, err } = await run(['simulate', NUMBER, NUMBER]);
  assert.equal(status, 1);
  assert.match(err.join('\n'), /no sandbox runs on .*carillon serve --sandbox/);
  assert.deepEqual(readdirSync(empty), []);
});

test('without a server the commands work on the data directory itself', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'carillon-own-'));
  t.after(() => rmSync(data, { recursive: true }));
  const env = { CARILLON_DATA: data };
  const add = ['line', 'add', '01 23 45 67 89', '--password', '-', '--title', 'Accueil'];
  assert.deepEqual(await run(add, env, 'long enough\nnot this\n'), {
    status: 0,
    out: [`line ${NUMBER} added`],
    err: [],
  });
  const again = await run([...add, '--short', '201'], env, 'long enough');
  assert.equal(again.status, 1);
  assert.match(again.err.join('\n'), /exists already/);

  const second = ['line', 'add', '33123456790', '--password=-secret', '--short', '202'];
  const warned = await run(second, env);
  assert.equal(warned.status, 0);
  assert.match(warned.err.join('\n'), /^warning: The password is shorter than 8/);
  const clash = await run(['line', 'set', NUMBER, '--short', '202'], env);
  assert.equal(clash.status, 1);
  assert.match(clash.err.join('\n'), /short number 202 is already that of line 33123456790/);

  const web = ['--api', 'off', '--auto-answer', 'on', '--origins', 'http://A:80 https://b.example'];
  assert.equal((await run(['line', 'set', NUMBER, ...web], env)).status, 0);
  assert.equal((await run(['line', 'set', NUMBER, '--title', '', '--offer', 'A'], env)).status, 0);
  const listed = await run(['line', 'list', '--json'], env);
  const unset = {
    title: '',
    short: '',
    offer: '',
    notificationUrl: '',
    sourceIp: '',
    sourceIpMatch: 'whole',
    buzzeeUrl: '',
    customer: 'default',
    api: true,
    autoAnswer: false,
    origins: [],
    deliveryTimeoutS: 0,
    deliveryWindowS: 0,
    deliveryRetryS: [],
    deliveryMode: '',
  };
  const origins = ['http://a', 'https://b.example'];
  assert.deepEqual(JSON.parse(listed.out.join('\n')), [
    { ...unset, number: NUMBER, offer: 'A', api: false, autoAnswer: true, origins },
    { ...unset, number: '33123456790', short: '202' },
  ]);
  const delivery = ['--delivery-timeout', '2.5', '--delivery-window', '60', '--delivery-retry'];
  delivery.push('1 3 10', '--delivery-mode', 'at-most-once');
  assert.equal((await run(['line', 'set', NUMBER, ...delivery], env)).status, 0);
  const patient = await run(['line', 'list', '--json'], env);
  assert.partialDeepStrictEqual(JSON.parse(patient.out.join('\n')), [
    { deliveryTimeoutS: 2.5, deliveryWindowS: 60, deliveryRetryS: [1, 3, 10] },
  ]);
  assert.match(patient.out.join('\n'), /"deliveryMode": ?"at-most-once"/);
  const usual = delivery.map((text) => (text.startsWith('--') ? text : ''));
  const reset = ['line', 'set', NUMBER, '--api', '', '--auto-answer', '', '--origins', ''];
  reset.push(...usual);
  assert.equal((await run(reset, env)).status, 0);
  const refused = await run(['line', 'set', NUMBER, '--origins', 'null'], env);
  assert.deepEqual([refused.status, refused.err.length], [2, 1]);
  assert.match(refused.err[0] ?? '', /the origin null is refused, since .*write its origin$/);
  const relisted = await run(['line', 'list', '--json'], env);
  assert.partialDeepStrictEqual(JSON.parse(relisted.out.join('\n')), [
    { ...unset, number: NUMBER, offer: 'A' },
  ]);
  assert.deepEqual((await run(['line', 'list'], env)).out, [
    'NUMBER       SHORT  TITLE  OFFER  SOURCE IP  NOTIFICATION URL',
    '33123456789  -      -      A      -          -',
    '33123456790  202    -      -      -          -',
  ]);
  assert.deepEqual(await run(['line', 'remove', '+33123456790'], env), {
    status: 0,
    out: ['line 33123456790 removed'],
    err: [],
  });
  assert.equal((await run(['line', 'remove', '33123456790'], env)).status, 1);
  assert.deepEqual((await run(['notification', 'list', '--json'], env)).out, ['[]']);
  assert.deepEqual((await run(['call', 'list'], env)).err, ['no calls']);
});

test('a command takes kind and realm from the store that it finds', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'carillon-kind-'));
  t.after(() => rmSync(data, { recursive: true }));
  const { openSqliteStore } = await import('../store/sqlite-store.ts');
  const store = await openSqliteStore(data, { kind: 'sandbox', realm: 'elsewhere' });
  await store.close();
  const { status, err } = await run([
    'line',
    'add',
    NUMBER,
    '--password',
    'long enough',
    '--data',
    data,
  ]);
  assert.deepEqual([status, err], [0, []]);
});
