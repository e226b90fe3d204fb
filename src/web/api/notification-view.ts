// A notification as the API and the live events show it: with the history's own function, and the user
// name and password in its URL masked.

import { presentNotification } from '../../history/history.ts';
import { maskUserInfo } from '../../notifications/url.ts';
import type { NotificationRow } from '../../store/store.ts';
import type { NotificationView } from './schemas.ts';

export function notificationView(row: NotificationRow): NotificationView {
  const { attempts, ...shown } = presentNotification(row, maskUserInfo);
  return { ...shown, attempts: [...attempts] };
}
