// What is kept on disk of a session, so that it can be ended on the wire after a crash: dialogues that
// stand, INVITEs that are out, and the caller's INVITE while it waits for its answer. Plain JSON. Until when
// it is kept: open-ends.ts.

import type { Dialog, DialogState } from '../sip/dialog/dialog.ts';
import type { IncomingInvite } from '../sip/dialog/incoming-invite.ts';
import type { OutgoingInvite, OutgoingInviteState } from '../sip/dialog/outgoing-invite.ts';
import { SipRequest } from '../sip/message/message.ts';
import type { Hop } from '../sip/transport/hop.ts';

export interface WaitingCaller {
  /** The INVITE without its body. */
  readonly request: string;
  readonly source: Hop;
  /** The tag that our answers carry in To. */
  readonly localTag: string;
}

export interface WireState {
  /** The caller, as long as he has no final answer. */
  readonly caller?: WaitingCaller;
  /** INVITEs that may still ring somewhere. */
  readonly ringing: readonly OutgoingInviteState[];
  /** Dialogues that were answered and did not hang up: each gets a BYE. */
  readonly dialogs: readonly DialogState[];
}

function keptCaller(invite: IncomingInvite): WaitingCaller {
  return {
    request: withoutBody(invite.request),
    source: plainHop(invite.source),
    localTag: invite.dialog.state.localTag,
  };
}

function keptRinging({ request, to }: OutgoingInvite): OutgoingInviteState {
  return { request: withoutBody(request), to: plainHop(to) };
}

/**
 * What a crash at this moment would leave to be ended: a caller who waits, INVITEs that are out, dialogues
 * to be hung up. Undefined where that is nothing.
 */
export function wireText(
  caller: IncomingInvite | undefined,
  ringing: readonly OutgoingInvite[],
  dialogs: readonly Dialog[],
): string | undefined {
  if (!caller && ringing.length === 0 && dialogs.length === 0) return undefined;
  const state: WireState = {
    ...(caller ? { caller: keptCaller(caller) } : {}),
    ringing: ringing.map(keptRinging),
    dialogs: dialogs.map((dialog) => dialog.state),
  };
  return JSON.stringify(state);
}

/** Reads it back. Undefined where the text is damaged: the events of such a session end all the same. */
export function readWireText(text: string): WireState | undefined {
  try {
    const state = JSON.parse(text) as WireState;
    return Array.isArray(state.ringing) && Array.isArray(state.dialogs) ? state : undefined;
  } catch {
    return undefined;
  }
}

function withoutBody(request: SipRequest): string {
  return new SipRequest(request.method, request.uri, request.names, request.values).toString();
}

/** Without the connection, which does not outlive the process. */
function plainHop({ transport, host, port }: Hop): Hop {
  return { transport, host, port };
}
