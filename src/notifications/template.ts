// The customer's notification URL: checked when it is saved, compiled once, and filled in for each
// event (docs/notifications.md). Sends nothing. Beside it: keywords.ts gives the values,
// template-warnings.ts says what is probably a mistake, url.ts takes URLs apart.

import { domainToASCII } from 'node:url';
import { encodeKeywordValue, isKeyword, KEYWORD_PATTERN } from './keywords.ts';
import type { Keyword, KeywordValues } from './keywords.ts';
import type { TemplateMessage, TemplateMessageCode } from './template-codes.ts';
import { templateWarnings } from './template-warnings.ts';
import { encodeForbidden, parameterSeparator, splitUrl } from './url.ts';

/** The longest template, in bytes of UTF-8. */
export const TEMPLATE_LIMIT_BYTES = 8192;

interface Slot {
  readonly keyword: Keyword;
  readonly inPath: boolean;
}

/** A compiled template. `literals` are ready for the wire and one longer than `slots`, which stand between. */
export interface Template {
  readonly literals: readonly string[];
  readonly slots: readonly Slot[];
}

export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template; readonly warnings: TemplateMessage[] }
  | { readonly ok: false; readonly error: TemplateMessage };

/**
 * Checks a template and compiles it. Spaces around it are dropped. An error, and each warning, is a
 * sentence for the person who wrote the template, with its code (template-codes.ts); none repeats the
 * user name or password in it.
 */
export function parseTemplate(text: string): ParsedTemplate {
  if (/[\r\n\0]/.test(text)) {
    return refuse(
      'template-line-break',
      'The URL holds a line break or a NUL character. Write it on one line.',
    );
  }
  const trimmed = text.trim();
  if (trimmed === '') {
    return refuse('template-empty', 'The URL is empty. Write one such as http://host/path?a=b.');
  }
  const bytes = Buffer.byteLength(trimmed);
  if (bytes > TEMPLATE_LIMIT_BYTES) {
    return refuse(
      'template-too-long',
      `The URL is ${bytes} bytes long. Write one of at most ${TEMPLATE_LIMIT_BYTES} bytes.`,
      { bytes, limit: TEMPLATE_LIMIT_BYTES },
    );
  }
  const parts = splitUrl(trimmed);
  if (!parts) {
    return refuse(
      'template-scheme',
      'The URL must begin with http:// or https:// and the name of a server.',
    );
  }

  const misplaced = KEYWORD_PATTERN.exec(`${parts.scheme}://${parts.authority}`);
  if (misplaced) {
    return refuse(
      'template-keyword-in-host',
      `${misplaced[0]} stands in the server's address (scheme, user name, host or port), so that the ` +
        "caller would choose where the request goes. Write it in the path or in a parameter's value.",
      { keyword: misplaced[0] },
    );
  }
  if (!/^https?$/i.test(parts.scheme)) {
    return refuse(
      'template-scheme',
      'The URL must begin with http:// or https://; nothing else can be notified.',
    );
  }
  // Not repeated: of `http://user:12345/6@host/` it is the beginning of a password.
  const port = /:(\d+)$/.exec(parts.hostAndPort)?.[1];
  if (port !== undefined && (port.length > 5 || Number(port) < 1 || Number(port) > 65_535)) {
    return refuse(
      'template-bad-port',
      'The port of the server is not valid. Write one of 1 to 65535, such as http://host:8080/, or leave ' +
        'it out with its colon.',
    );
  }
  const host = checkHost(parts.hostAndPort);
  if (host === undefined || !/^[^\s\p{Cc}\\]*$/u.test(parts.authority)) {
    return refuse(
      'template-bad-host',
      'The name or port of the server is not valid. Write http://host/ or http://host:port/; in a ' +
        'user name or password write / as %2F, ? as %3F, # as %23, @ as %40 and a space as %20.',
    );
  }

  const userInfo = parts.userInfo === undefined ? '' : `${encodeForbidden(parts.userInfo)}@`;
  const compiled = new Compiler(`${parts.scheme}://${userInfo}${host}`);
  compiled.replaceable(parts.path || '/', true);
  compileQuery(compiled, parts.query);
  const appendsType = !compiled.slots.some(({ keyword }) => keyword === '_N_TYPE_');
  if (appendsType) {
    compiled.literal(`${parameterSeparator(parts.query)}type=`);
    compiled.slot('_N_TYPE_', false);
  }
  const { literals, slots } = compiled;
  return {
    ok: true,
    template: { literals, slots },
    warnings: templateWarnings(parts, appendsType),
  };
}

