import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { Lines } from './lines.ts';
import type { LineInput } from './lines.ts';
import { exportLines, importErrors, MOST_BYTES, MOST_ROWS, planImport } from './lines-csv.ts';
import type { ImportPlan } from './lines-csv.ts';
import { FakeStore, lineOf, RULES } from './test-kit.ts';

const [A, B, C] = ['33100000001', '33100000002', '33100000003'];
const password = 'long enough';
const HEAD =
  'number,title,short,offer,customer,notificationUrl,sourceIp,sourceIpMatch,buzzeeUrl,api,autoAnswer,origins,' +
  'deliveryTimeoutS,deliveryWindowS,deliveryRetryS,deliveryMode';

function mask(url: string): string {
  return url.replace(/^([^:/?#]*:\/\/)[^/?#]*@/, '$1***@');
}

async function load(...inputs: Partial<LineInput>[]): Promise<Lines> {
  const lines = await Lines.load(new FakeStore(), RULES, { error: () => {} });
  for (const [at, input] of inputs.entries()) {
    lineOf(await lines.add({ number: String(Number(A) + at), password, ...input }));
  }
  return lines;
}

/** Two lines: A with short number 21, B with 22. */
const two = () => load({ short: '21', title: 'One' }, { short: '22' });

function plan(lines: Lines, file: string | Uint8Array): Promise<ImportPlan> {
  return planImport(file, lines, RULES);
}

async function faults(
  lines: Lines,
  file: string | Uint8Array,
): Promise<[row: number, field: string | null, code: string][]> {
  const { errors, edits, added, changed } = await plan(lines, file);
  assert.ok(errors.length > 0, 'this had to be refused');
  assert.deepEqual([edits, added, changed], [[], [], []]);
  for (const { text } of errors) assert.match(text, /\w/);
  return errors.map(({ row, field, code }) => [row, field, code]);
}

/** Carries a plan out. */
async function carryOut(lines: Lines, file: string | Uint8Array): Promise<ImportPlan> {
  const planned = await plan(lines, file);
  assert.deepEqual(planned.errors, []);
  const result = await lines.setMany(planned.edits);
  assert.ok(result.ok);
  return planned;
}

const ODD: Partial<LineInput>[] = [
  {
    title: 'Réception "☎", étage 1; gauche',
    short: '21',
    offer: ' spaces ',
    customer: 'acme-paris',
    notificationUrl: 'https://me:s,ec;r"et@h/?a=_ACCOUNT_,-1&b="x"',
    sourceIp: '10\\.0\\.0\\.1|"(10,2)"',
    sourceIpMatch: 'search',
    buzzeeUrl: 'http://u@buzzee:8080/',
    api: 'off',
    autoAnswer: 'on',
    origins: 'https://a.example http://b:81',
    deliveryTimeoutS: '2.5',
    deliveryWindowS: '60',
    deliveryRetryS: '0.5 1 3.25',
    deliveryMode: 'at-most-once',
  },
  {},
  ...[
    '=1+1',
    '+33',
    '-',
    '@SUM(A1)',
    "'",
    "''",
    "'=x",
    "''=x",
    "'title",
    "it's",
    'a;=1+1;b',
    'a,+1',
    ';=',
    ",'=",
    '＝1',
    '"=1"',
    '"',
    '""',
    ' =1',
    '\u00a0',
  ].map((title) => ({ title })),
];

test('an export names all columns and hides the passwords in URLs', async () => {
  const lines = await load(ODD[0]!, {});
  const [head, first, second, ...rest] = exportLines(lines.all(), mask).split('\r\n');
  assert.equal(head, HEAD);
  assert.match(first!, /^33100000001,"Réception ""☎"", étage 1; gauche",21, spaces ,acme-paris,/);
  assert.match(first!, /https:\/\/\*\*\*@h\//);
  assert.match(first!, /,search,http:\/\/\*\*\*@buzzee:8080\/,off,on,https:\/\/a\.example http:/);
  assert.match(first!, /,2\.5,60,0\.5 1 3\.25,at-most-once$/);
  assert.doesNotMatch(first!, /ec;r/);
  assert.equal(second, `${B},,,,default,,,whole,,on,off,,,,,`);
  assert.deepEqual(rest, ['']);
});

test('no cell of an export is taken for a formula, also where the separators are others', async () => {
  const lines = await load(...ODD.filter(({ notificationUrl }) => notificationUrl === undefined));
  for (const separator of [',', ';'] as const) {
    const file = exportLines(lines.all(), mask, { separator });
    for (const row of file.split('\r\n')) {
      for (const cell of row.split(/[,;\t]/))
        assert.doesNotMatch(cell, /^"?[=+\-@\t＝＋－＠]/, row);
    }
  }
});

test('a file that was exported changes nothing when it is read in again', async () => {
  const lines = await load(...ODD);
  const before = lines.all();
  for (const form of [
    {},
    { separator: ';' },
    { bom: true },
    { separator: ';', bom: true },
  ] as const) {
    const file = exportLines(before, mask, form);
    assert.equal(file.startsWith('\ufeff'), 'bom' in form);
    for (const each of [file, Buffer.from(file), file.replaceAll('\r\n', '\n')]) {
      const planned = await plan(lines, each);
      assert.deepEqual(planned.errors, []);
      assert.deepEqual([planned.unchanged, planned.edits], [before.length, []]);
    }
  }
});

test('lines taken from one server to another are the same there, but for the hidden passwords', async () => {
  const lines = await load(...ODD.slice(1));
  const others = await load();
  const file = exportLines(lines.all(), mask)
    .split('\r\n')
    .map((row, at) => (row === '' ? row : `${row},${at === 0 ? 'password' : password}`));
  const { added } = await carryOut(others, file.join('\r\n'));
  assert.equal(added.length, ODD.length - 1);
  assert.deepEqual(others.all(), lines.all());
});

test('an import adds and changes what differs, leaves absent columns and clears by empty cells', async () => {
  const lines = await load({ title: 'One', offer: 'gold', short: '21' }, { title: 'Two' });
  const planned = await carryOut(
    lines,
    `title;password;NUMBER;short\r\nUne;;${A};\r\nTwo;;${B};\r\nThree;pass word;${C};23\r\n`,
  );
  assert.deepEqual(
    { ...planned, edits: [] },
    { added: [C], changed: [A], unchanged: 1, errors: [], edits: [], rows: [2, 4] },
  );
  const [one, , three] = lines.all();
  assert.deepEqual([one?.title, one?.offer, one?.short], ['Une', 'gold', '']);
  assert.deepEqual([three?.title, three?.short, three?.customer], ['Three', '23', 'default']);
});

test('what is written in another way but means the same is unchanged', async () => {
  const lines = await load({
    origins: 'https://a.example',
    notificationUrl: 'http://u:p@h/x',
    deliveryTimeoutS: '5',
    deliveryRetryS: '1 3',
  });
  const file = `number,origins,sourceIpMatch,api,password,notificationUrl,deliveryTimeoutS,deliveryRetryS
${A},HTTPS://A.example:443/,,,${password},http://u:p@h/x,5.0, 1  3 `;
  const { unchanged, edits } = await plan(lines, file);
  assert.deepEqual([unchanged, edits], [1, []]);
});

test('a password in the file is set as it is written', async () => {
  const lines = await two();
  const before = lines.byNumber(A)!;
  const { changed } = await carryOut(lines, `number,password\n${A},'=secret\n${B},\n`);
  assert.deepEqual(changed, [A]);
  assert.notEqual(lines.byNumber(A)?.ha1Md5, before.ha1Md5);
  const same = await load({ password: "'=secret" });
  assert.equal(lines.byNumber(A)?.ha1Md5, same.byNumber(A)?.ha1Md5);
});

test('short numbers may be swapped, and what is set is checked on the state of all rows', async () => {
  const lines = await two();
  await carryOut(lines, `number,short\n${A},22\n${B},21\n`);
  assert.equal(lines.byShort('default', '21')?.number, B);
  assert.deepEqual(await faults(lines, `number,short,password\n${C},21,${password}\n`), [
    [2, 'short', 'short-taken'],
  ]);
});

test('masked user names stay for their server and are refused for another', async () => {
  const lines = await load({ notificationUrl: 'http://u:p@h/x', buzzeeUrl: 'http://b:q@h/' });
  const head = 'number,notificationUrl,buzzeeUrl';
  await carryOut(lines, `${head}\n${A},http://***@h/y,http://***@h/z`);
  const { notificationUrl, buzzeeUrl } = lines.byNumber(A)!;
  assert.deepEqual([notificationUrl, buzzeeUrl], ['http://u:p@h/y', 'http://b:q@h/z']);
  assert.deepEqual(
    await faults(
      lines,
      `${head},password\n${A},http://h/,http://***@evil/,\n${B},http://***@h/,,x`,
    ),
    [
      [2, 'buzzeeUrl', 'masked-user-info'],
      [3, 'notificationUrl', 'masked-user-info'],
    ],
  );
});

test('every wrong row is named with its column', async () => {
  const lines = await two();
  const file = [
    'number,title,api,password',
    `${A},${'x'.repeat(65)},on,`,
    '',
    'bob,,,',
    '3.31235E+10,,,',
    '"3,31E10",,,',
    `${B},,perhaps,`,
    `${B},,,`,
    `${C},,,`,
    ',,,',
    ',title,,',
    `${C}0,,,x`,
    `${A}, a cell, with a separator,,x`,
    `${A},cut`,
    'é,,,',
  ].join('\r\n');
  assert.deepEqual(await faults(lines, file), [
    [2, 'title', 'title-too-long'],
    [4, 'number', 'fake-number'],
    [5, 'number', 'csv-number-rounded'],
    [6, 'number', 'csv-number-rounded'],
    [7, 'api', 'not-on-or-off'],
    [8, 'number', 'csv-number-twice'],
    [9, 'password', 'csv-password-missing'],
    [11, 'number', 'fake-number'],
    [12, 'number', 'fake-number'],
    [13, null, 'csv-too-many-cells'],
    [14, null, 'csv-too-few-cells'],
    [15, 'number', 'fake-number'],
  ]);
  const { errors } = await plan(lines, `number\n${A}\n${A}`);
  assert.deepEqual(errors[0]?.values, { number: A, row: 2 });
});

test('columns that are unknown, twice or missing are refused before any row is read', async () => {
  const lines = await two();
  const table: [head: string, expected: [field: string, code: string][]][] = [
    ['number,colour,api', [['colour', 'csv-unknown-column']]],
    ['number,,api', [['', 'csv-unknown-column']]],
    ['number,ha1Md5', [['ha1Md5', 'csv-unknown-column']]],
    ['number,title,Title', [['title', 'csv-column-twice']]],
    ['title,api', [['number', 'csv-no-number-column']]],
    [
      `x,${'y'.repeat(100)}`,
      [
        ['x', 'csv-unknown-column'],
        [`${'y'.repeat(60)}…`, 'csv-unknown-column'],
      ],
    ],
    [A, [[A, 'csv-unknown-column']]],
    ['number\ttitle', [['number\ttitle', 'csv-unknown-column']]],
  ];
  for (const [head, expected] of table) {
    assert.deepEqual(
      await faults(lines, `${head}\r\nbob\r\n`),
      expected.map(([field, code]) => [1, field, code]),
    );
  }
});

test('a file as spreadsheets write it is read: any line end, separators at the end, empty rows', async () => {
  const lines = await two();
  for (const file of [
    `\ufeffnumber;title;;\r\n${A};Un;;\r\n;;;\r\n\r\n${B};Deux;;\r\n;;;\r\n`,
    `"number","title"\n"${A}","Un"\n"${B}","Deux"`,
    `number,title\r${A},Un\r${B},Deux\r`,
    `number,title\n${A},Un\r\n${B},Deux\r`,
    ` Number , TITLE \n +${A},Un\n${B},Deux`,
  ]) {
    // The stand-in for the numbers' rules takes no plus.
    const { changed, errors } = await plan(lines, file.replace(` +${A}`, A));
    assert.deepEqual([changed, errors], [[A, B], []], JSON.stringify(file));
  }
});

test('a file in another encoding is refused with the row where it shows', async () => {
  const lines = await two();
  const text = `number,title\r\n${A},One\r\n${B},Été\r\n`;
  assert.deepEqual(await faults(lines, Buffer.from(text, 'latin1')), [[3, null, 'csv-not-utf8']]);
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  assert.deepEqual(await faults(lines, utf16), [[1, null, 'csv-not-utf8']]);
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  assert.deepEqual(await faults(lines, decoded), [[3, null, 'csv-not-utf8']]);
  assert.equal((await plan(lines, Buffer.from(text))).errors.length, 0);
});

test('what is no CSV is refused with its row', async () => {
  const lines = await two();
  for (const [file, row, code] of [
    ['', 1, 'csv-empty'],
    ['\ufeff\r\n\r\n', 1, 'csv-empty'],
    [`number,title\n${A},a "quote"\n`, 2, 'csv-unreadable'],
    [`number,title\n${A},One\n${B},"open\n`, 3, 'csv-unreadable'],
    [`number,title\n${A},"${'x'.repeat(100_000)}"`, 2, 'csv-unreadable'],
    ['%PDF-1.7\nnothing', 1, 'csv-unknown-column'],
  ] as const) {
    const [[at, , found] = []] = await faults(lines, file);
    assert.equal(found, code, file.slice(0, 40));
    assert.ok(at === row || code === 'csv-unreadable', `${at} ${file.slice(0, 40)}`);
  }
});

test('10,000 rows and 10 MB are taken, more is refused at once', async () => {
  const lines = await two();
  const rows = Array.from({ length: MOST_ROWS }, (_, at) => `${33_200_000_000 + at},${password}`);
  const most = await plan(lines, `number,password\n${rows.join('\n')}\n`);
  assert.equal(most.added.length, MOST_ROWS);
  const more = `number,password\n${rows.join('\n')}\n${A},\n`;
  assert.deepEqual(await faults(lines, more), [[MOST_ROWS + 2, null, 'csv-too-many-rows']]);
  const large = `number\n${' '.repeat(MOST_BYTES)}`;
  assert.deepEqual(await faults(lines, large), [[1, null, 'csv-too-large']]);
  assert.deepEqual(await faults(lines, Buffer.from(large)), [[1, null, 'csv-too-large']]);
  const blank = `number\n${'\n'.repeat(MOST_BYTES - 10)}`;
  assert.deepEqual((await plan(lines, blank)).errors, []);
});

test('of many wrong rows the first 200 are told', async () => {
  const lines = await two();
  const errors = await faults(lines, `number\n${'bob\n'.repeat(1000)}`);
  assert.deepEqual([errors.length, errors[0]?.[0], errors.at(-1)?.[0]], [200, 2, 201]);
});

test('what changed between the plan and its carrying out is told by the rows of the file', async () => {
  const lines = await two();
  const file = `number,title,password\n${A},Un,\n${C},Trois,${password}\n`;
  const { edits, rows } = await plan(lines, file);
  lineOf(await lines.add({ number: C, password }));
  const result = await lines.setMany(edits);
  assert.ok(!result.ok);
  assert.deepEqual(importErrors(result.errors, rows), [
    {
      row: 3,
      field: 'number',
      code: 'line-exists',
      text: `line ${C} exists already: change it with carillon line set ${C}`,
      values: { number: C },
    },
  ]);
  assert.equal(lines.byNumber(A)?.title, 'One');
});

test('any title of quotes, separators and signs survives the way out and in', async () => {
  const lines = await load();
  const letters = [';', ',', "'", '=', '-', 'a', '"', ' '];
  let seed = 11;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let n = 0; n < 2000; n++) {
    const title = Array.from({ length: random(7) }, () => letters[random(letters.length)]).join('');
    lineOf(await lines.add({ number: String(33_300_000_000 + n), password: 'x', title }));
  }
  for (const separator of [',', ';'] as const) {
    const { unchanged, edits } = await plan(lines, exportLines(lines.all(), mask, { separator }));
    assert.deepEqual([unchanged, edits], [2000, []]);
  }
});
