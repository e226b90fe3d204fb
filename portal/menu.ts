// The menu, with the guide's names: which entries somebody has, by role. What may really be done, the
// server decides at each request.

import type { VNode } from 'preact';
import type { Me } from '../src/web/api/schemas.ts';
import { t } from './i18n/i18n.ts';
import {
  CallsIcon,
  CustomersIcon,
  DeveloperIcon,
  ImportIcon,
  KeyIcon,
  LinesIcon,
  NotificationsIcon,
  UsersIcon,
} from './kit/icons.tsx';

export interface MenuEntry {
  readonly path: string;
  readonly label: string;
  readonly icon: () => VNode;
}

export interface MenuGroup {
  readonly title: string;
  readonly entries: readonly MenuEntry[];
}

export function menuFor({ role }: Pick<Me, 'role'>): MenuGroup[] {
  const manages = role !== 'user';
  const administration: (MenuEntry | false)[] = [
    role === 'operator' && { path: '/customers', label: t.menu.customers, icon: CustomersIcon },
    manages && { path: '/users', label: t.menu.users, icon: UsersIcon },
    { path: '/tokens', label: t.menu.tokens, icon: KeyIcon },
    manages && {
      path: '/import',
      label: role === 'operator' ? t.menu.importExport : t.menu.export,
      icon: ImportIcon,
    },
  ];
  return [
    {
      title: t.menu.services,
      entries: [
        { path: '/lines', label: t.menu.lines, icon: LinesIcon },
        { path: '/calls', label: t.menu.calls, icon: CallsIcon },
        { path: '/notifications', label: t.menu.notifications, icon: NotificationsIcon },
        { path: '/developer', label: t.menu.developer, icon: DeveloperIcon },
      ],
    },
    {
      title: manages ? t.menu.administration : t.menu.access,
      entries: administration.filter((entry) => entry !== false),
    },
  ];
}
