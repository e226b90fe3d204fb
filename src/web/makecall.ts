// GET /makecall.html: software asks, a call is made (docs/makecall.md). The checks stand in the order that
// the protocol fixes; each answers with one plain line that says what is wrong. Neighbours: query.ts reads
// the parameters, http-digest.ts the credentials; the call itself is the calls room's.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PlaceCall, PlaceCallFailure, PlaceCallResult } from '../calls/call-command.ts';
import type { DigestAlgorithm } from '../digest/ha1.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import type { Country } from '../numbers/numbering-plan.ts';
import { classifyDialled } from '../numbers/dialled.ts';
import { parseE164 } from '../numbers/parse-number.ts';
import { crossSiteOf } from './cross-site.ts';
import { targetAsSent } from './front.ts';
import type { HttpDigest } from './http-digest.ts';
import { readQuery } from './query.ts';
import type { Query } from './query.ts';

export interface MakecallOptions {
  readonly country: Country;
  readonly digest: HttpDigest;
  lineOf(number: E164): Line | undefined;
  /** Whether the line's pattern accepts the address of a client. */
  addressAccepted(line: Line, address: string): boolean;
  /** The client's address, proxies considered. */
  clientAddress(remote: string | undefined, forwardedFor: string | undefined): string;
  /** True where the line may make a request now; takes its turn (one a second). */
  takeTurn(line: E164): boolean;
  checkPlaceCall(command: PlaceCall): PlaceCallFailure | undefined;
  placeCall(command: PlaceCall): Promise<PlaceCallResult>;
}

/** The header of the answer that names the call, for programs that want to follow it. */
export const callrefHeader = 'X-Carillon-Callref';

/** Longest name shown; the rest of a longer one is cut. */
const nameLimit = 128;

interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly phrase?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** A request that passed: who calls whom. */
interface Accepted {
  readonly command: PlaceCall;
}

export function addMakecall(app: FastifyInstance, options: MakecallOptions): void {
  const url = '/makecall.html';
  app.get(url, async (request, reply) => {
    const checked = check(request, reply, options);
    if ('status' in checked) return refuse(reply, checked);
    const placed = await options.placeCall(checked.command);
    if (!placed.ok) return refuse(reply, refusalOf(placed));
    reply.header(callrefHeader, placed.callref).type('text/plain');
    return 'OK';
  });
  // Ahead of any reading of a body, and also for methods that no route could be made for.
  app.addHook('onRequest', async (request, reply) => {
    const { headers, method, raw } = request;
    if (raw.url?.split('?')[0] !== url || method === 'GET') return undefined;
    if (method === 'OPTIONS' && headers.origin !== undefined) return undefined;
    return reply.send(await refuse(reply, methodRefusal));
  });
  app.options(url, async (request, reply) => {
    const account = accountOf(readQuery(rawTargetOf(request)), options.country);
    const line = typeof account === 'string' ? options.lineOf(account) : undefined;
    if (!allowOrigin(request, reply, line)) return refuse(reply, foreignRefusal);
    reply
      .header('Access-Control-Allow-Methods', 'GET')
      .header('Access-Control-Allow-Headers', 'Authorization');
    return reply.code(204).send();
  });
}

const methodRefusal: Refusal = {
  status: 405,
  text: 'Use GET: a call is placed by nothing else',
  headers: { Allow: 'GET' },
};

const foreignRefusal: Refusal = {
  status: 403,
  text: 'A page of another site made this request: list its origin on the line to allow it',
};

/** All checks, in the protocol's order. */
function check(
  request: FastifyRequest,
  reply: FastifyReply,
  options: MakecallOptions,
): Accepted | Refusal {
  const rawTarget = rawTargetOf(request);
  const query = readQuery(rawTarget);
  const account = accountOf(query, options.country);
  if (typeof account !== 'string') return account;
  const line = options.lineOf(account);
  const refused = authenticate(request, reply, rawTarget, account, line, options);
  if (refused) return refused;
  const command = commandOf(query, account);
  if ('status' in command) return command;
  const failure = options.checkPlaceCall(command);
  // What is wrong with the request itself comes first, then what the line may do, then what it can.
  if (failure?.reason === 'bad-callee') return refusalOf(failure);
  if (!line!.api) {
    return {
      status: 403,
      text: `The API is switched off for line ${account}: carillon line set ${account} --api on`,
    };
  }
  if (failure) return refusalOf(failure);
  // A call for help waits for nothing (docs/makecall.md).
  const emergency = classifyDialled(command.callee, options.country).kind === 'emergency';
  if (!emergency && !options.takeTurn(account)) {
    return { status: 500, text: 'Come Back Later', phrase: 'Come Back Later' };
  }
  return { command };
}

