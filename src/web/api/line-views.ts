// A line as the API shows it: its settings with what happens on it now. Never its HA1, and no user name
// or password in a URL.

import type { FastifyRequest } from 'fastify';
import { changeable, mayRead } from '../../access/principal.ts';
import type { Principal } from '../../access/principal.ts';
import { changeLine } from '../../lines/line-input.ts';
import type { Line } from '../../lines/line.ts';
import { presentLine } from '../../lines/present-line.ts';
import { compileSourceIp } from '../../lines/source-ip.ts';
import { presentTerminal } from '../../live/terminals.ts';
import type { Message } from '../../message.ts';
import { deliveryPolicyOf, presentDelivery } from '../../notifications/delivery-policy.ts';
import { maskUserInfo } from '../../notifications/url.ts';
import { baseUrlOf, originOfRequest } from '../request-origin.ts';
import { notificationView } from './notification-view.ts';
import { principalOf } from './rooms.ts';
import type { ApiRooms } from './rooms.ts';
import type { LineItem, LineView, MessageView, NotificationView } from './schemas.ts';

/** The lines of a page, with one question to the store for all of them. */
export async function presentItems(
  lines: readonly Line[],
  principal: Principal,
  rooms: ApiRooms,
): Promise<LineItem[]> {
  const last = await lastNotifications(lines, principal, rooms);
  return lines.map((line) => ({
    number: line.number,
    title: line.title,
    short: line.short,
    offer: line.offer,
    customer: line.customer,
    api: line.api,
    buzzee: line.buzzeeUrl !== '',
    ...presentNow(line, rooms),
    lastNotification: last.get(line.number) ?? null,
  }));
}

/** One line in full, for who asks. */
export async function presentView(
  line: Line,
  request: FastifyRequest,
  rooms: ApiRooms,
): Promise<LineView> {
  const principal = principalOf(request);
  const last = await lastNotifications([line], principal, rooms);
  const { origins, deliveryRetryS, ...settings } = presentLine(line, maskUserInfo);
  return {
    ...settings,
    origins: [...origins],
    deliveryRetryS: [...deliveryRetryS],
    delivery: presentDelivery(deliveryPolicyOf(line, rooms.deliveryDefaults)),
    ...presentNow(line, rooms),
    lastNotification: last.get(line.number) ?? null,
    may: [...changeable(principal)],
    ...presentAddresses(line, request, rooms),
    warnings: warningsOf(line, rooms),
    sourceIpState:
      line.sourceIp === '' ? 'unset' : compileSourceIp(line.sourceIp).ok ? 'valid' : 'invalid',
  };
}

export function presentMessage({ code, text, values }: Message): MessageView {
  return values === undefined ? { code, text } : { code, text, values: { ...values } };
}

function presentNow({ number, customer }: Line, { terminalsOf, openCalls }: ApiRooms) {
  return {
    terminals: terminalsOf(number).map(presentTerminal),
    calls: [...openCalls.ofLine(number, customer)],
  };
}

/** The newest notification of each line, where it is for the eyes of who asks: a line may have moved. */
async function lastNotifications(
  lines: readonly Line[],
  principal: Principal,
  { store }: ApiRooms,
): Promise<Map<string, NotificationView>> {
  if (lines.length === 0) return new Map();
  const rows = await store.lastNotifications(lines.map(({ number }) => number));
  return new Map(
    rows
      .filter(({ account, customer }) => mayRead(principal, { number: account, customer }))
      .map((row) => [row.account, notificationView(row)]),
  );
}

/** What to type into a telephone, and what to call for a call. */
function presentAddresses(line: Line, request: FastifyRequest, { proxies, server }: ApiRooms) {
  const origin = originOfRequest(request.raw, proxies);
  const { advertise, host, port } = server.sip;
  const everywhere = host === '0.0.0.0' || host === '::';
  return {
    sip: {
      server: advertise ?? (everywhere ? (origin.hostname ?? host) : host),
      port,
      user: line.number,
      transports: ['udp', 'tcp'],
    },
    makecallUrl: `${baseUrlOf(origin, server.listening())}/makecall.html`,
  };
}

/** What would be warned of if the line were set to what it is. */
function warningsOf(line: Line, { lineRules }: ApiRooms): MessageView[] {
  const { notificationUrl, sourceIp } = line;
  const checked = changeLine(line, { notificationUrl, sourceIp }, lineRules);
  return checked.ok
    ? checked.warnings.map(presentMessage)
    : [presentMessage({ code: checked.code, text: checked.error })];
}
