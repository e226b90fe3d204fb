// An acknowledgement leaves only after the event behind it is on the disk itself: a trace of the
// server's system calls during one call shows the order. It needs no timing, and no crash of the machine.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Child } from '../kit/child.ts';
import { line, mobile, password } from '../kit/house.ts';
import { requirePeer } from '../kit/peer.ts';
import { registerTerminal } from '../kit/register.ts';
import { startServer } from '../kit/server.ts';
import { startSipp } from '../kit/sipp.ts';
import { HANG_MS, until } from '../kit/until.ts';
import { freeAddress } from './load.ts';
import { readSystemCalls, type SystemCall } from './system-calls.ts';

const launcher = join(import.meta.dirname, '../../bin/carillon.js');
const TRACED = 'recvfrom,recvmsg,recvmmsg,sendto,sendmsg,sendmmsg,pwrite64,pwritev,fsync,fdatasync';

test('each event is synced to disk before the message that makes it true leaves', async (t) => {
  if (!requirePeer(t, 'sipp', 'strace')) return;
  const calls = await traceOneCall(t);
  const invite = find(calls, 0, 'the INVITE comes', isReceived('INVITE sip:', '1 INVITE'));
  const rings = find(
    calls,
    invite.began,
    'an INVITE leaves',
    isSent(`INVITE sip:${line}@`, '1 INVITE'),
  );
  assertSynced(calls, 'SETUP', invite, rings);

  const pickedUp = find(
    calls,
    rings.began,
    'the telephone answers',
    isReceived('SIP/2.0 200', '1 INVITE'),
  );
  const answered = find(
    calls,
    pickedUp.began,
    'the caller is answered',
    isSent('SIP/2.0 200', '1 INVITE'),
  );
  assertSynced(calls, 'CONNECT', pickedUp, answered);

  const bye = find(calls, answered.began, 'the caller hangs up', isReceived('BYE sip:', ' BYE'));
  const over = find(calls, bye.began, 'the BYE is answered', isSent('SIP/2.0 200', ' BYE'));
  const hungUp = find(calls, bye.began, 'the telephone is hung up on', isSent('BYE sip:', ' BYE'));
  assertSynced(calls, 'RELEASE', bye, over);
  assertSynced(calls, 'RELEASE', bye, hungUp);
});

/**
 * Between what was received and what was sent, the log of the database was written, and behind the last
 * of these writes it was synced: begun after the write had ended, ended before the message left.
 */
function assertSynced(
  calls: readonly SystemCall[],
  event: string,
  received: SystemCall,
  sent: SystemCall,
): void {
  const between = calls.filter((call) => call.began > received.began && call.began < sent.began);
  const shown = (): string => [received, ...between, sent].map(describe).join('\n');
  const written = between.findLast(({ name, text }) => name.startsWith('pwrite') && isLog(text));
  assert.ok(written, `${event} was not written before its message left:\n${shown()}`);
  const synced = between.some(
    ({ name, text, result, began, ended }) =>
      (name === 'fsync' || name === 'fdatasync') &&
      isLog(text) &&
      result === '0' &&
      began > written.ended &&
      ended < sent.began,
  );
  assert.ok(synced, `${event} was not synced before its message left:\n${shown()}`);
}

/** One call from outside to a telephone, answered and hung up by the caller, under strace. */
async function traceOneCall(t: TestContext): Promise<SystemCall[]> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-trace-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const outside = await freeAddress();
  const args = ['--outside', `sip:${outside}`];
  // The line has no notification URL: nothing but the call itself is written while it goes on.
  await using server = await startServer(t, { args });
  await server.addLine(line, password);
  const phone = await startSipp(t, { scenario: 'uas-answer', caller: line });
  await phone.waitUntilReady();
  const contact = `sip:${line}@${phone.address}`;
  await registerTerminal(t, { server: server.sip, number: line, password, contact });
  await server.stop();

  const trace = join(folder, 'trace');
  const events = ['-e', `trace=${TRACED}`, '-e', 'signal=none'];
  const strace = ['-f', '-y', '-s', '2000', '-o', trace, ...events];
  const addresses = ['--http', '127.0.0.1:0', '--sip', server.sip];
  const serve = ['--data', server.dataDir, ...addresses, ...args];
  const traced = new Child(t, {
    title: 'carillon serve under strace',
    command: 'strace',
    args: [...strace, process.execPath, launcher, 'serve', ...serve],
  });
  try {
    await traced.waitForOutput(/^carillon ready /m, HANG_MS);
    const caller = await startSipp(t, {
      scenario: 'uac-call',
      remote: server.sip,
      local: outside,
      caller: mobile,
      dial: line,
      pauseMs: 200,
    });
    await Promise.all([caller.succeeds(), phone.succeeds()]);
    // The trace is complete when its last message is in it: the telephone's 200 to our BYE.
    return await until(
      () => {
        const calls = readSystemCalls(readFileSync(trace, 'latin1'));
        return calls.filter(isReceived('SIP/2.0 200', ' BYE')).length > 0 && calls;
      },
      HANG_MS,
      'the trace to hold the end of the call',
    );
  } finally {
    await traced.killNow();
  }
}

function find(
  calls: readonly SystemCall[],
  after: number,
  what: string,
  matches: (call: SystemCall) => boolean,
): SystemCall {
  const found = calls.find((call) => call.began > after && matches(call));
  if (!found) throw new Error(`${what}: not in the trace\n${calls.map(describe).join('\n')}`);
  return found;
}

function isReceived(start: string, cseq: string): (call: SystemCall) => boolean {
  return (call) => call.name.startsWith('recv') && isMessage(call, start, cseq);
}

function isSent(start: string, cseq: string): (call: SystemCall) => boolean {
  return (call) => call.name.startsWith('send') && isMessage(call, start, cseq);
}

function isMessage({ text }: SystemCall, start: string, cseq: string): boolean {
  return text.includes(`"${start}`) && new RegExp(`CSeq: \\d*${cseq}\\\\r`, 'i').test(text);
}

function isLog(text: string): boolean {
  return text.includes('carillon.db-wal>');
}

function describe({ name, text, result, began, ended }: SystemCall): string {
  return `${began}-${ended} ${name}(${text.slice(0, 160)}) = ${result}`;
}
