// What a scrape tells of the process itself, under the names that every Node program's dashboards know:
// processor time, memory, open files, and how late the event loop is. Knows nothing of telephones.

import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Gauge } from './metrics.ts';
import type { Metrics } from './metrics.ts';

/** How often the event loop's lateness is looked at, milliseconds. */
const LOOK_MS = 20;

/** Adds the figures of this process. Returns how to end what measures them. */
export function addProcessMetrics(metrics: Metrics): () => void {
  const rising = (name: string, help: string, read: () => number): void => {
    metrics.add(new Gauge(name, help, read, 'counter'));
  };
  const gauge = (name: string, help: string, read: () => number): void => {
    metrics.add(new Gauge(name, help, read));
  };
  rising('process_cpu_user_seconds_total', 'Processor time in user mode.', () =>
    seconds(process.cpuUsage().user),
  );
  rising('process_cpu_system_seconds_total', 'Processor time in the system.', () =>
    seconds(process.cpuUsage().system),
  );
  rising('process_cpu_seconds_total', 'Processor time.', () => {
    const { user, system } = process.cpuUsage();
    return seconds(user + system);
  });
  const startedAt = Date.now() / 1000 - process.uptime();
  gauge('process_start_time_seconds', 'When the process began, since 1970.', () => startedAt);
  gauge('process_resident_memory_bytes', 'Memory that the process has.', () =>
    process.memoryUsage.rss(),
  );
  addOpenFiles(metrics);

  gauge('nodejs_heap_size_total_bytes', "The heap of JavaScript's main thread.", () => {
    return getHeapStatistics().total_heap_size;
  });
  gauge('nodejs_heap_size_used_bytes', 'What of it is in use.', () => {
    return getHeapStatistics().used_heap_size;
  });
  gauge('nodejs_external_memory_bytes', 'Memory of buffers and the like, outside the heap.', () => {
    return process.memoryUsage().external;
  });
  const version = [[{ version: process.version }, 1]] as const;
  metrics.add(new Gauge('nodejs_version_info', "Node's version.", () => version));
  return addEventLoopLag(metrics);
}

function seconds(microseconds: number): number {
  return microseconds / 1e6;
}

// Only Linux tells them as files.
function addOpenFiles(metrics: Metrics): void {
  if (process.platform !== 'linux') return;
  const [, most] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  metrics.add(
    new Gauge('process_open_fds', 'Open files and sockets.', () => {
      return readdirSync('/proc/self/fd').length - 1;
    }),
  );
  if (most === undefined) return;
  metrics.add(new Gauge('process_max_fds', 'The most of them.', () => Number(most)));
}

/** Since the scrape before; with two that scrape, each sees a part. */
function addEventLoopLag(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
  delay.enable();
  // What is measured is the time between two looks, nanoseconds; a busy loop is late for the second.
  const late = (nanoseconds: number): number =>
    Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : 0) - LOOK_MS) / 1000;
  let seen = { mean: 0, p50: 0, p99: 0, max: 0 };
  const look = (): void => {
    seen = {
      mean: late(delay.mean),
      p50: late(delay.percentile(50)),
      p99: late(delay.percentile(99)),
      max: late(delay.max),
    };
    delay.reset();
  };
  for (const which of ['mean', 'p50', 'p99', 'max'] as const) {
    const help = `How late the event loop was since the last scrape, ${which}.`;
    const read = (): number => {
      // The first of them in a scrape looks for all.
      if (which === 'mean') look();
      return seen[which];
    };
    metrics.add(new Gauge(`nodejs_eventloop_lag_${which}_seconds`, help, read));
  }
  return () => delay.disable();
}
