// Ends on the wire what a killed server left behind: BYE to both sides of an answered call, CANCEL to
// telephones that still ring, a final answer to a caller who still waits. Its events are calls.ts's.

import { Dialog } from '../sip/dialog/dialog.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import { parseMessage } from '../sip/message/parse.ts';
import { readWireText } from './wire-state.ts';

/**
 * Added to the CSeq that was kept: requests of the running call (a hold, keys) may have used numbers
 * since, and a BYE below them would be refused.
 */
const cseqMargin = 10_000;

/** Ends one kept session. Damaged text is passed over: there is nothing to end it with. */
export function endKeptSession(text: string, endpoint: SipEndpoint): void {
  const state = readWireText(text);
  if (!state) return;
  for (const kept of state.dialogs) {
    const dialog = new Dialog({ ...kept, localCseq: kept.localCseq + cseqMargin });
    void endpoint.request(dialog, 'BYE');
  }
  for (const kept of state.ringing) {
    endpoint
      .resumeInvite(kept, { onProvisional() {}, onAnswer() {}, onFailure() {} })
      ?.cancel('SIP;cause=480;text="Server restarted"');
  }
  if (state.caller) {
    const parsed = parseMessage(state.caller.request);
    if (parsed.kind !== 'message' || parsed.message.kind !== 'request') return;
    const invite = endpoint.acceptInvite(
      parsed.message,
      state.caller.source,
      state.caller.localTag,
    );
    invite.reject(480);
    endpoint.forget(invite.dialog);
  }
}
