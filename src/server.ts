// THE MAP. All rooms are made and joined here, and nowhere else; read it top to bottom to see both ways
// through the house:
//
//   telephone -> sip -> registrar -> calls -> CallEvent -> journal -> store -> notifications -> their URL
//                                                      journal -> live -> web (events) -> browsers
//   their software -> web (makecall) -> digest, guard -> CallCommand -> calls -> sip -> telephone
//   browsers, programs -> web (pages, API) -> access -> lines, history, notifications
//   commands  -> control -> lines, access, history, sandbox

import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Access } from './access/access.ts';
import { Calls } from './calls/calls.ts';
import { formatHostPort, UserError } from './config.ts';
import type { Config, HostPort } from './config.ts';
import { startControlServer } from './control/control-server.ts';
import { createCommands } from './control/commands.ts';
import { Destinations } from './destinations/destinations.ts';
import { keyFileIn } from './destinations/key-file.ts';
import { SigningKeys } from './destinations/signing-keys.ts';
import { Erasure } from './history/erasure.ts';
import { Retention } from './history/retention.ts';
import { createHouseHealth } from './house-health.ts';
import { createHouseMetrics } from './house-metrics.ts';
import { createJournal } from './journal.ts';
import type { Line } from './lines/line.ts';
import { Lines } from './lines/lines.ts';
import type { LineRules } from './lines/lines.ts';
import { createSourceIpMatcher } from './lines/source-ip-match.ts';
import { LiveStream } from './live/stream.ts';
import { OpenCalls } from './live/open-calls.ts';
import { createQuota } from './guard/quota.ts';
import { lineRules } from './line-rules.ts';
import { createLiveNews } from './live-news.ts';
import { createNamedBy } from './named-by.ts';
import { systemClock } from './notifications/clock.ts';
import { deliveryPolicyOf } from './notifications/delivery-policy.ts';
import { createOutbox } from './notifications/outbox.ts';
import { createSender } from './notifications/send.ts';
import { BUZZEE_PRESET } from './notifications/template.ts';
import { createTestCalls } from './notifications/test-call.ts';
import { createTargetPolicy } from './notifications/http/target-policy.ts';
import { trustedCertificates } from './notifications/http/trusted-certificates.ts';
import { Registrar } from './registrar/registrar.ts';
import { openSandbox } from './sandbox/open-sandbox.ts';
import type { OpenSandbox } from './sandbox/open-sandbox.ts';
import { SipAuthenticator } from './sip/authentication.ts';
import { SipEndpoint } from './sip/endpoint.ts';
import { realTimers } from './sip/timers.ts';
import type { Hop } from './sip/transport/hop.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import type { NotificationRow } from './store/store.ts';
import { version } from './version.ts';
import type { Logger } from './watch/log.ts';
import { addressForBrowsers } from './web/browser-address.ts';
import { createClientAddress, createIsProxy } from './web/client-address.ts';
import { HttpDigest } from './web/http-digest.ts';
import { openTlsFor } from './web/tls.ts';
import { openWeb } from './web/web.ts';

/** How often sessions that are over are looked for. */
const sweepMs = 60_000;
/** How long calls may go on, and deliveries be flushed, once the server was told to stop. */
const callGraceMs = 10_000;
const flushMs = 5_000;
/** How long what is still to be kept at the end is waited for: on a disk that fails that were for ever. */
const lastWritesMs = 2_000;

const MIGRATING =
  'The database of an older version is brought to the form of this one. With millions of calls that takes ' +
  'some minutes; a stop meanwhile loses nothing.';

export interface RunningServer {
  readonly httpAddress: HostPort;
  readonly httpsAddress?: HostPort;
  readonly sipAddress: HostPort;
  /** A link that signs a user in once, within 10 minutes; undefined where there is no such user. */
  signInLink(user: string): string | undefined;
  /** How many calls go on now. */
  openCalls(): number;
  /** Takes no new calls, lets those that are end, delivers what is waiting, closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a server and resolves when it is ready. Rejects where it cannot start (a port in use, a data
 * directory that is held by another server or is of another kind) and leaves nothing open.
 */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  // What is open is closed in the reverse order: by stop(), or here where the start fails.
  await using opened = new AsyncDisposableStack();
  const onFault = (error: unknown, callref?: string): void => {
    log.error(
      { err: error, ...(callref === undefined ? {} : { callref }) },
      'a fault in the server',
    );
  };

  // The operator's file is read before there is a data directory: a wrong one leaves none behind.
  const ca = config.notifyCa === undefined ? undefined : trustedCertificates(config.notifyCa);

  // What the house tells of itself: whether it can do its work, and figures.
  const health = createHouseHealth(log);
  const metrics = createHouseMetrics();
  opened.defer(() => metrics.close());

  // Where everything is kept.
  const kind = config.sandbox ? 'sandbox' : 'server';
  const store = await openSqliteStore(
    config.data,
    { kind, realm: config.realm },
    {
      onCommit: metrics.onStoreCommit,
      onTrouble: health.onStoreTrouble,
      onBehind: health.onPagesBehind,
      onMigrating: (from, to) => log.info({ from, to }, MIGRATING),
    },
  );
  opened.defer(() => store.close());

