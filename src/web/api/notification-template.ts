// What somebody writes as the place of notifications: a URL with keywords, or the address of a Buzzee
// server, to which a fixed query is added. Read with the rules by which a line is set.

import { changeLine, emptyLine } from '../../lines/line-input.ts';
import type { Message } from '../../message.ts';
import { buzzeeTemplate, parseTemplate } from '../../notifications/template.ts';
import type { Template } from '../../notifications/template.ts';
import type { E164 } from '../../numbers/e164.ts';
import type { ApiRooms } from './rooms.ts';

type Read =
  | { readonly ok: true; readonly template: Template; readonly warnings: readonly Message[] }
  | { readonly ok: false; readonly error: Message };

/** The template that a line set to this text would send by. */
export function readTemplate(text: string, buzzee: boolean, { lineRules, server }: ApiRooms): Read {
  if (!buzzee) return parseTemplate(text);
  if (text !== '') {
    // The number stands for any: the form of the URL does not depend on it.
    const line = emptyLine('33123456789' as E164);
    const checked = changeLine(line, { buzzeeUrl: text }, lineRules);
    if (!checked.ok) {
      const { code, error, values } = checked;
      return { ok: false, error: { code, text: error, ...(values ? { values } : {}) } };
    }
  }
  return parseTemplate(text === '' ? '' : buzzeeTemplate(text, server.buzzeePreset));
}
