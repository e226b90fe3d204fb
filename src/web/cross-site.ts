// A browser must not be turned against its own office's address: where a line trusts the office's
// address, any page that somebody there opens could make the office call (docs/makecall.md). What browsers
// say about a request tells whether a foreign page made it.

import type { IncomingHttpHeaders } from 'node:http';

export type CrossSite =
  /** Not made by a foreign page: a program, or a page of this very server. */
  | { readonly kind: 'own' }
  /** Made by a page of `origin`, e.g. `https://crm.example`; `null` where the browser hides it. */
  | { readonly kind: 'foreign'; readonly origin: string }
  /** The browser only looks ahead; nobody asked for a call. */
  | { readonly kind: 'prefetch' };

export function crossSiteOf(headers: IncomingHttpHeaders): CrossSite {
  const purpose = `${text(headers['sec-purpose'])} ${text(headers['purpose'])} ${text(headers['x-moz'])}`;
  if (/prefetch|prerender|preview/i.test(purpose)) return { kind: 'prefetch' };
  const origin =
    text(headers['origin']).toLowerCase() || originOf(text(headers['referer'])) || 'null';
  const site = text(headers['sec-fetch-site']).toLowerCase();
  if (site !== '') return site === 'cross-site' ? { kind: 'foreign', origin } : { kind: 'own' };
  // Over plain http browsers send no Sec-Fetch-Site: then Origin or Referer tells.
  if (headers['origin'] === undefined && headers['referer'] === undefined) return { kind: 'own' };
  return hostOf(origin) === text(headers.host).toLowerCase()
    ? { kind: 'own' }
    : { kind: 'foreign', origin };
}

function text(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

function originOf(referer: string): string {
  return URL.canParse(referer) ? new URL(referer).origin : '';
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}
