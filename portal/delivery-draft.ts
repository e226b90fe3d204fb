// What is typed about the delivery of a line's notifications: texts, taken from a line and turned into what
// the API takes. The server checks them all; here only so much that a text which is no number is told as
// the server tells one out of range (delivery-draft.test.ts holds the two together). Pure.

import type { LineChange } from '../src/web/api/schemas.ts';
import type { ApiProblem } from './api.ts';

export interface DeliveryDraft {
  readonly deliveryTimeout: string;
  readonly deliveryWindow: string;
  readonly deliveryRetry: string;
  readonly deliveryMode: '' | 'at-least-once' | 'at-most-once';
}

export type DeliverySettings = Required<
  Pick<LineChange, 'deliveryTimeoutS' | 'deliveryWindowS' | 'deliveryRetryS' | 'deliveryMode'>
>;

export function deliveryDraftOf(line: DeliverySettings): DeliveryDraft {
  return {
    deliveryTimeout: line.deliveryTimeoutS === 0 ? '' : String(line.deliveryTimeoutS),
    deliveryWindow: line.deliveryWindowS === 0 ? '' : String(line.deliveryWindowS),
    deliveryRetry: line.deliveryRetryS.join(' '),
    deliveryMode: line.deliveryMode,
  };
}

/** The settings as numbers; NaN for what is none, so that a draft with it is not taken for saved. */
export function deliverySettingsOf(draft: DeliveryDraft): DeliverySettings {
  return {
    deliveryTimeoutS: secondsOf(draft.deliveryTimeout.trim()),
    deliveryWindowS: secondsOf(draft.deliveryWindow.trim()),
    deliveryRetryS: wordsOf(draft.deliveryRetry).map(secondsOf),
    deliveryMode: draft.deliveryMode,
  };
}

type FieldError = NonNullable<ApiProblem['errors']>[number];

/** What cannot be sent as it is typed, in the words of the server; null where all can. */
export function deliveryProblem(draft: DeliveryDraft): ApiProblem | null {
  const errors: FieldError[] = [];
  const refuse = (field: string, code: string, values: FieldError['values']): void => {
    errors.push({ field, code, text: code, values });
  };
  if (!isSendable(draft.deliveryTimeout.trim())) {
    refuse('deliveryTimeoutS', 'delivery-timeout-invalid', LIMITS.timeoutS);
  }
  if (!isSendable(draft.deliveryWindow.trim())) {
    refuse('deliveryWindowS', 'delivery-window-invalid', LIMITS.windowS);
  }
  const written = wordsOf(draft.deliveryRetry).find((word) => !isSendable(word));
  if (written !== undefined) {
    refuse('deliveryRetryS', 'delivery-retry-invalid', {
      written: written.length > 40 ? `${written.slice(0, 40)}…` : written,
      ...LIMITS.retryS,
    });
  }
  if (errors.length === 0) return null;
  const [{ code, text: detail }] = errors as [FieldError];
  return { status: 422, code, detail, errors };
}

/** The server's, for its sentences. */
export const LIMITS = {
  timeoutS: { least: 0.5, most: 30 },
  windowS: { least: 1, most: 86_400 },
  retryS: { least: 0.5, most: 3600 },
} as const;

/** Seconds in the largest unit that fits: `45 s`, `10 min`, `24 h`; both languages write these so. */
export function spanText(seconds: number, numberText: (value: number) => string): string {
  if (seconds % 3600 === 0) return `${numberText(seconds / 3600)} h`;
  if (seconds % 60 === 0) return `${numberText(seconds / 60)} min`;
  return `${numberText(seconds)} s`;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function isSendable(text: string): boolean {
  return !Number.isNaN(secondsOf(text));
}

/**
 * Seconds, also with a decimal comma, which half of the readers write; 0 for an empty text, else NaN. A
 * written 0 is not sent: the API would take it for an empty text.
 */
function secondsOf(text: string): number {
  if (text === '') return 0;
  const seconds = /^\d+([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
  return seconds > 0 ? seconds : Number.NaN;
}
