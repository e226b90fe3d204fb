// All French texts, area by area: `t.lines.title`.

import { admin } from './fr/admin.ts';
import { calls } from './fr/calls.ts';
import { cti } from './fr/cti.ts';
import { developer } from './fr/developer.ts';
import { lines } from './fr/lines.ts';
import { notifications } from './fr/notifications.ts';
import { shell } from './fr/shell.ts';

export const fr = { ...shell, lines, cti, calls, notifications, developer, admin };
