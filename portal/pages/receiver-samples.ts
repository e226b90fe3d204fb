// Receivers of one line's notifications in three languages, and with curl the requests that try one. They
// read exactly the parameters of the line's template, and answer at once.

import { double, shell, single } from './makecall-samples.ts';
import type { SampleLanguage } from './makecall-samples.ts';
import type { TemplateParameter, TemplateShape } from './template-parameters.ts';

export function receiverSample(
  language: SampleLanguage,
  shape: TemplateShape,
  line: string,
): string {
  if (language === 'curl') return trials(shape, line);
  // Fixed text tells nothing new; two of one name are one to a receiver.
  const names = [
    ...new Set(
      shape.parameters.filter(({ value }) => /_[A-Z]/.test(value)).map(({ name }) => name),
    ),
  ];
  return RECEIVERS[language](names, shape.isInPath);
}

const RECEIVERS: Readonly<
  Record<Exclude<SampleLanguage, 'curl'>, (names: readonly string[], isInPath: boolean) => string>
> = {
  php: (names, isInPath) => `<?php
// php -S 127.0.0.1:9000 receiver.php
${names.map((name) => `$event[${single(name)}] = $_GET[${single(phpName(name))}] ?? '';`).join('\n')}
${isInPath ? "$event['path'] = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);\n" : ''}
// The same for all tries of one event: what came already must not count twice.
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';

error_log($id . ' ' . json_encode($event));
http_response_code(204);
`,

  python: (names, isInPath) => `from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

NAMES = [${names.map(double).join(', ')}]


class Receiver(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        query = parse_qs(url.query, keep_blank_values=True)
        event = {name: query.get(name, [""])[0] for name in NAMES}
${isInPath ? '        event["path"] = url.path\n' : ''}        # The same for all tries of one event: what came already must not count twice.
        print(self.headers.get("Webhook-Id"), event, flush=True)
        self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", 9000), Receiver).serve_forever()
`,

  typescript: (names, isInPath) => `import { createServer } from 'node:http';

const names = [${names.map(single).join(', ')}];

createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const event = Object.fromEntries(names.map((name) => [name, url.searchParams.get(name) ?? '']));
${isInPath ? '  event.path = url.pathname;\n' : ''}  // The same for all tries of one event: what came already must not count twice.
  console.log(request.headers['webhook-id'], event);
  response.writeHead(204).end();
}).listen(9000, '127.0.0.1');
`,
};

const CALLREF = 'example-1';
const CALLER = '33612345678';
const DREF = '0123456789abcdef0123456789abcdef';

function trials({ address, parameters }: TemplateShape, line: string): string {
  // Who keeps a user name and password in the URL writes them in again.
  return ['SETUP', 'CONNECT', 'RELEASE']
    .map((type) => {
      const fill = (text: string): string => filled(text, type, line);
      const pairs = parameters.map(
        ({ name, value }: TemplateParameter) =>
          `  --data-urlencode ${shell(`${name}=${fill(value)}`)}`,
      );
      return `${[`curl --get ${shell(fill(address))}`, ...pairs].join(' \\\n')}\n`;
    })
    .join('\n');
}

function filled(text: string, type: string, line: string): string {
  const values: Readonly<Record<string, string>> = {
    _DREF_REPLACE_: '',
    _ACCOUNT_: line,
    _CALLER_: CALLER,
    _CALLEE_: line,
    _CALLREF_: CALLREF,
    _N_TYPE_: type,
    _N_VERSION_: '1',
    _DREF_: DREF,
    _SESSION_ID_: '',
    _IS_ACD_: '0',
    _REDIRECTING_NUMBER_: '',
    _TSMS_: String(Date.now()),
  };
  return text.replace(new RegExp(Object.keys(values).join('|'), 'g'), (word) => values[word] ?? '');
}

/** PHP writes `.` and spaces in names of parameters as `_`. */
function phpName(name: string): string {
  return name.replace(/[. ]/g, '_');
}
