// What the answer to a test request means for the person who set the URL: a sentence that says what to
// look at, with a stable code. Only words: exchange.ts has classified what happened, test-call.ts asks.

import type { Message } from '../message.ts';
import type { DestinationFormat } from './destination.ts';
import type { SendResult } from './send.ts';
import { splitUrl } from './url.ts';

/** An answer that takes longer is told to be slow, milliseconds. */
export const SLOW_MS = 2000;

/** The codes, for the pages' translations. A failure that is not among them has its own class as code. */
export const DIAGNOSIS_CODES = [
  'arrived',
  'arrived-slowly',
  'name-not-found',
  'refused',
  'unreachable',
  'certificate',
  'timeout',
  'redirect',
  'status',
  'status-401',
  'status-403',
  'status-404',
  'status-405',
  'status-405-post',
  'status-5xx',
  'status-signed',
  'status-unsigned',
  'status-401-zammad',
  'status-422-zammad',
  'bad-answer',
  'bad-url',
  'target-refused',
  'stopped',
  'not-sent',
] as const;

/** The diagnosis of a request that was not made, since one before it got no answer. */
export const NOT_SENT: Message = {
  code: 'not-sent',
  text: 'Not sent, since a request before it got no answer; in a call it would wait behind that one.',
};

/** How it was asked, as far as that explains a refusal. */
export interface Asked {
  readonly format: DestinationFormat;
  /** With a signature. */
  readonly signed: boolean;
}

/** The diagnosis of one request. `url` is the one that was sent; of it only the server is named. */
export function diagnose(url: string, result: SendResult, asked: Asked): Message {
  const { status, ms, failure, location = '' } = result;
  const seconds = Math.round(ms / 100) / 10;
  if (failure === null) return ms > SLOW_MS ? slow(seconds) : arrived(status ?? 0);

  const host = splitUrl(url)?.hostAndPort ?? '';
  // The sender's own sentence, which knows the particulars: which certificate fault, which bad byte.
  const detail = result.error ?? '';
  switch (failure) {
    case 'name-not-found':
      return {
        code: failure,
        text: `The name of the server ${host} was not found. Look for a typing mistake in it; it must be known to this server's own DNS too.`,
        values: { host },
      };
    case 'refused':
      return {
        code: failure,
        text: `The server ${host} refused the connection. Look whether the receiving program runs, on this port, and whether a firewall refuses.`,
        values: { host },
      };
    case 'unreachable':
      return {
        code: failure,
        text: `The server ${host} cannot be reached from here. Look at the address and at the network between.`,
        values: { host },
      };
    case 'certificate':
      return {
        code: failure,
        text: `${detail} Look whether the certificate is of this name, still valid, and sent with those above it.`,
        values: { host, detail },
      };
    case 'timeout':
      return {
        code: failure,
        text: `${detail} Look whether a firewall drops what comes from here; a receiver must answer at once and work afterwards.`,
        values: { host, seconds, detail },
      };
    case 'redirect':
      return {
        code: failure,
        text: `The server redirects to ${location}. Redirects are not followed: write the final address here.`,
        values: { status: status ?? 0, location },
      };
    case 'status':
      return ofFormat(status ?? 0, asked) ?? ofStatus(status ?? 0);
    case 'bad-answer':
      return {
        code: failure,
        text: `${detail} Look whether the port is one of a web server.`,
        values: { host, detail },
      };
    default:
      return { code: failure, text: detail, values: { host, detail } };
  }
}

function arrived(status: number): Message {
  return { code: 'arrived', text: `The server has taken it (${status}).`, values: { status } };
}

function slow(seconds: number): Message {
  return {
    code: 'arrived-slowly',
    text: `The server has taken it, but after ${seconds} s. Calls come faster: the receiver should answer at once and work afterwards.`,
    values: { seconds },
  };
}

/** What a status means to who was asked so; undefined where it means what it means to all. */
function ofFormat(status: number, { format, signed }: Asked): Message | undefined {
  const values = { status };
  const says = `The server answered ${status}`;
  if (status === 405 && format !== 'get') {
    return {
      code: 'status-405-post',
      text: `${says}: it does not take POST at this path. What is sent in this form is sent by POST; look at the receiver's setting or path.`,
      values,
    };
  }
  if (format === 'zammad') return ofZammad(status);
  // A receiver that does not believe a signature answers one of these; which, nobody has laid down.
  if (status !== 400 && status !== 401 && status !== 403) return undefined;
  if (signed) {
    return {
      code: 'status-signed',
      text: `${says}: perhaps it does not believe the signature. Look whether it has the key of this very place; a user name and password, where it wants them, stand in the URL.`,
      values,
    };
  }
  if (format === 'get') return undefined;
  return {
    code: 'status-unsigned',
    text: `${says}: perhaps it wants a signature, and nothing is signed that is sent here. Make a key and give it to the receiver; a user name and password, where it wants them, stand in the URL.`,
    values,
  };
}

/** Zammad's own answers (its controller of the generic CTI): 401 about the token, 422 about all else. */
function ofZammad(status: number): Message | undefined {
  const values = { status };
  if (status === 401) {
    return {
      code: 'status-401-zammad',
      text: `Zammad answered ${status}: it does not know the token at the end of the URL. Take the URL that it shows under Integrations, CTI (generic).`,
      values,
    };
  }
  if (status === 422) {
    return {
      code: 'status-422-zammad',
      text: `Zammad answered ${status}: its CTI (generic) is switched off or not configured, or it was not told of the SETUP of this call. Look there under Integrations.`,
      values,
    };
  }
  return undefined;
}

function ofStatus(status: number): Message {
  const values = { status };
  const says = `The server answered ${status}`;
  switch (status) {
    case 401:
      return {
        code: 'status-401',
        text: `${says}: it wants a user name and password. Write them into the URL: https://user:password@host/…`,
        values,
      };
    case 403:
      return {
        code: 'status-403',
        text: `${says}: it forbids the request. Look whether the receiver lets this server's address in, and at keys in the URL.`,
        values,
      };
    case 404:
      return {
        code: 'status-404',
        text: `${says}: there is nothing at this path. Look for a typing mistake behind the server's name.`,
        values,
      };
    case 405:
      return {
        code: 'status-405',
        text: `${says}: it does not take GET at this path. Notifications are GET requests; look at the receiver's setting or path.`,
        values,
      };
  }
  if (status >= 500) {
    return {
      code: 'status-5xx',
      text: `${says}: the receiver failed at it. Look into the receiver's own log.`,
      values,
    };
  }
  return { code: 'status', text: `${says}. Only 200 to 299 counts as taken.`, values };
}
