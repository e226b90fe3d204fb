// All French texts, area by area: `t.lines.title`.

import { admin } from './fr/admin.ts';
import { calls } from './fr/calls.ts';
import { cti } from './fr/cti.ts';
import { delivery } from './fr/delivery.ts';
import { destinations } from './fr/destinations.ts';
import { developer } from './fr/developer.ts';
import { erase } from './fr/erase.ts';
import { lines } from './fr/lines.ts';
import { notifications } from './fr/notifications.ts';
import { replay } from './fr/replay.ts';
import { shell } from './fr/shell.ts';

export const fr = {
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