/**
 * The whole URL as it is sent: every keyword replaced, no fragment, ASCII only. Its path and query go
 * on the wire byte for byte. May hold user-info: mask it where it is shown.
 */
export function expandTemplate({ literals, slots }: Template, values: KeywordValues): string {
  let url = literals[0]!;
  for (let i = 0; i < slots.length; i++) {
    const { keyword, inPath } = slots[i]!;
    url += encodeKeywordValue(keyword, values[keyword], inPath) + literals[i + 1]!;
  }
  return url;
}

/** What a Buzzee server is asked by default: Delos publishes no format, so this one is ours (docs/notifications.md). */
export const BUZZEE_PRESET =
  '?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_&type=_N_TYPE_&callref=_CALLREF_';

/** The text of the template for a Buzzee server's URL; `&` joins where that URL has a query already. */
export function buzzeeTemplate(serverUrl: string, preset: string = BUZZEE_PRESET): string {
  const [beforeFragment = ''] = serverUrl.trim().split('#', 1);
  const mark = beforeFragment.indexOf('?');
  const query = mark < 0 ? undefined : beforeFragment.slice(mark + 1);
  return beforeFragment + parameterSeparator(query) + preset.replace(/^[?&]/, '');
}

/** Collects literals and slots; the last literal is the one being written. */
class Compiler {
  readonly literals: string[];
  readonly slots: Slot[] = [];

  constructor(start: string) {
    this.literals = [start];
  }

  /** Text that stays as it is, but for what HTTP forbids. */
  literal(text: string): void {
    this.literals[this.literals.length - 1] += encodeForbidden(text);
  }

  slot(keyword: Keyword, inPath: boolean): void {
    this.slots.push({ keyword, inPath });
    this.literals.push('');
  }

  /** Text in which keywords are replaced. */
  replaceable(text: string, inPath: boolean): void {
    for (const piece of text.split(KEYWORD_PATTERN)) {
      if (isKeyword(piece)) this.slot(piece, inPath);
      else this.literal(piece);
    }
  }
}

/** Names stay, values are replaced: a real receiver reads a parameter that is named `_TSMS_`. */
function compileQuery(compiled: Compiler, query: string | undefined): void {
  if (query === undefined) return;
  query.split('&').forEach((parameter, place) => {
    const valueAt = parameter.indexOf('=') + 1;
    compiled.literal((place === 0 ? '?' : '&') + parameter.slice(0, valueAt || undefined));
    if (valueAt > 0) compiled.replaceable(parameter.slice(valueAt), false);
  });
}

/** Host and port as they are sent, an international name in its ASCII form; undefined if not valid. */
function checkHost(hostAndPort: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]%@\\\s]+)(?::(\d{1,5}))?$/.exec(hostAndPort);
  if (!match) return undefined;
  const [, name = '', port] = match;
  const ascii = /^[\x21-\x7e]+$/.test(name) ? name : domainToASCII(name);
  const host = port === undefined ? ascii : `${ascii}:${port}`;
  return ascii !== '' && URL.canParse(`http://${host}/`) ? host : undefined;
}

function refuse(
  code: TemplateMessageCode,
  text: string,
  values?: TemplateMessage['values'],
): ParsedTemplate {
  return { ok: false, error: values === undefined ? { code, text } : { code, text, values } };
}
