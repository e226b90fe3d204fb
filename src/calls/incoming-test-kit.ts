// For tests of calls from the outside: what a caller and two telephones of one line say. The stage that they
// stand on is test-kit.ts's.

import assert from 'node:assert/strict';
import { request } from '../sip/message/samples.ts';
import { answer, header } from '../sip/test-peer.ts';
import type { Peer } from '../sip/test-peer.ts';
import { LINE, NUMBER, Stage } from './test-kit.ts';
import type { Wires } from './test-kit.ts';

let calling = 0;

/** Who calls from the outside is `outside`; both phones are registered on the line. */
export class IncomingStage extends Stage {
  constructor(wires: Wires) {
    super(wires, [LINE], new Map([[NUMBER, wires.phones]]));
  }

  inviteText(changes: Record<string, string> = {}, body = 'v=0'): string {
    const id = `c${calling++}`;
    const { host, port } = this.outside;
    return request(
      `INVITE sip:${NUMBER}@127.0.0.1 SIP/2.0`,
      {
        Via: `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${id};rport`,
        From: '<sip:0612345678@trunk>;tag=caller',
        'Call-ID': id,
        Contact: `<sip:c@${host}:${port}>`,
        'Content-Type': 'application/sdp',
        ...changes,
      },
      body,
    );
  }

  /** A request of the caller's with the tags of an answer that he got. */
  fromCaller(method: string, got: string, cseq: number): string {
    const { host, port } = this.outside;
    return request(`${method} sip:127.0.0.1 SIP/2.0`, {
      Via: `SIP/2.0/UDP ${host}:${port};branch=z9hG4bKq${calling++};rport`,
      From: header(got, 'From'),
      To: header(got, 'To'),
      'Call-ID': header(got, 'Call-ID'),
      CSeq: `${cseq} ${method}`,
      Contact: `<sip:c@${host}:${port}>`,
    });
  }

  /** Rings both phones; returns the caller's INVITE and theirs. */
  async ringing(
    changes: Record<string, string> = {},
    body = 'v=0',
  ): Promise<[string, string, string]> {
    const { outside, phones, to } = this;
    const text = this.inviteText(changes, body);
    outside.send(text, to);
    const invites = [await phones[0]!.next('INVITE'), await phones[1]!.next('INVITE')] as const;
    for (const [i, each] of invites.entries())
      phones[i]!.send(answer(each, '180 Ringing', `p${i}`), to);
    await outside.next('SIP/2.0 180');
    return [text, ...invites];
  }

  /** A call that talks: the first phone answered, the caller acknowledged. */
  async talking(): Promise<{ got: string; invite: string }> {
    const { outside, phones, to } = this;
    const [, invite, other] = await this.ringing();
    phones[0]!.send(ok(invite, phones[0]!, 'p0'), to);
    const got = await outside.next('SIP/2.0 200');
    outside.send(this.fromCaller('ACK', got, 1), to);
    const cancel = await phones[1]!.next('CANCEL');
    assert.match(header(cancel, 'Reason'), /cause=200/);
    phones[1]!.send(answer(cancel, '200 OK', 'p1'), to);
    phones[1]!.send(answer(other, '487 Request Terminated', 'p1'), to);
    await this.quiet();
    return { got, invite };
  }

  /** Only what software places is committed without an event. */
  override async close(): Promise<void> {
    await super.close();
    assert.equal(this.wireCommits, 0);
  }
}

export function cancelOf(text: string): string {
  const [head] = text.split('\r\n\r\n');
  return `${head!
    .replace('INVITE sip', 'CANCEL sip')
    .replace('1 INVITE', '1 CANCEL')
    .replace(/Content-Length: \d+/, 'Content-Length: 0')}\r\n\r\n`;
}

export function ok(invite: string, phone: Peer, tag: string): string {
  return answer(invite, '200 OK', tag, [`Contact: <sip:phone@${phone.host}:${phone.port}>`], 'v=0');
}
