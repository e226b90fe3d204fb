// Does something for many, so many at once and no more. Used to register a thousand telephones and to
// ask from several connections as fast as answers come.

/**
 * Calls `work` for each item, in order, by `width` workers side by side; each begins its next item when
 * its last is done. `worker` is 0 to width - 1. Rejects with the first failure.
 */
export async function atOnce<T>(
  width: number,
  items: Iterable<T>,
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const serve = async (worker: number): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      await work(next.value, worker);
    }
  };
  await Promise.all(Array.from({ length: width }, (_, worker) => serve(worker)));
}
