// What one run of so many deliveries took, as the process that made them knows it.

/** `cpuSeconds`: user and system time of the process, all threads. */
export interface RunResult {
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Measures `work`, which makes so many deliveries, from its start until its promise resolves. */
export async function measured(events: number, work: () => Promise<void>): Promise<RunResult> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { events, seconds, cpuSeconds: (user + system) / 1e6 };
}

export function perSecond({ events, seconds }: RunResult): number {
  return events / seconds;
}

/** Microseconds of processor time for one delivery. */
export function cpuMicroseconds({ events, cpuSeconds }: RunResult): number {
  return (cpuSeconds / events) * 1e6;
}
