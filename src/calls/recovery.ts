// Ends on the wire what a killed server left behind: BYE to both sides of an answered call, CANCEL to
// telephones that still ring, a final answer to a caller who still waits. Who has heard of it from the killed
// server answers 481. Its events are calls.ts's.

import { Dialog } from '../sip/dialog/dialog.ts';
import type { OutgoingInviteState } from '../sip/dialog/outgoing-invite.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import { parseMessage } from '../sip/message/parse.ts';
import { readWireText } from './wire-state.ts';
import type { WaitingCaller } from './wire-state.ts';

/**
 * Added to the CSeq that was kept: requests of the running call (a hold, keys) may have used numbers
 * since, and a BYE below them would be refused.
 */
const cseqMargin = 10_000;

/**
 * Ends one kept session; resolves when that is done: each BYE and each INVITE has its final answer, or its
 * time is over. Damaged text is passed over: there is nothing to end it with.
 */
export async function endKeptSession(text: string, endpoint: SipEndpoint): Promise<void> {
  const state = readWireText(text);
  if (!state) return;
  const answers: Promise<unknown>[] = [];
  for (const kept of state.dialogs) {
    const dialog = new Dialog({ ...kept, localCseq: kept.localCseq + cseqMargin });
    answers.push(endpoint.request(dialog, 'BYE'));
  }
  for (const kept of state.ringing) answers.push(silence(kept, endpoint));
  if (state.caller) refuse(state.caller, endpoint);
  await Promise.all(answers);
}

function silence(kept: OutgoingInviteState, endpoint: SipEndpoint): Promise<void> {
  return new Promise((resolve) => {
    // A 2xx that crosses the CANCEL is hung up on by the INVITE itself, which then reports a failure.
    const handlers = { onProvisional() {}, onAnswer: () => resolve(), onFailure: () => resolve() };
    const invite = endpoint.resumeInvite(kept, handlers);
    if (invite) invite.cancel('SIP;cause=480;text="Server restarted"');
    else resolve();
  });
}

function refuse({ request, source, localTag }: WaitingCaller, endpoint: SipEndpoint): void {
  const parsed = parseMessage(request);
  if (parsed.kind !== 'message' || parsed.message.kind !== 'request') return;
  const invite = endpoint.acceptInvite(parsed.message, source, localTag);
  invite.reject(480);
  endpoint.forget(invite.dialog);
}
