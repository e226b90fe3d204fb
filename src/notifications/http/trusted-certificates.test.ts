// Which file of certificates is taken for receivers, and what is said of one that cannot be.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { getCACertificates } from 'node:tls';
import { makeSelfSigned } from '../../web/self-signed.ts';
import { CertificateFileError, trustedCertificates } from './trusted-certificates.ts';

const directory = mkdtempSync(join(tmpdir(), 'carillon-trusted-'));
after(() => rmSync(directory, { recursive: true }));

const now = new Date();
const { cert, key } = makeSelfSigned(now, new Date(now.getTime() + 86_400_000));
/** Out of date for a year: it vouches for nobody, but a bundle may have it. */
const old = makeSelfSigned(new Date(0), new Date(86_400_000)).cert;

/** That of crm.example, issued by a "Test CA". */
const LEAF = `-----BEGIN CERTIFICATE-----
MIIBJTCBywIURlMBJrXrCPPfo3TMCnVWEOuDSzMwCgYIKoZIzj0EAwIwEjEQMA4G
A1UEAwwHVGVzdCBDQTAgFw0yNjExMjMxMjUzMTFaGA8yMTI2MTAzMDEyNTMxMVow
FjEUMBIGA1UEAwwLY3JtLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAROBPtrjtE/RUXAobza70UyQrrsCFr1y5D2sVHozM8/RiIAhT9zk1GxfUM3VWn5
SPDvee5C1ebZiPeThAMJ2V+SMAoGCCqGSM49BAMCA0kAMEYCIQCMBTzzeN6eJ0WP
576nhxuA3tsew5D7HzQ3jATP0ZbHCQIhANqITZqvr3ewo44LKuV93f+yBb8VooWg
SKDAdHEhkHYn
-----END CERTIFICATE-----
`;

let files = 0;
function fileOf(text: string): string {
  files += 1;
  const path = join(directory, `${files}.pem`);
  writeFileSync(path, text);
  return path;
}

test('the certificates of the file are trusted besides the usual ones', () => {
  const usual = getCACertificates('default');
  const text = `our authority\n${cert}\r\n# and the one before\n${old.replaceAll('\n', '\r\n')}`;
  const all = trustedCertificates(fileOf(text));
  assert.ok(usual.length > 50);
  assert.deepEqual(all.slice(0, -2), usual);
  assert.deepEqual(
    all.slice(-2).map((each) => each.replaceAll('\r', '')),
    [cert.trim(), old.trim()],
  );
});

test('a file that cannot be used is told in one line that says what to write', () => {
  const half = cert.slice(0, -30);
  const broken = cert.replace(/\n(.{20})/, '\nAAAA$1');
  const cases: [file: string, says: RegExp][] = [
    [join(directory, 'none.pem'), /: there is no such file; write the path of a PEM file$/],
    [directory, /: it is not a file; write the path/],
    ['/dev/zero', /: it is not a file; write the path/],
    [fileOf(''), / holds no certificate; write a PEM file, with -----BEGIN/],
    [fileOf('hello'), / holds no certificate; /],
    [fileOf(half), / holds no certificate; /],
    [fileOf(cert + half), / holds something besides whole certificates; /],
    [fileOf(cert + key), / holds a private key; write a file with certificates only/],
    [fileOf(cert + broken), /: certificate 2 in .* cannot be read; write it again/],
    [fileOf(LEAF), /: certificate 1 in .* vouches for no other \(CN=crm\.example\); write that of/],
    [fileOf(cert + 'x'.repeat(5_000_001)), /: it is too large for certificates; /],
  ];
  for (const [file, says] of cases) {
    assert.throws(
      () => trustedCertificates(file),
      (error) => {
        assert.ok(error instanceof CertificateFileError);
        assert.match(error.message, says, file);
        assert.match(error.message, /^--notify-ca: [^\n]*$/);
        return true;
      },
    );
  }
});
