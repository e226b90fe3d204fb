// The stable codes of what is said about a notification template, by which a page says it in another
// language. The sentences are in template.ts (errors) and template-warnings.ts.

import type { Message } from '../message.ts';

/** Every code of a template's errors and warnings, with the values that its sentence names. */
export const TEMPLATE_MESSAGE_CODES = [
  // Errors
  'template-line-break',
  'template-empty',
  'template-too-long', // limit, bytes
  'template-scheme',
  'template-keyword-in-host', // keyword
  'template-bad-host',
  'template-bad-port',
  // Warnings
  'template-bare-keyword', // written, keyword
  'template-misspelt', // written, keyword
  'template-unknown-keyword', // written
  'template-keyword-as-name', // keyword
  'template-no-callref',
  'template-type-twice',
  'template-fragment',
  'template-http',
] as const;

export type TemplateMessageCode = (typeof TEMPLATE_MESSAGE_CODES)[number];

export interface TemplateMessage extends Message {
  readonly code: TemplateMessageCode;
}
