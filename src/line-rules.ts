// The rules about a line's settings that other rooms own, bound to one server's realm and country: the
// numbers' forms and the template's grammar. Joined here because lines/ may import neither.

import type { LineRules } from './lines/line-input.ts';
import { parseTemplate } from './notifications/template.ts';
import { checkShortNumber } from './numbers/dialled.ts';
import type { Country } from './numbers/numbering-plan.ts';
import { parseE164 } from './numbers/parse-number.ts';

export function lineRules(realm: string, country: Country): LineRules {
  return {
    realm,
    parseE164: (text) => parseE164(text, country),
    checkShortNumber: (text) => checkShortNumber(text, country),
    parseTemplate,
  };
}
