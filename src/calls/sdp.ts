// The few things that a call placed by software needs of session descriptions (RFC 4566, RFC 3264): an
// answer that accepts speech and sends none yet, and where a side wants its media. Bodies that go from
// one side to the other are never rewritten.

/** Attributes of an audio section that an answer repeats. */
const repeated = /^a=(rtpmap|fmtp|ptime|maxptime):/;

/**
 * Answers an offer with everything on hold: the first audio section is accepted, inactive; all others
 * are refused (port 0). Undefined where the offer has no audio to accept.
 */
export function inactiveAnswer(offer: string, host: string): string | undefined {
  const sections = mediaSections(offer);
  const audio = sections.find((lines) => /^m=audio (?!0[ /])\d+(\/\d+)? \S+ \S/.test(lines[0]!));
  if (!audio) return undefined;
  const family = host.includes(':') ? 'IP6' : 'IP4';
  const answer = [
    'v=0',
    `o=- 1 1 IN ${family} ${host.replace(/^\[|\]$/g, '')}`,
    's=-',
    'c=IN IP4 0.0.0.0',
    't=0 0',
  ];
  for (const section of sections) {
    const [media, , ...rest] = section[0]!.slice(2).split(' ');
    if (section === audio) {
      answer.push(
        `m=${media} 9 ${rest.join(' ')}`,
        ...section.filter((line) => repeated.test(line)),
        'a=inactive',
      );
    } else {
      answer.push(`m=${media} 0 ${rest.join(' ')}`);
    }
  }
  return `${answer.join('\r\n')}\r\n`;
}

/** `address:port` at which a description wants its audio; undefined where it wants none. */
export function audioAddress(description: string): string | undefined {
  const lines = description.split(/\r?\n/);
  const audio = mediaSections(description).find((section) => section[0]!.startsWith('m=audio '));
  if (!audio) return undefined;
  const connection = [...audio, ...lines].find((line) => line.startsWith('c='));
  const port = audio[0]!.split(' ')[1];
  return `${connection?.split(' ')[2] ?? ''}:${port}`;
}

/** The lines of each media section, its `m=` line first. */
function mediaSections(description: string): string[][] {
  const sections: string[][] = [];
  for (const line of description.split(/\r?\n/)) {
    if (line.startsWith('m=')) sections.push([line]);
    else if (line !== '') sections.at(-1)?.push(line);
  }
  return sections;
}
