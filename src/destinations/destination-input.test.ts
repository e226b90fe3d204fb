import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeDestination, emptyDestination } from './destination-input.ts';
import { DESTINATION_MESSAGE_CODES } from './message-codes.ts';
import { ONE } from './test-kit.ts';

const before = { ...emptyDestination(ONE, 2, 5), url: 'https://u:secret@h.example/x?c=_CALLREF_' };

function change(changes: object) {
  // Values come over a socket: their types are promises.
  return changeDestination(before, changes);
}

function kept(changes: object) {
  const result = change(changes);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.destination;
}

function warningsFor(changes: object): string[] {
  const result = change(changes);
  return result.ok ? result.warnings.map(({ code }) => code) : [];
}

describe('the settings of a destination', () => {
  it('change where they are named, and stay where they are not', () => {
    assert.deepEqual(kept({}), before);
    assert.deepEqual(kept({ title: undefined }), before);
    const changes = {
      title: 'CRM',
      format: 'zammad',
      enabled: false,
      direction: 'incoming',
      types: ['RELEASE', 'SETUP', 'SETUP'],
      numbers: ['337', '+33 6', '33-6', '44.20'],
    };
    assert.deepEqual(kept(changes), {
      ...before,
      ...changes,
      types: ['SETUP', 'RELEASE'],
      numbers: ['336', '337', '4420'],
    });
    assert.deepEqual(kept({ numbers: [], title: '' }), before);
  });

  it('keep the password of a URL that comes back masked, for the same server only', () => {
    assert.equal(
      kept({ url: ' https://***@h.example/y?c=_CALLREF_ ' }).url,
      'https://u:secret@h.example/y?c=_CALLREF_',
    );
    const elsewhere = change({ url: 'https://***@other.example/' });
    assert.partialDeepStrictEqual(elsewhere, { ok: false, code: 'masked-user-info', field: 'url' });
  });

  const wrong: [changes: object, field: string, code: string][] = [
    [{ title: 'x'.repeat(65) }, 'title', 'title-too-long'],
    [{ title: 'a\nb' }, 'title', 'control-character'],
    [{ title: 7 }, 'title', 'not-a-text'],
    [{ url: '' }, 'url', 'template-empty'],
    [{ url: 'ftp://h/' }, 'url', 'template-scheme'],
    [{ url: 'http://_CALLER_.h/' }, 'url', 'template-keyword-in-host'],
    [{ url: `http://h/${'x'.repeat(8192)}` }, 'url', 'template-too-long'],
    [{ url: null }, 'url', 'not-a-text'],
    [{ format: 'xml' }, 'format', 'destination-format-unknown'],
    [{ format: '' }, 'format', 'destination-format-unknown'],
    [{ enabled: 'on' }, 'enabled', 'destination-not-a-switch'],
    [{ direction: 'in' }, 'direction', 'destination-direction-unknown'],
    [{ types: [] }, 'types', 'destination-types-empty'],
    [{ types: ['SETUP', 'HOLD'] }, 'types', 'destination-type-unknown'],
    [{ types: 'SETUP' }, 'types', 'destination-types-not-a-list'],
    [{ types: [1] }, 'types', 'not-a-text'],
    [{ numbers: '336' }, 'numbers', 'destination-numbers-not-a-list'],
    [{ numbers: ['06'] }, 'numbers', 'destination-number-invalid'],
    [{ numbers: [''] }, 'numbers', 'destination-number-invalid'],
    [{ numbers: ['anonymous'] }, 'numbers', 'destination-number-invalid'],
    [{ numbers: ['1'.repeat(16)] }, 'numbers', 'destination-number-invalid'],
    [
      { numbers: Array.from({ length: 101 }, () => '336') },
      'numbers',
      'destination-too-many-numbers',
    ],
    [{ nonsense: 1 }, 'nonsense', 'destination-unknown-setting'],
    [{ id: 4 }, 'id', 'destination-unknown-setting'],
    [JSON.parse('{"__proto__": 1}'), '__proto__', 'destination-unknown-setting'],
  ];
  for (const [changes, field, code] of wrong) {
    it(`are refused with the code ${code}: ${JSON.stringify(changes).slice(0, 60)}`, () => {
      const result = change(changes);
      assert.ok(!result.ok);
      assert.deepEqual([result.field, result.code], [field, code]);
      assert.doesNotMatch(result.error, /secret/);
      assert.ok(result.error.length < 300, result.error);
      const ours: readonly string[] = DESTINATION_MESSAGE_CODES;
      if (code.startsWith('destination-')) assert.ok(ours.includes(code));
    });
  }

  it('are warned of where the URL, or what Zammad is told, is probably a mistake', () => {
    assert.deepEqual(warningsFor({}), []);
    assert.deepEqual(warningsFor({ url: 'http://h/' }), ['template-no-callref', 'template-http']);
    assert.deepEqual(warningsFor({ url: 'https://h/', format: 'standard-webhooks' }), []);
    assert.deepEqual(warningsFor({ format: 'zammad', types: ['CONNECT'] }), [
      'destination-zammad-without-setup',
    ]);
  });
});
