import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A certificate and its key, each as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;

/** Object identifiers, as their bytes: ecdsa-with-SHA256, commonName, basicConstraints, subjectAltName. */
const OID = { signature: '2a8648ce3d040302', commonName: '550403', constraints: '551d13', names: '551d11' };

/**
 * A certificate authority that lives as long as its test: no key of it is in the repository, and no certificate of it
 * expires there. Node makes keys and signatures but no certificates, and a machine need not have openssl, so it writes
 * their ASN.1 (RFC 5280) itself.
 */
export class TestAuthority {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** @param name what certificates call their issuer; two authorities of one test need two */
  constructor(private readonly name: string) {}

  /** The authority's own certificate as PEM: whoever trusts it trusts what it issues. */
  get certificate(): string {
    const isAuthority = extension(OID.constraints, sequence(der(0x01, 'ff')));
    return this.certificateOf(this.name, this.keys.publicKey, isAuthority, DAY_MS);
  }

  /** For a server at this IPv4 address. `lifetime`: milliseconds from now; less than 0 has expired. */
  issue(address: string, lifetime = DAY_MS): Certificate {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const names = extension(OID.names, sequence(der(0x87, Buffer.from(address.split('.').map(Number)))));
    return {
      certificate: this.certificateOf(address, publicKey, names, lifetime),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  private certificateOf(subject: string, key: KeyObject, extensions: Buffer, lifetime: number): string {
    const algorithm = sequence(der(0x06, OID.signature));
    const version = der(0xa0, der(0x02, '02'));
    const serial = der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)]));
    const validity = sequence(time(Date.now() - 2 * DAY_MS), time(Date.now() + lifetime));
    const spki = key.export({ type: 'spki', format: 'der' });
    const content = [version, serial, algorithm, nameOf(this.name), validity, nameOf(subject), spki];
    const signed = sequence(...content, der(0xa3, sequence(extensions)));
    const signature = sign('sha256', signed, this.keys.privateKey);
    const bytes = sequence(signed, algorithm, der(0x03, Buffer.of(0), signature));
    return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`;
  }
}

/** One value of ASN.1: its tag, the length of its content, its content (bytes, or their hexadecimal digits). */
function der(tag: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
  const { length } = content;
  const size = length < 0x80 ? Buffer.of(length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), size, content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(der(0x06, OID.commonName), der(0x0c, Buffer.from(commonName)))));
}

/** `20261224080000Z`. */
function time(milliseconds: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(milliseconds).toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(der(0x06, oid), der(0x01, 'ff'), der(0x04, value));
}
