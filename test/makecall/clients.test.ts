// Programs as they are: curl, PHP, wget and Python each place a call through makecall.html. The line's
// telephone and the callee are the sandbox's, over real SIP.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { requirePeer, type Peer } from '../kit/peer.ts';
import { run } from '../kit/run.ts';
import { startServer, type Server } from '../kit/server.ts';
import { HANG_MS, until } from '../kit/until.ts';

const mobile = '33612345678';

interface Client {
  readonly name: string;
  readonly peer: Peer;
  /** Settings of the line; the pattern of clients that cannot do Digest. */
  readonly settings?: readonly string[];
  call(t: TestContext, http: string, line: string): Promise<string>;
}

const python = '/usr/bin/python3';

const clients: Client[] = [
  {
    name: 'curl --digest, a name in raw UTF-8',
    peer: 'curl',
    call: async (t, http, line) => {
      const url = `${http}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}&CALLEE_NAME=José`;
      return (await run(t, 'curl', '-s', '--digest', '-u', `${line}:sandbox`, url)).stdout;
    },
  },
  {
    name: "PHP's file_get_contents with the pattern, raw spaces and accents",
    peer: 'php',
    settings: ['--source-ip', '127\\.0\\.0\\.1'],
    call: async (t, http, line) => {
      const url = `${http}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}&CALLEE_NAME=José Müller`;
      return (await run(t, 'php', '-r', `echo file_get_contents(${JSON.stringify(url)});`)).stdout;
    },
  },
  {
    name: "PHP's curl with Digest",
    peer: 'php',
    call: async (t, http, line) => {
      const url = `${http}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}`;
      const code = `$c = curl_init(${JSON.stringify(url)});
        curl_setopt_array($c, [CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPAUTH => CURLAUTH_DIGEST,
          CURLOPT_USERPWD => "${line}:sandbox"]);
        echo curl_exec($c);`;
      return (await run(t, 'php', '-r', code)).stdout;
    },
  },
  {
    name: 'wget',
    peer: 'wget',
    call: async (t, http, line) => {
      const url = `${http}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}&CALLEE_NAME=Alice`;
      return (await run(t, 'wget', '-q', '-O', '-', `--user=${line}`, '--password=sandbox', url))
        .stdout;
    },
  },
  {
    name: 'Python requests',
    peer: 'python3',
    call: async (t, http, line) => {
      const code = `import requests
from requests.auth import HTTPDigestAuth
r = requests.get("${http}/makecall.html", params={"ACCOUNT": "+${line}", "CALLEE": "06 12 34 56 78", "CALLEE_NAME": "José Müller"},
  auth=HTTPDigestAuth("${line}", "sandbox"))
assert r.status_code == 200, r.text
assert r.headers["X-Carillon-Callref"]
print(r.text, end="")`;
      return (await run(t, python, '-c', code)).stdout;
    },
  },
  {
    name: 'Python urllib',
    peer: 'python3',
    call: async (t, http, line) => {
      const code = `import urllib.request
m = urllib.request.HTTPPasswordMgrWithDefaultRealm()
m.add_password(None, "${http}", "${line}", "sandbox")
o = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(m))
print(o.open("${http}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}").read().decode(), end="")`;
      return (await run(t, python, '-c', code)).stdout;
    },
  },
];

/** Waits until the line's call was answered and is over. */
async function answered(server: Server, line: string): Promise<void> {
  await until(
    async () => {
      const [call] = await server.json('call', 'list', '--line', line);
      return (call?.['state'] === 'RELEASE' && call['connectAt'] !== null) || undefined;
    },
    HANG_MS,
    () => `the call of ${line} to be answered and over`,
  );
  const rows = await server.json('notification', 'list', '--line', line);
  assert.deepEqual(
    rows.map((row) => row['type']),
    ['SETUP', 'CONNECT', 'RELEASE'],
  );
  assert.match(
    String(rows[0]?.['url']),
    new RegExp(`account=${line}&caller=${line}&callee=${mobile}`),
  );
}

test('every client places a call and gets exactly OK', async (t) => {
  if (!clients.every(({ peer }) => requirePeer(t, peer))) return;
  const server = await startServer(t, { args: ['--sandbox'] });
  const template = `${server.http}/notification.php?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_`;
  await Promise.all(
    clients.map(async (client, i) => {
      const line = String(33_123_456_701 + i);
      const settings = ['--notification-url', template, ...(client.settings ?? [])];
      await server.addLine(line, 'sandbox', ...settings);
      await until(
        async () => {
          const probe = await server.cli('line', 'list', '--json');
          return probe.stdout.includes(line) || undefined;
        },
        HANG_MS,
        () => 'the line',
      );
      assert.equal(await client.call(t, server.http, line), 'OK', client.name);
      await answered(server, line);
    }),
  );
});

test('over HTTPS as well, with the certificate of the sandbox', async (t) => {
  if (!requirePeer(t, 'curl')) return;
  const server = await startServer(t, { args: ['--sandbox', '--https', '127.0.0.1:0'] });
  const https = /https:\/\/\S+/.exec(server.process.stdout)?.[0];
  assert.ok(https, server.process.stdout);
  const line = '33123456789';
  const url = `${https}/makecall.html?ACCOUNT=${line}&CALLEE=${mobile}`;
  const answer = await run(t, 'curl', '-sk', '--digest', '-u', `${line}:sandbox`, url);
  assert.equal(answer.stdout, 'OK');
  await answered(server, line);
});
