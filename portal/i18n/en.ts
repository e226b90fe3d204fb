// All English texts, area by area: `t.lines.title`.

import { admin } from './en/admin.ts';
import type { Texts } from './i18n.ts';
import { calls } from './en/calls.ts';
import { cti } from './en/cti.ts';
import { delivery } from './en/delivery.ts';
import { destinations } from './en/destinations.ts';
import { developer } from './en/developer.ts';
import { erase } from './en/erase.ts';
import { lines } from './en/lines.ts';
import { notifications } from './en/notifications.ts';
import { replay } from './en/replay.ts';
import { shell } from './en/shell.ts';

export const en: Texts = {
  ...shell,
  lines,
  cti,
  delivery,
  destinations,
  calls,
  notifications,
  replay,
  erase,
  developer,
  admin,
};
