// The certificates that receivers of notifications are believed by, where the operator names a file of his
// own (`--notify-ca`): those of the file besides the usual ones. It reads the file once and connects to
// nothing. Neighbours: pinned-connect.ts verifies with them, config.ts has the path.

import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { getCACertificates } from 'node:tls';

/** A file of certificates that cannot be used; the message is one line that says what to change. */
export class CertificateFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CertificateFileError';
  }
}

const LARGEST_FILE = 5_000_000;
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * All certificates to trust, PEM, for `createSender({ ca })`: naming any replaces the usual list, so that
 * is in it. Throws CertificateFileError where the file cannot be read or one of its certificates is none.
 */
export function trustedCertificates(file: string): string[] {
  const text = readText(file);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new CertificateFileError(
      `--notify-ca: ${file} holds a private key; write a file with certificates only (PEM)`,
    );
  }
  const blocks = text.match(BLOCK) ?? [];
  // Half a block would be left out in silence.
  const begun = text.split('-----BEGIN').length - 1;
  if (blocks.length === 0 || begun > blocks.length) {
    const what = blocks.length === 0 ? 'no certificate' : 'something besides whole certificates';
    throw new CertificateFileError(
      `--notify-ca: ${file} holds ${what}; write a PEM file, with -----BEGIN CERTIFICATE----- before each`,
    );
  }
  blocks.forEach((block, at) => check(block, `--notify-ca: certificate ${at + 1} in ${file}`));
  return [...getCACertificates('default'), ...blocks];
}

function readText(file: string): string {
  try {
    // A pipe or a device could be read for ever.
    if (!statSync(file).isFile()) throw new Error('it is not a file');
    const text = readFileSync(file, 'utf8');
    if (text.length > LARGEST_FILE) throw new Error('it is too large for certificates');
    return text;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = isMissing ? 'there is no such file' : (error as Error).message;
    throw new CertificateFileError(
      `--notify-ca: cannot read ${file}: ${reason}; write the path of a PEM file`,
      { cause: error },
    );
  }
}

// One that is out of date is let be: a bundle has some, and it vouches for nobody any more.
function check(block: string, where: string): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(block);
  } catch (error) {
    throw new CertificateFileError(`${where} cannot be read; write it again as it was given out`, {
      cause: error,
    });
  }
  // A server's own certificate may be named as well, where it vouches for itself.
  if (certificate.ca || certificate.issuer === certificate.subject) return;
  throw new CertificateFileError(
    `${where} vouches for no other (${certificate.subject.replaceAll('\n', ', ')}); write that of the ` +
      'authority which issued it',
  );
}
