// What goes wrong between a connection and a whole answer, with stable codes. What it means for a
// notification, and the sentence to show, is send-failure.ts's matter.

export type HttpErrorCode =
  | 'bad-url' // cannot be requested
  | 'connect-timeout'
  | 'closed-early' // before the head of the answer was complete
  | 'head-too-long'
  | 'not-http' // the message says what is wrong with it
  | 'stopped'; // we drop all connections

export class HttpError extends Error {
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode, message: string = code) {
    super(message);
    this.name = 'HttpError';
    this.code = code;
  }
}
