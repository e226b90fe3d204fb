import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdp } from './placed-test-kit.ts';
import { audioAddress, inactiveAnswer } from './sdp.ts';

test('an answer with all on hold: one audio section, everything else refused', () => {
  const lf =
    'v=0\nm=audio 0 RTP/AVP 0\nm=video 5 RTP/AVP 96\na=rtpmap:96 H264\nm=audio 7 RTP/AVP 8\na=rtpmap:8 PCMA/8000\na=sendonly\n';
  assert.equal(
    inactiveAnswer(lf, '::1'),
    [
      'v=0',
      'o=- 1 1 IN IP6 ::1',
      's=-',
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'm=audio 0 RTP/AVP 0',
      'm=video 0 RTP/AVP 96',
      'm=audio 9 RTP/AVP 8',
      'a=rtpmap:8 PCMA/8000',
      'a=inactive',
      '',
    ].join('\r\n'),
  );
  for (const none of [
    '',
    'm=',
    'm=audio',
    'm=audio 0',
    'a=rtpmap:1',
    'm=video 1 x',
    '\0'.repeat(9),
  ]) {
    assert.equal(inactiveAnswer(none, 'h'), undefined, none);
  }
  const long = `m=audio 7 RTP/AVP 8\r\n${'a=rtpmap:8 PCMA/8000\r\n'.repeat(3000)}`;
  assert.ok(inactiveAnswer(long, 'h'));
  assert.equal(audioAddress(sdp(5)), '127.0.0.9:5');
  assert.equal(audioAddress('v=0\nm=audio 7 x\nc=IN IP4 1.2.3.4\n'), '1.2.3.4:7');
});
