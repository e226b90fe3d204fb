import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startControlServer } from '../control/control-server.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { createLog } from '../watch/log.ts';
import { carryOut } from './carry-out.ts';

test('a command that finds the directory held asks the server that holds it', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'carillon-held-'));
  // A server that is starting: it holds the store, and its control socket is not there yet.
  const store = await openSqliteStore(data, { kind: 'server', realm: 'carillon' });
  t.after(async () => {
    await store.close();
    rmSync(data, { recursive: true });
  });
  const { promise: askedInVain, resolve } = Promise.withResolvers<void>();
  const watch = (message: unknown) => {
    const { socket }: { socket: Socket } = Object(message);
    socket.once('close', () => resolve());
  };
  subscribe('net.client.socket', watch);
  t.after(() => unsubscribe('net.client.socket', watch));

  const given = { operands: [], options: new Map([['data', [data]]]) };
  const io = { env: {}, stdin: process.stdin, print: assert.fail, warn: assert.fail };
  const listed = carryOut('line.list', {}, given, io);
  await askedInVain;
  const line = { number: '33123456789' };
  const commands = { 'line.list': async () => ({ ok: true as const, result: [line] }) };
  const server = await startControlServer(data, commands, createLog('silent'));
  t.after(() => server.close());
  assert.deepEqual(await listed, [line]);
});

test('a directory held by something that answers no command is told as such', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'carillon-held-'));
  const store = await openSqliteStore(data, { kind: 'server', realm: 'carillon' });
  t.after(async () => {
    await store.close();
    rmSync(data, { recursive: true });
  });
  const given = { operands: [], options: new Map([['data', [data]]]) };
  const io = { env: {}, stdin: process.stdin, print: assert.fail, warn: assert.fail };
  await assert.rejects(carryOut('line.list', {}, given, io), /is held by another running carillon/);
});