  // WHO: the lines.
  const rules = lineRules(config.realm, config.country);
  const lines = await Lines.load(store, rules, log);
  const lineOf = (number: string) => lines.byNumber(number);

  // WHO IS TOLD besides: their destinations, and the keys that notifications are signed with.
  const destinations = await Destinations.load({ store, lines, log, now: Date.now });
  const keyFile = keyFileIn(config.data);
  const signingKeys = await SigningKeys.load({
    store,
    lines,
    destinations,
    keyFile,
    now: Date.now,
  });
  // Unsigned, or signed with another key, receivers would refuse what is sent.
  if (signingKeys.problem !== undefined) throw new UserError(signingKeys.problem, 1);

  // WHO ASKS: customers, their users, and programs.
  const access = await Access.load({
    store,
    now: Date.now,
    lineOf,
    linesOf: (customer) => lines.ofCustomer(customer),
    lineCustomers: () => lines.all().map(({ customer }) => customer),
    onFault,
  });
  const sweep = setInterval(() => access.sweep(), sweepMs).unref();
  opened.defer(() => clearInterval(sweep));

  // The wire.
  const endpoint = await SipEndpoint.open({
    host: config.sip.host,
    port: config.sip.port,
    advertise: config.advertise,
    timers: realTimers(onFault),
    product: `Carillon/${version}`,
    onDropped: (what, source) =>
      log.debug({ what, from: `${source.host}:${source.port}` }, 'dropped'),
    onFault: (error) => onFault(error),
  });
  opened.defer(() => endpoint.close());
  const authenticator = new SipAuthenticator({
    realm: config.realm,
    algorithms: ['MD5'],
    ha1Of: (user, algorithm) => {
      const line = lineOf(user);
      return algorithm === 'MD5' ? line?.ha1Md5 : line?.ha1Sha256;
    },
    now: Date.now,
  });

  // WHERE: the terminals.
  const registrar = new Registrar({
    endpoint,
    authenticator,
    store,
    lineOf: (user) => lineOfUser(lines, rules, user)?.number,
    onFault,
  });
  await registrar.start();
  opened.defer(() => registrar.stop());
  lines.onChange((change) => {
    const passwordChanged =
      change.kind === 'changed' && change.before.ha1Md5 !== change.line.ha1Md5;
    if (change.kind === 'removed' || passwordChanged) registrar.dropLine(change.line.number);
  });

  // What happens now, for pages and programs that look on.
  const epoch = randomBytes(8).toString('hex');
  const stream = new LiveStream({ epoch, onFault });
  const openCalls = new OpenCalls({ customerOf: (number) => lineOf(number)?.customer ?? '' });
  const live = createLiveNews({ stream, openCalls, lines, registrar, store, onFault });
  lines.onChange(live.onLineChange);
  registrar.onChange(live.onTerminals);

  // Events out: committed with the notifications they cause, then delivered.
  const sender = createSender({
    clock: systemClock,
    version,
    policy: createTargetPolicy({
      allow: config.notifyAllow,
      sandbox: config.sandbox,
      severalCustomers: () => lines.customerCount > 1,
    }),
    onRefused: (refused) => log.warn(refused, 'Notifications may not go to this address.'),
    ...(ca && { ca }),
  });
  const policyOf = (account: string) => deliveryPolicyOf(lineOf(account), config.delivery);
  const outbox = createOutbox({
    store,
    lineOf,
    destinationsOf: (account) => destinations.ofLine(account),
    signerOf: (account, destination) => signingKeys.signerOf(account, destination),
    send: sender.send,
    log,
    policyOf,
    onAttempt(...tried) {
      metrics.onAttempt(...tried);
      live.onAttempt(...tried);
    },
    onParkedBehind(notification) {
      metrics.onParkedBehind(notification);
      live.onParkedBehind(notification);
    },
  });
  await outbox.start();
  opened.defer(async () => {
    const stopped = outbox.stop();
    await sender.close();
    await waitForWrites(stopped);
  });
  const journal = createJournal({ store, outbox, metrics, live, log });

  // What people do with deliveries, by page or by command.
  const testCalls = createTestCalls({
    send: sender.send,
    clock: systemClock,
    timeoutMsOf: (account) => policyOf(account).timeoutMs,
    signerOf: (account, place) => signingKeys.signerOf(account, place),
  });
  const resend = (row: NotificationRow) => live.resend(row, outbox);

  // In the sandbox: telephones and an outside world that do not exist, on free ports of loopback.
  let sandbox: OpenSandbox | undefined;
  if (config.sandbox) {
    sandbox = await openSandbox({ config, endpoint, lines, access, registrar, store, onFault });
    opened.defer(() => sandbox?.close());
  }

