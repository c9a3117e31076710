import { readFileSync } from 'node:fs';
import type { Clock } from '../clock/clock.js';
import { normaliseIp } from './addresses.js';
import type { SrvRecord } from './dns-client.js';

/** A record that the config gives, in place of the DNS. */
export interface FixedRecord {
  readonly type: 'A' | 'AAAA' | 'SRV';
  readonly name: string;
  /** An IP literal; the target of an SRV record. Empty for a name that does not resolve. */
  readonly address: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  /** Seconds; Infinity for a record that stays. */
  readonly ttl: number;
  /** The name does not resolve. */
  readonly negative: boolean;
}

/** Bits of `flags`. */
const NEGATIVE = 1;
const PERMANENT = 2;

/** Reads `type=A;name=example.com;addr=192.0.2.1;ttl=3600;flags=2`; what is wrong with it when it cannot be read. */
export function parseFixedRecord(text: string): FixedRecord | string {
  const fields = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) fields.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  const number = (name: string): number => Number.parseInt(fields.get(name) ?? '0', 10) || 0;
  const type = (fields.get('type') ?? '').toUpperCase();
  const name = (fields.get('name') ?? '').toLowerCase();
  const written = fields.get('addr') ?? '';
  const flags = number('flags');
  if (type !== 'A' && type !== 'AAAA' && type !== 'SRV') return `type "${type}" is not A, AAAA or SRV`;
  if (name === '') return 'the name is missing';
  const address = type === 'SRV' ? written.toLowerCase() : normaliseIp(written);
  const fits = address !== null && address !== '' && (type === 'SRV' || address.includes(':') === (type === 'AAAA'));
  if (!fits) return `malformed ip address: ${written}`;
  return {
    type,
    name,
    address,
    port: number('port'),
    priority: number('priority'),
    weight: number('weight'),
    ttl: (flags & PERMANENT) !== 0 ? Number.POSITIVE_INFINITY : number('ttl'),
    negative: (flags & NEGATIVE) !== 0,
  };
}

/**
 * Reads a file with a record on each line; empty lines and lines that begin with `#` are skipped.
 * @throws Error when the file cannot be read, or a line of it
 */
export function readFixedRecords(file: string): readonly FixedRecord[] {
  const records: FixedRecord[] = [];
  readFileSync(file, 'latin1')
    .split('\n')
    .forEach((raw, i) => {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) return;
      const record = parseFixedRecord(line);
      if (typeof record === 'string') throw new Error(`${file}:${i + 1}: ${record}`);
      records.push(record);
    });
  return records;
}

/** The records that the config gives (`dns_cache`, `dns_file` of module corex). They are asked before the DNS. */
export class FixedRecords {
  readonly #records = new Map<string, { readonly record: FixedRecord; readonly until: number }[]>();

  constructor(private readonly clock: Clock) {}

  add(record: FixedRecord): void {
    const known = this.#records.get(record.name) ?? [];
    known.push({ record, until: this.clock.now() + record.ttl * 1000 });
    this.#records.set(record.name, known);
  }

  /** True for a name that the config says does not resolve. */
  blocks(name: string): boolean {
    return this.#of(name).some((r) => r.negative);
  }

  addresses(name: string): readonly string[] {
    return this.#of(name).flatMap((r) => (r.type === 'SRV' || r.negative ? [] : [r.address]));
  }

  services(name: string): readonly SrvRecord[] {
    return this.#of(name).flatMap(({ type, negative, address, port, priority, weight }) =>
      type !== 'SRV' || negative ? [] : [{ name: address, port, priority, weight }],
    );
  }

  #of(name: string): readonly FixedRecord[] {
    if (this.#records.size === 0) return NONE;
    const now = this.clock.now();
    return (this.#records.get(name) ?? []).filter((r) => r.until > now).map((r) => r.record);
  }
}

const NONE: readonly FixedRecord[] = [];
