// The sandbox: a simulated telephone on each line and a simulated outside world, over real SIP on
// loopback, so that everything can be tried without a telephone. It uses the server as strangers do;
// what it shares with it is the lines (their HA1) and the registrar's news of real terminals.

import type { Line } from '../lines/line.ts';
import type { Lines } from '../lines/lines.ts';
import type { E164 } from '../numbers/e164.ts';
import type { SimulateRequest, SimulateResult } from '../control/commands.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { parseE164 } from '../numbers/parse-number.ts';
import type { Registrar } from '../registrar/registrar.ts';
import type { Hop } from '../sip/transport/hop.ts';
import type { Store } from '../store/store.ts';
import { instanceOf, Registration } from './registration.ts';
import type { Telephone } from './telephone.ts';
import type { Behaviour } from './telephone.ts';

/** The lines that a new sandbox has. */
export const sandboxLines = ['33123456789', '33123456790'] as const;
export const sandboxPassword = 'sandbox';

const answerAfterMs = 1000;
const talkMs = 2000;
/** How long a simulated caller lets a telephone ring: one that never answers, a simulated, a real one. */
const patience = { noAnswer: 5_000, simulated: 10_000, real: 120_000 };

export interface SandboxOptions {
  readonly telephones: Telephone;
  readonly outside: Telephone;
  readonly server: Hop;
  readonly lines: Lines;
  readonly registrar: Registrar;
  readonly store: Pick<Store, 'listCalls'>;
  readonly country: Country;
  readonly onFault: (error: unknown) => void;
}

/**
 * One-time orders for the next calls between two numbers, first come first served, since several calls
 * may be simulated at once; and what everybody does without orders.
 */
export class Behaviours {
  readonly #orders = new Map<string, Behaviour[]>();
  /** Lines whose simulated telephone keeps silent, since a real one is registered. */
  readonly silent = new Set<string>();

  order(caller: string, callee: string, behaviour: Behaviour): void {
    const key = `${caller}>${callee}`;
    this.#orders.set(key, [...(this.#orders.get(key) ?? []), behaviour]);
  }

  /** Takes an order back that nobody served. */
  withdraw(caller: string, callee: string, behaviour: Behaviour): void {
    const key = `${caller}>${callee}`;
    this.#keep(
      key,
      (this.#orders.get(key) ?? []).filter((each) => each !== behaviour),
    );
  }

  ofTelephone = (called: string, caller: string): Behaviour => {
    if (this.silent.has(called)) return { kind: 'silent', answerAfterMs: 0, talkMs: undefined };
    return this.#take(caller, called) ?? { kind: 'answer', answerAfterMs, talkMs };
  };

  ofOutside = (called: string, caller: string): Behaviour => {
    const ordered = this.#take(caller, called);
    if (ordered) return ordered;
    const kind = ({ '00': 'busy', '01': 'ring', '02': 'not-found' } as const)[called.slice(-2)];
    return { kind: kind ?? 'answer', answerAfterMs, talkMs: undefined };
  };

  #take(caller: string, callee: string): Behaviour | undefined {
    const key = `${caller}>${callee}`;
    const [first, ...rest] = this.#orders.get(key) ?? [];
    this.#keep(key, rest);
    return first;
  }

  #keep(key: string, orders: Behaviour[]): void {
    if (orders.length > 0) this.#orders.set(key, orders);
    else this.#orders.delete(key);
  }
}

