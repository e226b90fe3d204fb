// All English texts, area by area: `t.lines.title`.

import { admin } from './en/admin.ts';
import type { Texts } from './i18n.ts';
import { calls } from './en/calls.ts';
import { cti } from './en/cti.ts';
import { developer } from './en/developer.ts';
import { lines } from './en/lines.ts';
import { notifications } from './en/notifications.ts';
import { shell } from './en/shell.ts';

export const en: Texts = { ...shell, lines, cti, calls, notifications, developer, admin };
