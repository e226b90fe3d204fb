// For tests of calls that software places: the line's telephone, which is called first, and the callee, on the
// outside or on another line. The stage that they stand on is test-kit.ts's.

import assert from 'node:assert/strict';
import { emptyLine } from '../lines/line-input.ts';
import type { Line } from '../lines/line.ts';
import type { E164 } from '../numbers/e164.ts';
import { answer } from '../sip/test-peer.ts';
import type { Peer } from '../sip/test-peer.ts';
import { LINE, NUMBER, Stage } from './test-kit.ts';
import type { Wires } from './test-kit.ts';

/** A line to call; a test registers its telephones. */
export const OTHER: Line = { ...emptyLine('33987654321' as E164), customer: '' };

/** The first phone is registered on the line that places the calls. */
export class PlacedStage extends Stage {
  constructor(wires: Wires) {
    super(wires, [LINE, OTHER], new Map([[NUMBER, [wires.phones[0]!]]]));
  }

  /** The line's telephone rings. */
  async placed(callee = '0612345678'): Promise<string> {
    const result = await this.calls.placeCall({ line: NUMBER, callee, calleeName: 'Alice' });
    assert.ok(result.ok);
    const invite = await this.phones[0]!.next('INVITE');
    this.say(this.phones[0]!, invite, '180 Ringing', 'f');
    await this.quiet();
    return invite;
  }

  /** The line's telephone is picked up, and the callee's is asked. */
  async pickedUp(callee?: string, offer = sdp(5000)): Promise<{ first: string; ack: string }> {
    const first = await this.placed(callee);
    this.say(this.phones[0]!, first, '200 OK', 'f', offer);
    const ack = await this.phones[0]!.next('ACK');
    return { first, ack };
  }

  /** Both talk. */
  async talking(): Promise<{ first: string; second: string }> {
    const { outside, phones } = this;
    const { first } = await this.pickedUp();
    const second = await outside.next('INVITE');
    this.say(outside, second, '200 OK', 's', sdp(6000));
    await outside.next('ACK');
    const again = await phones[0]!.next('INVITE');
    this.say(phones[0]!, again, '200 OK', 'f', sdp(5000));
    await phones[0]!.next('ACK');
    await this.quiet();
    return { first, second };
  }

  say(peer: Peer, invite: string, status: string, tag: string, body = ''): void {
    const contact = `Contact: <sip:phone@${peer.host}:${peer.port}>`;
    peer.send(
      answer(invite, status, tag, [contact, 'Content-Type: application/sdp'], body),
      this.to,
    );
  }

  async answerByes(...peers: Peer[]): Promise<void> {
    for (const peer of peers) peer.send(answer(await peer.next('BYE'), '200 OK'), this.to);
  }
}

/** A description of speech at a port. */
export function sdp(port: number): string {
  return `v=0\r\no=- 7 7 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n`;
}

export function bodyOf(text: string): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}