export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #behaviours: Behaviours;
  readonly #registrations = new Map<string, Registration>();
  readonly #endListening: (() => void)[] = [];

  constructor(options: SandboxOptions, behaviours: Behaviours) {
    this.#options = options;
    this.#behaviours = behaviours;
  }

  /** Registers a simulated telephone on each line that has no real one, and keeps it so. */
  async start(): Promise<void> {
    const { lines, registrar } = this.#options;
    this.#endListening.push(
      lines.onChange((change) => {
        if (change.kind === 'removed') this.#drop(change.line);
        else void this.#follow(change.line.number);
      }),
      registrar.onChange((line) => void this.#follow(line)),
    );
    await Promise.all(lines.all().map((line) => this.#follow(line.number)));
  }

  async stop(): Promise<void> {
    for (const end of this.#endListening) end();
    for (const registration of this.#registrations.values()) registration.stop();
    await Promise.all([this.#options.telephones.close(), this.#options.outside.close()]);
  }

  /** Makes one call happen and waits for its end. */
  async simulate(request: SimulateRequest): Promise<SimulateResult> {
    const { lines, server, telephones, outside, store } = this.#options;
    const caller = this.#callerOf(request.caller);
    if (typeof caller === 'object') return caller;
    const from = lines.byNumber(caller);
    const callee = this.#calleeOf(request.callee, from);
    if (typeof callee === 'object') return callee;
    const to = lines.byNumber(callee);
    if (!from && !to) {
      return {
        ok: false,
        error: `neither ${caller} nor ${callee} is a line here: name one (carillon line list) as CALLER or CALLEE`,
      };
    }
    const real = to !== undefined && this.#behaviours.silent.has(to.number);
    const behaviour = this.#behaviourFor(request, callee, to === undefined);
    this.#behaviours.order(caller, callee, behaviour);
    const end = await (from ? telephones : outside).call({
      from: caller,
      to: callee,
      server,
      credentials: from && { user: from.number, secret: { ha1Md5: from.ha1Md5 } },
      talkMs: talkOfCaller(request, to !== undefined && !real, real),
      patienceMs: this.#patienceFor(request, real),
    });
    this.#behaviours.withdraw(caller, callee, behaviour);
    const [call] = await store.listCalls({ sipCallId: end.callId, limit: 2 });
    if (!call)
      return { ok: false, error: `the server refused the call with SIP status ${end.status}` };
    const result = resultOf(end.status);
    return { ok: true, callref: call.callref, result, asked: isAsked(request, result, callee, to) };
  }

  /** A number in any form, or `anonymous` for a hidden caller from the outside. */
  #callerOf(text: string): string | { ok: false; error: string } {
    if (text === 'anonymous') return text;
    const parsed = parseE164(text, this.#options.country);
    return parsed.ok ? parsed.number : { ok: false, error: `CALLER: ${parsed.error}` };
  }

  #patienceFor(request: SimulateRequest, real: boolean): number {
    if (request.outcome === 'no-answer') return patience.noAnswer;
    const ringing = secondsToMs(request.answerAfterS, 0);
    return ringing + (real ? patience.real : patience.simulated);
  }

  /** The number that is called: any form, or a short number of the calling line's customer. */
  #calleeOf(text: string, from: Line | undefined): string | { ok: false; error: string } {
    const { lines, country } = this.#options;
    const short = /^\d{2,6}$/.test(text) ? text : undefined;
    if (short !== undefined && from) {
      const line = lines.byShort(from.customer, short);
      return line ? line.number : short;
    }
    const parsed = parseE164(text, country);
    return parsed.ok ? parsed.number : { ok: false, error: `CALLEE: ${parsed.error}` };
  }

  #behaviourFor(request: SimulateRequest, callee: string, isOutside: boolean): Behaviour {
    const usual = isOutside
      ? this.#behaviours.ofOutside(callee, '')
      : ({ kind: 'answer', answerAfterMs, talkMs } as Behaviour);
    return {
      kind:
        request.outcome === 'busy' ? 'busy' : request.outcome === 'no-answer' ? 'ring' : usual.kind,
      answerAfterMs: secondsToMs(request.answerAfterS, usual.answerAfterMs),
      talkMs: isOutside ? undefined : secondsToMs(request.talkS, talkMs),
    };
  }

  /** Registers, or falls silent, as real terminals go and come. */
  async #follow(number: E164): Promise<void> {
    const { lines, registrar, telephones, server, onFault } = this.#options;
    const line = lines.byNumber(number);
    if (!line) return;
    const terminals = registrar.terminalsOf(number);
    const real = terminals.some((terminal) => terminal.instance !== instanceOf(number));
    let registration = this.#registrations.get(number);
    if (!registration) {
      registration = new Registration(telephones, server);
      this.#registrations.set(number, registration);
    }
    try {
      if (real) {
        this.#behaviours.silent.add(number);
        if (registration.registered) await registration.unregister(line);
      } else {
        this.#behaviours.silent.delete(number);
        const present = terminals.length > 0 && registration.registered;
        if (!present) await registration.register(line);
      }
    } catch (error) {
      onFault(error);
    }
  }

  #drop(line: Line): void {
    this.#registrations.get(line.number)?.stop();
    this.#registrations.delete(line.number);
    this.#behaviours.silent.delete(line.number);
  }
}

function secondsToMs(seconds: number | undefined, otherwiseMs: number): number {
  return seconds === undefined ? otherwiseMs : seconds * 1000;
}

/** The caller's view of the end, in one word. */
function resultOf(status: number): string {
  if (status === 200) return 'answered';
  if (status === 486 || status === 600) return 'busy';
  if (status === 404 || status === 484 || status === 604) return 'not-found';
  if (status === 480 || status === 408 || status === 487) return 'no-answer';
  if (status === 403 || status === 603) return 'refused';
  return 'failed';
}

/** Whether the call ended as was asked, or as the digits of an outside number ask for. */
function isAsked(
  request: SimulateRequest,
  result: string,
  callee: string,
  to: Line | undefined,
): boolean {
  if (request.outcome !== undefined) return result === request.outcome;
  const ending = to ? '' : callee.slice(-2);
  const asked = { '00': 'busy', '01': 'no-answer', '02': 'not-found' }[ending] ?? 'answered';
  return result === asked;
}

/**
 * When the caller hangs up: never where the called telephone does so by itself; a person at a real
 * telephone may talk as long as he likes, unless told otherwise.
 */
function talkOfCaller(
  request: SimulateRequest,
  calleeHangsUp: boolean,
  real: boolean,
): number | undefined {
  if (calleeHangsUp) return undefined;
  return real ? request.talkS && request.talkS * 1000 : secondsToMs(request.talkS, talkMs);
}