/** ACCOUNT as a number, or why not. */
function accountOf(query: Query, country: Country): E164 | Refusal {
  if (!query.ok) return twice(query.twice);
  const text = query.parameters.get('account') ?? '';
  if (text.trim() === '') return bad('ACCOUNT is missing: write the number of the line that calls');
  const parsed = parseE164(text, country);
  return parsed.ok ? parsed.number : bad(`ACCOUNT: ${parsed.error}`);
}

function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  rawTarget: string,
  account: E164,
  line: Line | undefined,
  options: MakecallOptions,
): Refusal | undefined {
  const { headers, method, url } = request.raw;
  const site = crossSiteOf(headers);
  if (site.kind === 'prefetch') return { status: 403, text: 'A look ahead places no call' };
  const allowed = allowOrigin(request, reply, line);
  if (site.kind === 'foreign' && !allowed) return foreignRefusal;
  const forwarded = headers['x-forwarded-for'];
  const client = options.clientAddress(
    request.raw.socket.remoteAddress,
    Array.isArray(forwarded) ? forwarded.join(', ') : forwarded,
  );
  if (line && options.addressAccepted(line, client)) return undefined;
  const digest = {
    method: method ?? 'GET',
    rawTarget,
    target: url ?? '',
    authorization: headers.authorization,
    client,
  };
  const proof = options.digest.check(digest, account, (algorithm) => ha1Of(line, algorithm));
  if (proof.ok) return undefined;
  return { status: 401, text: proof.text, headers: { 'WWW-Authenticate': [...proof.challenges] } };
}

function ha1Of(line: Line | undefined, algorithm: DigestAlgorithm): string | undefined {
  return algorithm === 'MD5' ? line?.ha1Md5 : line?.ha1Sha256;
}

/** The other parameters, or what is wrong with them. */
function commandOf(query: Query, line: E164): PlaceCall | Refusal {
  if (!query.ok) return twice(query.twice);
  const { parameters } = query;
  const callee = parameters.get('callee') ?? '';
  if (callee.trim() === '') return bad('CALLEE is missing: write the number to call');
  if ((parameters.get('caller') ?? '').trim() !== '') {
    return bad(
      'CALLER (connecting another number than the line) is not available yet: leave it out',
    );
  }
  const record = (parameters.get('record') ?? '').trim();
  if (record !== '' && record !== '0') return bad('RECORD is not available yet: leave it out');
  const name = parameters.get('callee_name') || parameters.get('calle_name') || '';
  return { line, callee, calleeName: shownName(name) };
}

/** A name as a telephone can show it: one line, not too long. */
function shownName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the very characters to remove
  const line = name.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  // A cut through a surrogate pair would leave half a character.
  return line.slice(0, nameLimit).toWellFormed();
}

/** Allows the answer to be read by a page of an origin that the line lists; false where it lists none. */
function allowOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  line: Line | undefined,
): boolean {
  const site = crossSiteOf(request.raw.headers);
  // A page of the same site (crm.office.example for cti.office.example) is another origin all the same.
  const origin = site.kind === 'foreign' ? site.origin : request.headers.origin?.toLowerCase();
  if (origin === undefined || !line?.origins.includes(origin)) return false;
  reply
    .header('Access-Control-Allow-Origin', origin)
    .header('Access-Control-Allow-Credentials', 'true')
    .header('Access-Control-Expose-Headers', callrefHeader)
    .header('Vary', 'Origin');
  return true;
}

function refusalOf(failure: PlaceCallFailure): Refusal {
  const status = failure.reason === 'bad-callee' ? 400 : 503;
  return {
    status,
    text: failure.reason === 'bad-callee' ? `CALLEE: ${failure.error}` : failure.error,
  };
}

function twice(name: string): Refusal {
  return bad(`The parameter ${name.toUpperCase()} is there twice: write it once`);
}

function bad(text: string): Refusal {
  return { status: 400, text };
}

async function refuse(reply: FastifyReply, refusal: Refusal): Promise<string> {
  reply.code(refusal.status).type('text/plain');
  for (const [name, value] of Object.entries(refusal.headers ?? {})) reply.header(name, value);
  if (refusal.phrase !== undefined) reply.raw.statusMessage = refusal.phrase;
  return refusal.text;
}

/** The target as the program wrote it, Latin-1: Digest and names in old encodings need it so. */
function rawTargetOf(request: FastifyRequest): string {
  return targetAsSent(request.raw) ?? request.raw.url ?? '';
}
