// The numbers that go to the outside as dialled: emergency numbers, and the operator's services. Data
// for each country, and two look-ups. Which of them wins over what is decided in dialled.ts.

import type { Country } from './numbering-plan.ts';

/** 112 works in the whole European Union and on most mobile networks beyond. */
const EMERGENCY_ELSEWHERE: readonly string[] = ['112'];

const EMERGENCY: { readonly [country in Country]?: readonly string[] } = {
  FR: ['15', '17', '18', '112', '114', '115', '119', '191', '196', '197'],
  // Where 112 alone would leave people without help.
  US: ['911', '112'],
  CA: ['911', '112'],
};

const SERVICES: { readonly [country in Country]?: readonly string[] } = {
  FR: ['3xxx', '118xxx', '10xx'],
};

/** Service numbers of a country until its operator names others; `x` stands for one digit. */
export function serviceNumbers(country: Country): readonly string[] {
  return SERVICES[country] ?? [];
}

/** Says whether digits, exactly as dialled, are an emergency number of the country. */
export function isEmergency(digits: string, country: Country): boolean {
  return (EMERGENCY[country] ?? EMERGENCY_ELSEWHERE).includes(digits);
}

/** Says whether digits match one of the service numbers, such as `3xxx` or `118xxx`. */
export function isService(digits: string, services: readonly string[]): boolean {
  return services.some((pattern) => matches(digits, pattern));
}

function matches(digits: string, pattern: string): boolean {
  if (digits.length !== pattern.length) return false;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] !== 'x' && pattern[at] !== digits[at]) return false;
  }
  return true;
}
