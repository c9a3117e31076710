import { readFile } from 'node:fs/promises';
import type { SecureVersion } from 'node:tls';

/** How a secure server is to prove itself, and we to it. */
export interface TlsOptions {
  /** PEM file of the authorities to trust in place of the system's; empty: those. */
  readonly authorities: string;
  readonly certificate: string;
  readonly key: string;
  /** OpenSSL's list; empty: its default. */
  readonly ciphers: string;
  /** libcurl's number of the lowest version; 0: the default. */
  readonly version: number;
  readonly verifyPeer: boolean;
  readonly verifyHost: boolean;
}

/** What a connection takes of {@link TlsOptions}. */
export interface SecureOptions {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly ciphers?: string;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity?: () => undefined;
}

/** Lowest versions by libcurl's numbers. */
const LOWEST: Readonly<Record<number, SecureVersion>> = {
  1: 'TLSv1',
  4: 'TLSv1',
  5: 'TLSv1.1',
  6: 'TLSv1.2',
  7: 'TLSv1.3',
};

/** The files of {@link TlsOptions}, read once; which of them could not be read. */
export class TlsFiles {
  readonly #files = new Map<string, Promise<Buffer | null>>();

  async secure(options: TlsOptions): Promise<SecureOptions | 'authorities' | 'certificate'> {
    const [ca, cert, key] = await Promise.all([
      this.#read(options.authorities),
      this.#read(options.certificate),
      this.#read(options.key),
    ]);
    if (ca === null) return 'authorities';
    if (cert === null || key === null) return 'certificate';
    const both = cert !== undefined && key !== undefined;
    return {
      ...(ca === undefined ? {} : { ca }),
      ...(both ? { cert, key } : {}),
      ...(options.ciphers === '' ? {} : { ciphers: options.ciphers }),
      ...(LOWEST[options.version] === undefined ? {} : { minVersion: LOWEST[options.version]! }),
      rejectUnauthorized: options.verifyPeer,
      ...(options.verifyHost ? {} : { checkServerIdentity: () => undefined }),
    };
  }

  /** A file's content; undefined without a name, null when it cannot be read. */
  #read(name: string): Promise<Buffer | null | undefined> {
    if (name === '') return Promise.resolve(undefined);
    let content = this.#files.get(name);
    if (content === undefined) this.#files.set(name, (content = readFile(name).catch(() => null)));
    return content;
  }
}
