// What a page reads from the API: one thing, a list page by page, or all of one. A newer question makes the
// answer to an older one void; what live events change is put in by `change`.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Page } from '../src/web/api/schemas.ts';
import { get, withQuery } from './api.ts';
import type { Answer, ApiProblem } from './api.ts';

export interface Reading<T> {
  /** The last answer; kept while it is read again. */
  readonly value: T | null;
  readonly problem: ApiProblem | null;
  readonly loading: boolean;
  /** Reads again, keeping what is shown. */
  readonly reload: () => void;
  /** Puts in what is known to have changed. */
  readonly change: (change: (value: T) => T) => void;
}

/** Reads `/api/v1/<path>` now and whenever the path changes; null reads nothing. */
export function useReading<T>(path: string | null): Reading<T> {
  const [state, setState] = useState<{
    path: string | null;
    value: T | null;
    problem: ApiProblem | null;
  }>({
    path,
    value: null,
    problem: null,
  });
  const [round, setRound] = useState(0);
  const [loading, setLoading] = useState(path !== null);
  useEffect(() => {
    if (path === null) return undefined;
    const stop = new AbortController();
    setLoading(true);
    void get<T>(path, stop.signal).then((answer) => {
      if (stop.signal.aborted) return;
      setLoading(false);
      if (answer.ok) setState({ path, value: answer.value, problem: null });
      else
        setState((old) => ({
          path,
          value: old.path === path ? old.value : null,
          problem: answer.problem,
        }));
    });
    return () => stop.abort();
  }, [path, round]);
  const mine = state.path === path;
  return {
    value: mine ? state.value : null,
    problem: mine ? state.problem : null,
    loading,
    reload: () => setRound((old) => old + 1),
    change: (change) =>
      setState((old) => (old.value === null ? old : { ...old, value: change(old.value) })),
  };
}

export interface Listing<T> {
  /** Null until the first page came. */
  readonly items: readonly T[] | null;
  readonly problem: ApiProblem | null;
  readonly loading: boolean;
  /** Reads the next page; null at the end. */
  readonly more: (() => void) | null;
  /** Reads the first page again. What is shown stays until it comes. */
  readonly reload: () => void;
  readonly change: (change: (items: readonly T[]) => readonly T[]) => void;
}

interface ListState<T> {
  readonly items: readonly T[] | null;
  readonly next: string | null;
  readonly problem: ApiProblem | null;
}

const nothingYet = { items: null, next: null, problem: null };

/** Reads a list of the API, `path` with its query but without `after` and `limit`. */
export function useListing<T>(path: string, pageSize = 50): Listing<T> {
  const [state, setState] = useState<ListState<T>>(nothingYet);
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const asked = useRef(path);
  const running = useRef<AbortController>(undefined);

  const read = async (after: string | null): Promise<void> => {
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    setLoading(true);
    const full = `${path}${path.includes('?') ? '&' : '?'}${withQuery('', {
      limit: pageSize,
      after: after ?? undefined,
    }).slice(1)}`;
    const answer = await get<Page<T>>(full, stop.signal);
    if (stop.signal.aborted) return;
    setLoading(false);
    setState((old) => {
      if (!answer.ok) return { ...old, problem: answer.problem };
      const { items, next } = answer.value;
      return {
        items: after === null ? items : [...(old.items ?? []), ...items],
        next,
        problem: null,
      };
    });
  };

  useEffect(() => {
    if (asked.current !== path) setState((old) => ({ ...old, problem: null }));
    asked.current = path;
    void read(null);
    return () => running.current?.abort();
  }, [path, round]);

  return {
    ...state,
    loading,
    more: state.next === null ? null : () => void read(state.next),
    reload: () => setRound((old) => old + 1),
    change: (change) =>
      setState((old) => (old.items === null ? old : { ...old, items: change(old.items) })),
  };
}

/**
 * Reads all of a list, page after page: for lists that are whole only, since something is looked up in them.
 * `path` is without `after`.
 */
export function useWhole<T>(path: string): Reading<readonly T[]> {
  const [state, setState] = useState<{
    value: readonly T[] | null;
    problem: ApiProblem | null;
  }>({ value: null, problem: null });
  const [round, setRound] = useState(0);
  const [loading, setLoading] = useState(true);
  useEffect(() => {
    const stop = new AbortController();
    setLoading(true);
    void readWhole<T>(path, stop.signal).then((answer) => {
      if (stop.signal.aborted) return;
      setLoading(false);
      setState((old) =>
        answer.ok ? { value: answer.value, problem: null } : { ...old, problem: answer.problem },
      );
    });
    return () => stop.abort();
  }, [path, round]);
  return {
    ...state,
    loading,
    reload: () => setRound((old) => old + 1),
    change: (change) =>
      setState((old) => (old.value === null ? old : { ...old, value: change(old.value) })),
  };
}

async function readWhole<T>(path: string, signal: AbortSignal): Promise<Answer<readonly T[]>> {
  const all: T[] = [];
  let after: string | undefined;
  do {
    const answer = await get<Page<T>>(withQuery(path, { after }), signal);
    if (!answer.ok) return answer;
    all.push(...answer.value.items);
    after = answer.value.next ?? undefined;
  } while (after !== undefined);
  return { ok: true, value: all };
}

/** The value after it has not changed for `ms`: for what is asked while somebody types. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
