import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import type { ZoneMap } from '../../shm/zone.js';
import { Locks } from './locks.js';

export interface CfgutilsSettings {
  readonly initialProbability: number;
  readonly initialGflags: number;
  /** The file that is hashed at start; null for none. */
  readonly hashFile: string | null;
  /** Number of locks as a power of two; 0 for none. */
  readonly lockSetSize: number;
}

const MOST_LOCKS = 14;

/** Chance, global flags and locks, which all script threads see. */
export class Cfgutils {
  readonly locks: Locks | null;
  readonly #shared: ZoneMap<number>;
  #configHash = '';

  constructor(
    readonly host: Host,
    private readonly settings: CfgutilsSettings,
  ) {
    if (settings.initialProbability > 100) {
      throw new ConfigError(`invalid probability <${settings.initialProbability}>`, 'initial_probability');
    }
    this.#shared = host.zone.map<number>('cfgutils');
    this.#shared.add('probability', settings.initialProbability);
    this.#shared.add('gflags', settings.initialGflags >>> 0);
    if (settings.lockSetSize > MOST_LOCKS) {
      host.log.warn('cfgutils', `lock set size too large (${settings.lockSetSize}), making it ${MOST_LOCKS}`);
    }
    const bits = Math.min(settings.lockSetSize, MOST_LOCKS);
    this.locks = bits > 0 ? new Locks(host, 1 << bits) : null;
  }

  /** Hashes the file that the config names. */
  start(): void {
    const { hashFile } = this.settings;
    if (hashFile === null) return;
    const hash = md5OfFile(hashFile);
    if (hash === null) throw new ConfigError('could not hash the config file', 'hash_file');
    this.#configHash = hash;
  }

  error(text: string): -1 {
    this.host.log.error('cfgutils', text);
    return -1;
  }

  /** In percent. */
  get probability(): number {
    return this.#shared.get('probability') ?? this.settings.initialProbability;
  }
  set probability(percent: number) {
    this.#shared.set('probability', percent);
  }
  resetProbability(): void {
    this.probability = this.settings.initialProbability;
  }

  /** True with the present probability. */
  draw(): boolean {
    const { probability } = this;
    if (probability === 0 || probability === 100) return probability === 100;
    return Math.random() < probability / 100;
  }

  get gflags(): number {
    return this.#shared.get('gflags') ?? 0;
  }
  setGflags(bits: number): void {
    this.#shared.update('gflags', (flags) => ((flags ?? 0) | bits) >>> 0);
  }
  resetGflags(bits: number): void {
    this.#shared.update('gflags', (flags) => ((flags ?? 0) & ~bits) >>> 0);
  }

  /** The MD5 of `hash_file` at start; empty without one. */
  get configHash(): string {
    return this.#configHash;
  }

  /** Whether `hash_file` is what it was at start; a message when that cannot be told. */
  checkHash(): boolean | string {
    const { hashFile } = this.settings;
    if (hashFile === null) return 'No hash file';
    const now = md5OfFile(hashFile);
    if (now === null) {
      this.error('could not hash the config file');
      return 'Failed to hash the file';
    }
    return now === this.#configHash;
  }
}

function md5OfFile(file: string): string | null {
  try {
    return createHash('md5').update(readFileSync(file)).digest('hex');
  } catch {
    return null;
  }
}
