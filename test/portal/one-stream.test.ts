// One stream of live events for a browser, however many tabs it has, and every tab hears everything: a
// proxy in front of the server counts the streams that are open.

import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { openPage, startBrowser } from '../kit/browser.ts';
import { requirePeer } from '../kit/peer.ts';
import { until } from '../kit/until.ts';
import { signInLink, startSandbox } from './pages.ts';

interface Counter {
  readonly origin: string;
  /** Streams that are open now. */
  open(): number;
  /** Cuts them, as a network does. */
  cut(): void;
}

async function countStreams(t: TestContext, server: string): Promise<Counter> {
  const streams = new Set<Socket>();
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(server);
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        streams.delete(client);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (chunk.includes('GET /api/v1/events')) streams.add(client);
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    origin: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    open: () => streams.size,
    cut: () => {
      for (const socket of streams) socket.destroy();
    },
  };
}

test('three tabs share one stream, also after a cut, and each shows the call', async (t) => {
  if (!requirePeer(t, 'chromium')) return;
  const server = await startSandbox(t);
  const counter = await countStreams(t, server.http);
  const browser = await startBrowser(t);
  const { page, context } = await openPage(browser, [counter.origin]);
  await page.goto((await signInLink(server)).replace(server.http, counter.origin));
  await page.getByText('En direct').first().waitFor();
  const tabs = [page, await context.newPage(), await context.newPage()];
  for (const tab of tabs.slice(1)) {
    await tab.goto(`${counter.origin}/#/lines`);
    await tab.getByText('En direct').first().waitFor();
  }
  assert.equal(counter.open(), 1);

  counter.cut();
  await until(
    async () => counter.open() === 0 || undefined,
    5_000,
    () => 'the stream to be cut',
  );
  // What happens while it is cut is shown after it: the browser resumes where it was.
  const called = server.run(
    'simulate',
    '33612345678',
    '33123456789',
    '--answer-after',
    '1',
    '--talk',
    '8',
  );
  await Promise.all(tabs.map((tab) => tab.getByText('En communication').first().waitFor()));
  assert.equal(counter.open(), 1);
  await called;
});
