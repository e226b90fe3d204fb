// Programs that place a call from one line, in four languages, ready to be run: the request of
// docs/makecall.md, proved by HTTP Digest. Receivers are receiver-samples.ts.

export type SampleLanguage = 'curl' | 'php' | 'python' | 'typescript';

export interface MakecallSample {
  readonly url: string;
  readonly line: string;
  readonly callee: string;
}

/** The password is never in the text: programs are copied, mailed and kept. */
export function makecallSample(language: SampleLanguage, sample: MakecallSample): string {
  return MAKERS[language](sample);
}

const MAKERS: Readonly<Record<SampleLanguage, (sample: MakecallSample) => string>> = {
  curl: ({
    url,
    line,
    callee,
  }) => `curl --digest --user "${line}:$SIP_PASSWORD" --get ${shell(url)} \\
  --data-urlencode ${shell(`ACCOUNT=${line}`)} \\
  --data-urlencode ${shell(`CALLEE=${callee}`)} \\
  --data-urlencode 'CALLEE_NAME=Alice'
`,

  php: ({ url, line, callee }) => `<?php
$query = http_build_query([
    'ACCOUNT' => ${single(line)},
    'CALLEE' => ${single(callee)},
    'CALLEE_NAME' => 'Alice',
]);
$request = curl_init(${single(url)} . '?' . $query);
curl_setopt_array($request, [
    CURLOPT_HTTPAUTH => CURLAUTH_DIGEST,
    CURLOPT_USERPWD => ${single(`${line}:`)} . getenv('SIP_PASSWORD'),
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_TIMEOUT => 10,
]);
$answer = curl_exec($request);
$status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
echo $answer === false ? curl_error($request) : "$status $answer", PHP_EOL;
`,

  python: ({ url, line, callee }) => `import os
import requests
from requests.auth import HTTPDigestAuth

answer = requests.get(
    ${double(url)},
    params={"ACCOUNT": ${double(line)}, "CALLEE": ${double(callee)}, "CALLEE_NAME": "Alice"},
    auth=HTTPDigestAuth(${double(line)}, os.environ["SIP_PASSWORD"]),
    timeout=10,
)
print(answer.status_code, answer.text)
`,

  typescript: ({ url, line, callee }) => `import { createHash, randomBytes } from 'node:crypto';

const user = ${single(line)};
const password = process.env.SIP_PASSWORD ?? '';
const url = new URL(${single(url)});
url.search = new URLSearchParams({
  ACCOUNT: user,
  CALLEE: ${single(callee)},
  CALLEE_NAME: 'Alice',
}).toString();

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

// The first answer asks for a proof; fetch itself knows no Digest.
function proof(challenge: string): string {
  const field = (name: string) => new RegExp(\`\\\\b\${name}="([^"]*)"\`).exec(challenge)?.[1] ?? '';
  const realm = field('realm');
  const nonce = field('nonce');
  const uri = url.pathname + url.search;
  const cnonce = randomBytes(8).toString('hex');
  const secret = md5(\`\${user}:\${realm}:\${password}\`);
  const response = md5(\`\${secret}:\${nonce}:00000001:\${cnonce}:auth:\${md5(\`GET:\${uri}\`)}\`);
  return (
    \`Digest username="\${user}", realm="\${realm}", nonce="\${nonce}", uri="\${uri}", \` +
    \`algorithm=MD5, qop=auth, nc=00000001, cnonce="\${cnonce}", response="\${response}"\`
  );
}

let answer = await fetch(url);
if (answer.status === 401) {
  const challenges = answer.headers.get('www-authenticate') ?? '';
  const wanted = challenges.split(/,\\s*(?=Digest )/).find((each) => !/SHA-256/.test(each));
  answer = await fetch(url, { headers: { Authorization: proof(wanted ?? challenges) } });
}
console.log(answer.status, await answer.text());
`,
};

// Each text as a literal of its language. The values are numbers and URLs of this server; quoting them
// keeps a program whole whatever somebody typed.

/** A word of a POSIX shell. */
export function shell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Of PHP and TypeScript, in single quotes. */
export function single(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}

/** Of Python, in double quotes. */
export function double(text: string): string {
  return JSON.stringify(text);
}
