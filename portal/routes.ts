// Which page a path shows. Each page is a chunk of its own, loaded when it is first shown; a new page is a
// line here and, where it has a place in the menu, one in menu.ts.

import type { VNode } from 'preact';
import type { Me } from '../src/web/api/schemas.ts';

/** What a page is given: the variable segments of its path, e.g. `{line: '33123456789'}`. */
export interface PageProps {
  readonly line?: string;
  readonly id?: string;
}

export type PageComponent = (props: PageProps) => VNode | null;

export interface Route {
  /** `/lines/:line`; a segment with a colon is given to the page. */
  readonly path: string;
  readonly load: () => Promise<PageComponent>;
  /** Who has this page, where not everybody has it; to the others there is no such page. */
  readonly roles?: readonly Me['role'][];
}

const line = (): Promise<PageComponent> => import('./pages/line.tsx').then((page) => page.LinePage);

export const ROUTES: readonly Route[] = [
  { path: '/', load: () => import('./pages/lines.tsx').then((page) => page.LinesPage) },
  { path: '/lines', load: () => import('./pages/lines.tsx').then((page) => page.LinesPage) },
  { path: '/lines/:line', load: line },
  { path: '/lines/:line/cti', load: line },
  { path: '/lines/:line/calls', load: line },
  { path: '/lines/:line/notifications', load: line },
  { path: '/lines/:line/developer', load: line },
  { path: '/calls', load: () => import('./pages/calls.tsx').then((page) => page.CallsPage) },
  { path: '/calls/:id', load: () => import('./pages/call.tsx').then((page) => page.CallPage) },
  {
    path: '/notifications',
    load: () => import('./pages/notifications.tsx').then((page) => page.NotificationsPage),
  },
  {
    path: '/developer',
    load: () => import('./pages/developer.tsx').then((page) => page.DeveloperPage),
  },
  {
    path: '/customers',
    roles: ['operator'],
    load: () => import('./pages/customers.tsx').then((page) => page.CustomersPage),
  },
  {
    path: '/users',
    roles: ['operator', 'manager'],
    load: () => import('./pages/users.tsx').then((page) => page.UsersPage),
  },
  { path: '/tokens', load: () => import('./pages/tokens.tsx').then((page) => page.TokensPage) },
  {
    path: '/import',
    roles: ['operator', 'manager'],
    load: () => import('./pages/import.tsx').then((page) => page.ImportPage),
  },
  { path: '/account', load: () => import('./pages/account.tsx').then((page) => page.AccountPage) },
];

/** The route of a path and its variable segments, or undefined where no page is. */
export function routeOf(
  segments: readonly string[],
): { readonly route: Route; readonly props: PageProps } | undefined {
  for (const route of ROUTES) {
    const pattern = route.path.split('/').filter((segment) => segment !== '');
    if (pattern.length !== segments.length) continue;
    const props: Record<string, string> = {};
    const fits = pattern.every((wanted, index) => {
      const given = segments[index]!;
      if (!wanted.startsWith(':')) return wanted === given;
      props[wanted.slice(1)] = given;
      return true;
    });
    if (fits) return { route, props };
  }
  return undefined;
}
