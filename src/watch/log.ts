// The server's log: one JSON object a line on standard error, by pino. It decides the form of the
// lines and what must never be in them; what is worth a line is for each room to say. Standard output
// is kept free for the ready line and for results.

import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { LogLevel } from '../config.ts';

export type { Logger } from 'pino';

/** How long a line may wait for others. */
const gatherMs = 100;

// docs/rules.md, 5. The rooms do not log these; should one slip, the value is replaced.
const SECRETS = ['password', 'ha1Md5', 'ha1Sha256', 'authorization'];

/**
 * Makes the log. Lines have `level` (its name), `time` (ISO 8601), `msg` and what the room adds; lines
 * of a call have its `callref`.
 *
 * @param destination where the lines go; standard error unless a test gives another.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      // No process id and host name: one server, one machine, and whoever collects lines adds them.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '[secret]' },
    },
    destination ?? gatheredStandardError(),
  );
}

/**
 * Standard error, lines gathered for a moment: a write for each line cost a fifth of a call's processor
 * time (measured). An end in order, or by a fault, writes what is left; a SIGKILL loses that moment.
 */
function gatheredStandardError(): DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true, minLength: 4096 });
  setInterval(() => destination.flushSync(), gatherMs).unref();
  process.on('exit', () => destination.flushSync());
  return destination;
}
