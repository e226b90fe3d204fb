// The way in for telephones: an INVITE becomes a session, or is told why not. Who calls is decided here
// (a line that proved itself, or the outside by its address), where it goes by routing/, who rings by
// registrar/. What happens then is session.ts.

import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { routeFromLine, routeFromOutside } from '../routing/route.ts';
import type { Directory, RoutingOptions, ToLine, ToNobody, ToOutside } from '../routing/route.ts';
import type { SipAuthenticator } from '../sip/authentication.ts';
import type { InviteOptions, SipEndpoint } from '../sip/endpoint.ts';
import type { SipRequest } from '../sip/message/message.ts';
import { parseUri } from '../sip/message/uri.ts';
import { hostPort } from '../sip/transport/hop.ts';
import type { Hop } from '../sip/transport/hop.ts';
import type { Source } from '../sip/transport/transport.ts';
import type { PlaceCall, PlaceCallFailure, PlaceCallResult } from './call-command.ts';
import { eventsOf } from './call-event.ts';
import type { CallJournal, OpenSession, ReleaseCause } from './call-event.ts';
import { identitiesOf } from './call-identities.ts';
import { allowLine, carriedLines } from './carried.ts';
import { LateReleases } from './late-releases.ts';
import { OpenEnds } from './open-ends.ts';
import { asksToHide, callerFromOutside, callerOfLine, fromValue, latin1 } from './parties.ts';
import type { Caller } from './parties.ts';
import { PlacedCall } from './placed-call.ts';
import { endKeptSession } from './recovery.ts';
import { retryAfter, Session } from './session.ts';

/** Most sessions at once, with those that are over but for their RELEASE or the wire; more get 503. */
const sessionLimit = 20_000;
/** How often calls are looked at for their longest duration, milliseconds. */
const durationCheckMs = 5_000;
/** How long a server that stops waits for the ends of its calls, milliseconds. */
const lastEndsMs = 2_000;
/** Sessions of a killed server that are ended at a time. */
const recoveredAtOnce = 100;

export interface CallsOptions {
  readonly endpoint: SipEndpoint;
  readonly authenticator: SipAuthenticator;
  readonly registrar: Registrar;
  readonly directory: Directory;
  readonly journal: CallJournal;
  readonly routing: RoutingOptions;
  /** Peers that bring calls from the outside; calls to the outside go to the first. */
  readonly outsides: readonly Hop[];
  readonly ringTimeoutMs: number;
  readonly longestCallMs: number;
  readonly onFault: (error: unknown, callref?: string) => void;
}

type Route = ToLine | ToOutside | ToNobody;

/** A call that goes on: one that somebody dialled, or one that software placed. */
interface LiveCall {
  readonly startedAt: number;
  readonly dref: string;
  readonly callref: string;
  end(cause: ReleaseCause): void;
}

