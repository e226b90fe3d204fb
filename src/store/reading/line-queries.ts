// What is read of lines, their registrations and the store's own facts, at the start.

import type { Line } from '../../lines/line.ts';
import type { Rows, Stored } from './prepared.ts';
import type { Binding } from '../store.ts';

/** The text of every statement here, by name. */
export const LINE_QUERIES = {
  meta: 'SELECT value FROM meta WHERE key = :key',
  lines: `SELECT number, customer, title, short, offer, notification_url AS notificationUrl,
    source_ip AS sourceIp, source_ip_match AS sourceIpMatch, buzzee_url AS buzzeeUrl,
    ha1_md5 AS ha1Md5, ha1_sha256 AS ha1Sha256, api, auto_answer AS autoAnswer, origins,
    delivery_timeout_s AS deliveryTimeoutS, delivery_window_s AS deliveryWindowS,
    delivery_retry_s AS deliveryRetryS, delivery_mode AS deliveryMode FROM lines ORDER BY number`,
  bindings: `SELECT line, contact, transport, source_host AS sourceHost,
    source_port AS sourcePort, behind_nat AS behindNat, call_id AS callId, cseq,
    expires_at AS expiresAt, registered_at AS registeredAt, user_agent AS userAgent, instance
    FROM bindings ORDER BY line, contact`,
} as const;

type StoredLine = Stored<Omit<Line, 'origins' | 'deliveryRetryS'>, 'api' | 'autoAnswer'> & {
  readonly origins: string;
  readonly deliveryRetryS: string;
};

/** The queries of lines on a connection. */
export function lineQueries(rows: Rows) {
  return {
    getMeta: (key: string): string | undefined =>
      rows<{ value: string }>(LINE_QUERIES.meta, { key })[0]?.value,
    allLines: (): Line[] =>
      rows<StoredLine>(LINE_QUERIES.lines).map((row) => ({
        ...row,
        api: row.api === 1,
        autoAnswer: row.autoAnswer === 1,
        origins: words(row.origins),
        deliveryRetryS: words(row.deliveryRetryS).map(Number),
      })),
    allBindings: (): Binding[] =>
      rows<Stored<Binding, 'behindNat'>>(LINE_QUERIES.bindings).map((row) => ({
        ...row,
        behindNat: row.behindNat === 1,
      })),
  };
}

/** A list as a column holds it: separated by spaces. */
export function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}
