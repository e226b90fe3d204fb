// What a receiver is given by a line's notification URL: the names of its parameters, and which keyword
// fills each. Pure text; the server alone expands templates. For the samples of the developer's page.

export interface TemplateParameter {
  readonly name: string;
  /** As it stands in the template: `_CALLER_`, or fixed text. */
  readonly value: string;
}

export interface TemplateShape {
  /** Where the receiver is, without the query. */
  readonly address: string;
  readonly parameters: readonly TemplateParameter[];
  /** Whether keywords stand in the path. */
  readonly isInPath: boolean;
  /** The parameter that holds SETUP, CONNECT or RELEASE; empty where it is in the path. */
  readonly typeName: string;
}

/** What a line without a URL is shown. */
export const EXAMPLE_TEMPLATE =
  'https://crm.example/cti?account=_ACCOUNT_&caller=_CALLER_&callee=_CALLEE_&type=_N_TYPE_&callref=_CALLREF_';

const KEYWORD = /_[A-Z]+(?:_[A-Z]+)*_/;

/** Takes the template apart; the parameter `type` is there even where the server appends it. */
export function shapeOf(template: string): TemplateShape {
  const [whole = ''] = template.trim().split('#', 1);
  const mark = whole.indexOf('?');
  const address = mark < 0 ? whole : whole.slice(0, mark);
  const parameters = (mark < 0 ? '' : whole.slice(mark + 1))
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? { name: plain(pair), value: '' }
        : { name: plain(pair.slice(0, equals)), value: plain(pair.slice(equals + 1)) };
    });
  // docs/notifications.md: a template without _N_TYPE_ gets `type` appended.
  if (!whole.includes('_N_TYPE_')) parameters.push({ name: 'type', value: '_N_TYPE_' });
  return {
    address,
    parameters,
    isInPath: KEYWORD.test(address),
    typeName: parameters.find(({ value }) => value.includes('_N_TYPE_'))?.name ?? '',
  };
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