  // WHAT: the calls.
  const outsides = config.outside ? [await resolveOutside(config.outside)] : [];
  const calls = new Calls({
    endpoint,
    authenticator,
    registrar,
    directory: lines,
    journal,
    routing: { country: config.country },
    outsides: sandbox ? [...outsides, sandbox.outside] : outsides,
    ringTimeoutMs: config.ringTimeoutS * 1000,
    longestCallMs: config.maxCallS * 1000,
    onFault,
  });
  health.followCanKeep((canKeep) => calls.setCanKeep(canKeep));
  await calls.recover(await store.openSessions());
  endpoint.users = {
    onInvite: (request, source) => calls.onInvite(request, source),
    onRegister: (request, source) => registrar.onRegister(request, source),
  };
  metrics.look({ outbox, calls, registrar, store });

  // What is kept, and for how long.
  const { keepDays, keepMegabytes } = config;
  const keeping = { store, clock: systemClock, log };
  const retention = new Retention({ ...keeping, keepDays, keepMegabytes });
  retention.start();
  opened.defer(() => waitForWrites(retention.stop()));
  const erasure = new Erasure({
    ...keeping,
    isLine: (number) => lineOf(number) !== undefined,
    namedBy: createNamedBy({ access, destinations }),
  });

  // HTTP in: software asks, a call is made.
  const tls = config.https && openTlsFor(config, log);
  if (tls) opened.defer(() => tls.close());
  const quota = createQuota({ intervalMs: 1000, now: Date.now });
  const sourceIps = createSourceIpMatcher();
  const clientAddress = createClientAddress(config.trustProxy);
  const web = await openWeb({
    host: config.http.host,
    port: config.http.port,
    https: config.https && tls && { ...config.https, tls },
    whyUnfit: () => health.whyUnfit(store, config.realm),
    makecall: {
      country: config.country,
      digest: new HttpDigest(config.realm, Date.now),
      lineOf,
      addressAccepted: (line, address) => sourceIps.matches(line, address) === 'accepted',
      clientAddress,
      takeTurn: (line) => quota.take(line),
      checkPlaceCall: (command) => calls.checkPlaceCall(command),
      placeCall: (command) => calls.placeCall(command),
    },
    api: {
      access,
      lines,
      lineRules: rules,
      destinations,
      signingKeys,
      store,
      terminalsOf: (line) => registrar.terminalsOf(line),
      openCalls,
      stream,
      deliveryDefaults: config.delivery,
      outbox: { resend, replay: (...selected) => outbox.replay(...selected) },
      testCalls,
      erasure,
      proxies: { clientAddress, isProxy: createIsProxy(config.trustProxy) },
      ...(sandbox ? { simulate: sandbox.simulate } : {}),
      server: {
        version,
        country: config.country,
        realm: config.realm,
        buzzeePreset: BUZZEE_PRESET,
        sip: { advertise: config.advertise, host: config.sip.host, port: endpoint.port },
        listening: () => formatHostPort(web.address),
      },
      now: Date.now,
      onFault,
    },
    metrics: { proofs: access, scrape: metrics.scrape, onMakecall: metrics.onMakecall, onFault },
    ...(sandbox ? { onSandboxNotification: sandbox.showNotification } : {}),
    onFault,
  });
  opened.defer(() => web.close());
  await sandbox?.start(web.address.port);

  // Commands in.
  const signInUrl = (secret: string): string =>
    `${addressForBrowsers(web, config)}/#link=${secret}`;
  const control = await startControlServer(
    config.data,
    createCommands({
      lines,
      store,
      access,
      destinations,
      signingKeys,
      signInUrl,
      erasure,
      country: config.country,
      delivery: { testCalls, outbox, resend },
      ...(sandbox ? { simulate: sandbox.simulate } : {}),
    }),
    log,
  );
  opened.defer(() => control.close());
  health.setReady(true);

  const running = opened.move();
  return {
    httpAddress: web.address,
    ...(web.httpsAddress ? { httpsAddress: web.httpsAddress } : {}),
    sipAddress: { host: config.sip.host, port: endpoint.port },
    signInLink(user) {
      const made = access.makeSignInLink(user);
      return made.ok ? signInUrl(made.secret) : undefined;
    },
    openCalls: () => calls.size,
    async stop() {
      health.setReady(false);
      await calls.stop(callGraceMs);
      await outbox.flush(flushMs);
      await running.disposeAsync();
    },
  };
}

/** Waits for what is written last, but not for ever. */
async function waitForWrites(written: Promise<void>): Promise<void> {
  await Promise.race([written, pause(lastWritesMs, undefined, { ref: false })]);
}

/** The line that a SIP user part means: its number, or a form of it that telephones write. */
function lineOfUser(lines: Lines, rules: LineRules, user: string): Line | undefined {
  const exact = lines.byNumber(user);
  if (exact) return exact;
  const parsed = rules.parseE164(user);
  return parsed.ok ? lines.byNumber(parsed.number) : undefined;
}

/** The outside peer is recognised by its address, so a name is resolved once, at the start. */
async function resolveOutside({ host, port }: HostPort): Promise<Hop> {
  const { address } = await lookup(host, { family: 4 });
  return { transport: 'udp', host: address, port: port || 5060 };
}
