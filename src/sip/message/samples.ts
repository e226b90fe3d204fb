// Messages for tests: the shapes that RFC 4475 says a parser must survive, written from its facts.

import { sip } from '../test-peer.ts';

/** The lines of a sound request; `changes` replaces or adds headers by name, null removes one. */
export function request(
  start: string,
  changes: Readonly<Record<string, string | readonly string[] | null>> = {},
  body = '',
): string {
  const method = start.split(' ')[0]!;
  const lines: Record<string, string | readonly string[] | null> = {
    Via: 'SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKsample',
    'Max-Forwards': '70',
    From: '<sip:caller@example.net>;tag=323',
    To: '<sip:user@example.com>',
    'Call-ID': 'sample@127.0.0.1',
    CSeq: `1 ${method}`,
    ...changes,
  };
  const written = Object.entries(lines).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((each) => `${name}: ${each}`),
  );
  return sip([start, ...written], body);
}

/** The torturous INVITE of RFC 4475, 3.1.1.1: folding, compact names, odd space, empty values. */
export const tortuousInvite = [
  'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
  'TO :',
  ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
  'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
  '  ;',
  '  tag = 98asjd8',
  'MaX-fOrWaRdS: 0068',
  'Call-ID: wsinv.ndaksdj@192.0.2.1',
  'Content-Length   : 0',
  'cseq: 0009',
  '  INVITE',
  'Via  : SIP  /   2.0',
  ' /UDP',
  '    192.0.2.2;branch=390skdjuw',
  's :',
  'NewFangledHeader:   newfangled value',
  ' continued newfangled value',
  'UnknownHeaderWithUnusualValue: ;;,,;;,;',
  'Content-Type: application/sdp',
  'Route:',
  ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
  'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
  '  branch  =   z9hG4bK9ikj8  ,',
  ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
  ' z9hG4bK30239',
  'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
  '      newvalue ;',
  '  secondparam ; q = 0.33',
  '',
  '',
].join('\r\n');

/** Every character that a method may hold, and a user part of every kind (3.1.1.2). */
export const unusualMethod = "!interesting-Method0123456789_*+`.%indeed'~";
export const unusualUri =
  "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com";
