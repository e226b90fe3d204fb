// A long list that is known whole is drawn step by step: what a browser draws at once has a limit.

import { useState } from 'preact/hooks';

const STEP = 200;

export interface Steps<T> {
  readonly shown: readonly T[];
  /** Shows some more; null where all are shown. */
  readonly more: (() => void) | null;
}

export function useSteps<T>(rows: readonly T[]): Steps<T> {
  const [count, setCount] = useState(STEP);
  return {
    shown: rows.length > count ? rows.slice(0, count) : rows,
    more: rows.length > count ? () => setCount(count + STEP) : null,
  };
}
