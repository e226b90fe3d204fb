// What Linux's /proc tells about processes and ports: who descends from a process, how much processor
// time it took, which port is bound. Read only. Elsewhere than on Linux the answers are empty, and
// the tests that need them are skipped with their peers.

import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/PID/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  readonly state: string;
  readonly cpuTicks: number;
}

/** The fields of proc(5) after the name, which is in brackets and may itself hold brackets. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      cpuTicks: Number(fields[11]) + Number(fields[12]),
    };
  } catch {
    return undefined; // it has ended
  }
}

/** The processes that `pid` started, and those that they started; parents before children. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const parent = readStat(Number(name))?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(Number(name));
    else children.set(parent, [Number(name)]);
  }
  const found: number[] = [];
  const waiting = [...(children.get(pid) ?? [])];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    found.push(next);
    waiting.push(...(children.get(next) ?? []));
  }
  return found;
}

/**
 * Seconds of processor time, user and system, all threads, that `pid` and its descendants have taken
 * so far. Resolution 10 ms. Descendants that have ended are not counted.
 */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const each of [pid, ...descendants(pid)]) ticks += readStat(each)?.cpuTicks ?? 0;
  return ticks / TICKS_PER_SECOND;
}

/** False once the process has ended, also while nobody has collected its exit status. */
export function isAlive(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

/** True once some process has bound UDP `host:port`, or listens on it in the case of TCP. */
export function isBound(transport: 'udp' | 'tcp', host: string, port: number): boolean {
  const LISTEN = '0A';
  const wanted = [hexAddress(host, port), hexAddress('0.0.0.0', port)];
  let table: string;
  try {
    table = readFileSync(`/proc/net/${transport}`, 'latin1');
  } catch {
    return false;
  }
  return table.split('\n').some((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return (
      local !== undefined && wanted.includes(local) && (transport === 'udp' || state === LISTEN)
    );
  });
}

/** `127.0.0.3`, 5070 is `0300007F:13CE`: the four bytes backwards (a little-endian word), in hex. */
function hexAddress(host: string, port: number): string {
  const bytes = host.split('.').map(Number).toReversed();
  return `${bytes.map((byte) => hex(byte, 2)).join('')}:${hex(port, 4)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}
