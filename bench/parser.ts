// Figure 4: how many INVITEs of 1 kB the parser reads in a second on one core, from the datagram's
// bytes to Via, From, To, Contact and CSeq in parts. Headers are parsed when they are asked for, so a
// figure without asking would be flattery. The reference is the least that any parser in this language
// does: decode, cut into lines, cut at the colons. Also runs alone: node bench/parser.ts

import { nameAddr } from '../src/sip/message/headers.ts';
import { parseMessage } from '../src/sip/message/parse.ts';
import { figureLine, threeTimes, type Figure } from './figures.ts';

const body = `v=0
o=alice 2890844526 2890844526 IN IP4 192.0.2.101
s=-
c=IN IP4 192.0.2.101
t=0 0
m=audio 49170 RTP/AVP 8 0 101
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=sendrecv
`.replaceAll('\n', '\r\n');

const head = [
  'INVITE sip:33123456789@192.0.2.1:5060;transport=udp SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.101:5060;branch=z9hG4bK776asdhds1234567890;rport',
  'Via: SIP/2.0/UDP 10.0.0.17:5060;received=192.0.2.7;branch=z9hG4bK87asdks7abcdefgh',
  'Record-Route: <sip:192.0.2.101;lr>',
  'Max-Forwards: 69',
  'P-Asserted-Identity: <sip:+33612345678@192.0.2.101;user=phone>',
  'From: "Alice Martin" <sip:33612345678@192.0.2.101>;tag=1928301774abcdef',
  'To: <sip:33123456789@192.0.2.1>',
  'Call-ID: a84b4c76e66710d2e1f0987654321@192.0.2.101',
  'CSeq: 314159 INVITE',
  'Contact: <sip:33612345678@192.0.2.101:5060;transport=udp>',
  'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, PRACK, REFER, NOTIFY',
  'Supported: replaces, timer, path',
  'User-Agent: Example Phone 4.2.1',
  'Content-Type: application/sdp',
].join('\r\n');

/** One INVITE as it comes from a telephone network, 1,000 bytes or a few more. */
export function sampleInvite(): Buffer {
  return Buffer.from(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

/** Reads it as the server does; the sum keeps the engine from leaving the work out. */
function readWithParser(datagram: Buffer): number {
  const parsed = parseMessage(datagram.toString('latin1'));
  if (parsed.kind !== 'message' || parsed.message.kind !== 'request') {
    throw new Error(`the parser did not take the sample INVITE: ${JSON.stringify(parsed)}`);
  }
  const { message } = parsed;
  const contact = nameAddr(message.get('contact') ?? '');
  const { via, from, to, cseq } = message;
  return via.branch.length + from.tag.length + to.uri.length + contact.uri.length + cseq.number;
}

function readNaively(datagram: Buffer): number {
  let length = 0;
  for (const line of datagram.toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    length += line.slice(0, colon).length + line.slice(colon + 1).trim().length;
  }
  return length;
}

/** Messages a second over about `milliseconds`. */
function rateOf(read: (datagram: Buffer) => number, milliseconds: number): number {
  // Many buffers, so that no cache of one string's parts makes it look faster than it is.
  const datagrams = Array.from({ length: 256 }, sampleInvite);
  let messages = 0;
  let sum = 0;
  const began = performance.now();
  let took = 0;
  while (took < milliseconds) {
    for (const datagram of datagrams) sum += read(datagram);
    messages += datagrams.length;
    took = performance.now() - began;
  }
  if (sum === 0) throw new Error('nothing was read');
  return (messages / took) * 1_000;
}

/** Both figures, the parser's and its reference's; three runs of `milliseconds` each. */
export async function parserFigures(milliseconds: number): Promise<Figure[]> {
  const measure = async (name: string, read: (datagram: Buffer) => number): Promise<Figure> => {
    rateOf(read, milliseconds / 2); // the first half second would measure the compiler
    const runs = await threeTimes(() => Promise.resolve(rateOf(read, milliseconds)));
    return { name, unit: 'msg/s', runs, digits: 0 };
  };
  return [
    await measure(`parser, INVITE of ${sampleInvite().length} bytes`, readWithParser),
    await measure('  reference: decode, split lines and colons', readNaively),
  ];
}

if (import.meta.main) {
  for (const figure of await parserFigures(1_000)) console.log(figureLine(figure));
}