export class Calls {
  readonly #options: CallsOptions;
  readonly #journal: LateReleases;
  readonly #sessions = new Set<LiveCall>();
  readonly #ends: OpenEnds;
  #accepting = true;
  #canKeep = true;
  #whenEmpty: (() => void) | undefined;
  #durationCheck: NodeJS.Timeout | undefined;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#journal = new LateReleases(options.journal, options.onFault);
    this.#ends = new OpenEnds(this.#journal, options.onFault);
    this.#durationCheck = setInterval(() => this.#endTooLong(), durationCheckMs).unref();
  }

  /** How many sessions are alive. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * To be told whether events can be kept on disk. While they cannot, no new call is taken; when they can
   * again, those are kept that calls left behind as they ended meanwhile.
   */
  setCanKeep(canKeep: boolean): void {
    this.#canKeep = canKeep;
    if (canKeep) void this.#journal.keepLate();
  }

  /** Serves an INVITE that belongs to no dialogue. */
  onInvite(request: SipRequest, source: Source): void {
    const { endpoint, routing, directory } = this.#options;
    if (!this.#accepting || !this.#canKeep || this.#isFull()) {
      endpoint.replyStateless(request, source, 503, undefined, [retryAfter]);
      return;
    }
    const dialled = parseUri(request.uri)!.user;
    if (this.#isOutside(request, source)) {
      const caller = callerFromOutside(request, routing.country);
      this.#place(
        request,
        source,
        caller,
        undefined,
        routeFromOutside(dialled, directory, routing),
      );
      return;
    }
    const line = this.#authenticate(request, source);
    if (!line) return;
    const route = routeFromLine(dialled, line, directory, routing);
    // A call for help is never anonymous.
    const emergency = route.to === 'outside' && route.emergency;
    const caller = callerOfLine(line, asksToHide(request) && !emergency);
    this.#place(request, source, caller, line, route);
  }

  /** Whether a call could be placed now, without placing it: what is wrong, or undefined. */
  checkPlaceCall(command: PlaceCall): PlaceCallFailure | undefined {
    const way = this.#wayOf(command);
    return way.ok ? undefined : way;
  }

  /** From which line and where to a call would go, or what is wrong. */
  #wayOf(
    command: PlaceCall,
  ):
    | { readonly ok: true; readonly line: Line; readonly route: ToLine | ToOutside }
    | PlaceCallFailure {
    const { directory, registrar, routing, outsides } = this.#options;
    const line = directory.byNumber(command.line);
    if (!this.#accepting || this.#isFull() || !line) {
      return { ok: false, reason: 'stopping', error: 'The server takes no new calls now' };
    }
    if (!this.#canKeep) {
      const error = 'The server cannot write to its disk, and takes no calls until it can';
      return { ok: false, reason: 'not-kept', error };
    }
    const route = routeFromLine(command.callee, line, directory, routing);
    if (route.to === 'nobody') return { ok: false, reason: 'bad-callee', error: route.error };
    if (registrar.terminalsOf(line.number).length === 0) {
      const error = `No telephone is registered on line ${line.number}: switch one on, then try again`;
      return { ok: false, reason: 'no-terminal', error };
    }
    if (route.to === 'outside' && outsides.length === 0) {
      const error = `${route.callee} is no line, and no way to the outside is configured (--outside)`;
      return { ok: false, reason: 'no-way-out', error };
    }
    return { ok: true, line, route };
  }

  /** Places a call for a line; resolves once its terminals ring. */
  async placeCall(command: PlaceCall): Promise<PlaceCallResult> {
    const way = this.#wayOf(command);
    if (!way.ok) return way;
    const { line, route } = way;
    const { endpoint, ringTimeoutMs, onFault } = this.#options;
    const journal = this.#journal;
    const caller = callerOfLine(line, false);
    const shown = { ...caller, user: route.callee, display: latin1(command.calleeName) };
    const lines = line.autoAnswer ? autoAnswerLines(endpoint.host) : [];
    const terminals = this.#terminals({ lines, body: '', maxForwards: 70 }, shown, line.number);
    const at = endpoint.timers.now();
    const [lineCall, calleeCall] = identitiesOf('', caller, line, route, at);
    const call = new PlacedCall(
      {
        lineCall: lineCall!,
        calleeCall,
        terminals,
        callees: (body, bodyLines) => {
          const offer = { lines: bodyLines, body, maxForwards: 70 };
          return route.to === 'line'
            ? this.#terminals(offer, caller, route.callee)
            : [this.#outsideTarget(offer, caller, route, this.#options.outsides[0]!)];
        },
      },
      { endpoint, journal, ringTimeoutMs, onOver: (...over) => this.#onOver(...over), onFault },
    );
    this.#sessions.add(call);
    try {
      await call.begin();
      return { ok: true, callref: call.callref };
    } catch (error) {
      onFault(error, call.callref);
      return {
        ok: false,
        reason: 'not-kept',
        error: 'The call could not be kept on disk; nothing was called',
      };
    }
  }

  /**
   * Ends what a killed server left open: RELEASE for each call that has none, then on the wire, which is not
   * waited for.
   */
  async recover(sessions: readonly OpenSession[]): Promise<void> {
    // Many in one commit, and not all BYEs in one burst that a telephone's or switch's buffer would lose.
    for (let from = 0; from < sessions.length; from += recoveredAtOnce) {
      const some = sessions.slice(from, from + recoveredAtOnce);
      await Promise.all(some.map((session) => this.#recoverOne(session)));
    }
  }

  async #recoverOne({ dref, calls, wire }: OpenSession): Promise<void> {
    const { endpoint, journal, onFault } = this.#options;
    const events = eventsOf(calls, 'RELEASE', endpoint.timers.now(), 'server-stopped');
    // This server may be killed as well: what is kept stays until its end is done.
    if (events.length > 0) await journal.record(events, dref, wire);
    // What was kept of one session may be damaged; the server starts all the same.
    const done = endKeptSession(wire, endpoint).catch((error: unknown) =>
      onFault(error, calls[0]?.callref),
    );
    // Where RELEASE was on disk already, they are told for the second time: nobody's answer is waited for
    // again. Those who never answer would become more with each kill (measured: 17,000 in 550 of them).
    this.#ends.follow(events.length > 0 ? done : Promise.resolve(), dref, calls[0]?.callref);
  }

  /**
   * Takes no new calls; waits up to `graceMs` for those that are, then ends them. A RELEASE that cannot be
   * kept even now is the next start's (recover), and so is a telephone that does not answer its BYE.
   */
  async stop(graceMs: number): Promise<void> {
    this.#accepting = false;
    clearInterval(this.#durationCheck);
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      if (this.#sessions.size === 0) resolve();
    });
    await within(graceMs, empty);
    for (const session of this.#sessions) session.end('server-stopped');
    // Each end is a commit and an answer away; who never acknowledges or answers must not keep the server up.
    await within(
      lastEndsMs,
      empty.then(() => this.#ends.whenNone()),
    );
  }

  #isFull(): boolean {
    return this.#sessions.size + this.#journal.size + this.#ends.size >= sessionLimit;
  }

  #authenticate(request: SipRequest, source: Source): Line | undefined {
    const { endpoint, authenticator, directory } = this.#options;
    const proof = authenticator.check(request, source);
    if (proof.ok) {
      const line = directory.byNumber(proof.user as E164);
      if (line) return line;
    }
    const lines = proof.ok ? [] : proof.lines;
    endpoint.replyStateless(request, source, proof.ok ? 403 : 401, undefined, lines);
    return undefined;
  }

  /** By address and port; over TCP, where the port is any, by the port that its Via names. */
  #isOutside(request: SipRequest, source: Source): boolean {
    return this.#options.outsides.some((peer) => {
      if (peer.host !== source.host) return false;
      if (peer.port === source.port) return true;
      return source.transport === 'tcp' && (request.via.port || 5060) === peer.port;
    });
  }

  #place(
    request: SipRequest,
    source: Source,
    caller: Caller,
    from: Line | undefined,
    route: Route,
  ): void {
    const { endpoint, outsides } = this.#options;
    if (route.to === 'nobody') {
      const status = { invalid: 484, 'unknown-short': 404, self: 403, 'not-ours': 404 }[
        route.reason
      ];
      endpoint.replyStateless(request, source, status);
      return;
    }
    const outside = outsides[0];
    if (route.to === 'outside' && !outside) {
      endpoint.replyStateless(request, source, 404, 'No way to the outside is configured');
      return;
    }
    const offer = offerOf(request, caller);
    const targets =
      route.to === 'line'
        ? this.#terminals(offer, caller, route.callee)
        : [this.#outsideTarget(offer, caller, route, outside!)];
    const invite = endpoint.acceptInvite(request, source);
    const session = new Session(
      {
        invite,
        calls: identitiesOf(request.callId, caller, from, route, endpoint.timers.now()),
        targets,
      },
      {
        endpoint,
        journal: this.#journal,
        ringTimeoutMs: this.#options.ringTimeoutMs,
        onOver: (...over) => this.#onOver(...over),
        onFault: this.#options.onFault,
      },
    );
    this.#sessions.add(session);
    session.begin();
  }

  #terminals(offer: Offer, caller: Caller, line: E164): InviteOptions[] {
    const { registrar } = this.#options;
    return registrar.terminalsOf(line).map((binding) => {
      const { to, fixed } = registrar.hopOf(binding);
      return this.#target(offer, caller, binding.contact, line, to, fixed);
    });
  }

  #outsideTarget(offer: Offer, caller: Caller, route: ToOutside, to: Hop): InviteOptions {
    const uri = `sip:${route.callee}@${hostPort(to.host, to.port)}`;
    return this.#target(offer, caller, uri, route.callee, to, null);
  }

  #target(
    offer: Offer,
    caller: Caller,
    uri: string,
    callee: string,
    to: Hop,
    fixedHop: Hop | null,
  ): InviteOptions {
    const host = this.#options.endpoint.hostFor(to);
    const lines = [allowLine, ...offer.lines];
    if (caller.hidden) lines.push(['privacy', 'id']);
    return {
      uri,
      to,
      fixedHop,
      localParty: fromValue(caller, host),
      remoteParty: `<sip:${callee}@${host}>`,
      lines,
      body: offer.body,
      maxForwards: offer.maxForwards,
    };
  }

  #onOver(session: LiveCall, done?: Promise<unknown>): void {
    if (done) this.#ends.follow(done, session.dref, session.callref);
    this.#sessions.delete(session);
    if (this.#sessions.size === 0) this.#whenEmpty?.();
  }

  #endTooLong(): void {
    const since = this.#options.endpoint.timers.now() - this.#options.longestCallMs;
    for (const session of this.#sessions) {
      if (session.startedAt < since) session.end('too-long' satisfies ReleaseCause);
    }
  }
}

/** Waits for that, but no longer. */
async function within(ms: number, what: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([what, over]);
  clearTimeout(timer);
}

/** Telephones that understand either pick up by themselves (both are in use; neither is an RFC). */
function autoAnswerLines(host: string): [string, string][] {
  return [
    ['call-info', `<sip:${host}>;answer-after=0`],
    ['alert-info', `<http://${host}>;info=alert-autoanswer;delay=0`],
  ];
}

/** What an INVITE of ours carries from the caller's. */
interface Offer {
  readonly lines: readonly (readonly [string, string])[];
  readonly body: string;
  readonly maxForwards: number;
}

function offerOf(request: SipRequest, caller: Caller): Offer {
  const carried = carriedLines(request);
  // What a hidden caller wrote himself may name him (RFC 3323, 4.1).
  const lines = caller.hidden ? carried.filter(([name]) => name !== 'subject') : carried;
  return { lines, body: request.body, maxForwards: Number(request.get('max-forwards') ?? 70) - 1 };
}
