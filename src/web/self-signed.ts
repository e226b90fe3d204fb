// A certificate that vouches for itself, for this machine's own names: what the sandbox serves HTTPS with.
// node:crypto has keys and signatures but writes no certificates, so the few fields that ours has are
// written here (X.509, RFC 5280, in DER). No general certificate writer. Neighbour: tls.ts keeps it.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Certificate and key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** For localhost, 127.0.0.1 and ::1, good from `from` (a day earlier, for clocks that differ) to `to`. */
export function makeSelfSigned(from: Date, to: Date): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const name = sequence(set(sequence(oid.commonName, der(0x0c, 'Carillon sandbox'))));
  const dayMs = 86_400_000;
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    sequence(oid.ecdsaWithSha256),
    name,
    sequence(time(new Date(from.getTime() - dayMs)), time(to)),
    name,
    spki,
    der(0xa3, sequence(...extensions(spki))),
  );
  const signature = sign('sha256', content, privateKey);
  const cert = sequence(content, sequence(oid.ecdsaWithSha256), bits(0, signature));
  const lines = cert.toString('base64').match(/.{1,64}/g)!;
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
  };
}

function extensions(spki: Buffer): Buffer[] {
  // Any identifier that is the key's own serves (RFC 5280, 4.2.1.2).
  const keyId = createHash('sha256').update(spki).digest().subarray(0, 20);
  const names = sequence(
    der(0x82, 'localhost'),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
  );
  // Not an authority: whoever comes to trust this file trusts it for these names alone.
  return [
    extension(oid.basicConstraints, sequence(), true),
    extension(oid.keyUsage, bits(7, Buffer.from([0x80])), true),
    extension(oid.extendedKeyUsage, sequence(oid.serverAuth)),
    extension(oid.subjectAltName, names),
    extension(oid.subjectKeyIdentifier, der(0x04, keyId)),
    extension(oid.authorityKeyIdentifier, sequence(der(0x80, keyId))),
  ];
}

function extension(id: Buffer, value: Buffer, critical = false): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(id, ...flag, der(0x04, value));
}

/** One value in DER: tag, length, content. */
function der(tag: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  );
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function set(...parts: Buffer[]): Buffer {
  return der(0x31, ...parts);
}

function integer(value: Buffer): Buffer {
  return der(0x02, value);
}

/** A bit string whose last `unused` bits do not count. */
function bits(unused: number, value: Buffer): Buffer {
  return der(0x03, Buffer.from([unused]), value);
}

/** Sixteen bytes, positive and without a leading zero byte. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial;
}

/** UTCTime, which holds for the years up to 2049 (RFC 5280, 4.1.2.5), and behind that GeneralizedTime. */
function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return at.getUTCFullYear() < 2050 ? der(0x17, digits.slice(2)) : der(0x18, digits);
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

const oid = {
  ecdsaWithSha256: objectId('2a8648ce3d040302'),
  commonName: objectId('550403'),
  basicConstraints: objectId('551d13'),
  keyUsage: objectId('551d0f'),
  extendedKeyUsage: objectId('551d25'),
  serverAuth: objectId('2b06010505070301'),
  subjectAltName: objectId('551d11'),
  subjectKeyIdentifier: objectId('551d0e'),
  authorityKeyIdentifier: objectId('551d23'),
};
