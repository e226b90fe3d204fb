// The states of a call that software placed, in their order, and what may be done in each. What leads from one
// to the next: placed-call.ts.

export type PlacedState =
  | 'beginning' // its SETUP is being committed
  | 'ringing' // the line's terminals
  | 'picked-up' // the callee's SETUP is being committed
  | 'calling' // the callee
  | 'answering' // CONNECT is being committed
  | 'talking'
  | 'ending'
  | 'over';

/** Whether there is somebody to re-invite. */
export function isUnderWay(state: PlacedState): boolean {
  return state === 'calling' || state === 'answering' || state === 'talking';
}

/** Whether an end has to wait for what is being committed. */
export function isCommitting(state: PlacedState): boolean {
  return state === 'beginning' || state === 'picked-up' || state === 'answering';
}
