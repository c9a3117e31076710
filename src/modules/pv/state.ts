import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import { ScriptVars } from '../../script/script-vars.js';
import { parseInteger, toStored, type Value } from '../../script/value.js';
import type { Scalar, ZoneMap } from '../../shm/zone.js';
import { type BranchTarget, branchTarget } from '../../sip/branches.js';
import type { SipMessage } from '../../sip/message.js';

export const SOURCE = 'pv';

/** What module pv keeps per script thread. */
export class PvState {
  /** Values of `$var`, `$vz` and `$vn`. */
  readonly vars = new ScriptVars();
  /** Values of `$shv`, seen by all script threads. A name that is not in it reads 0. */
  readonly shared: ZoneMap<Scalar>;
  /** Names of `$avp` that stand for others, from parameter `avp_aliases`. */
  readonly aliases = new Map<string, string>();
  /** `$sbranch(…)`: a branch being put together, kept from message to message like `$var`. */
  staticBranch: BranchTarget = branchTarget('');
  /** Names of `$shv` that the config mentions: what `pv.shvGet` lists. */
  readonly sharedNames = new Set<string>();
  /** Server start in seconds since the epoch, `$Tb`. */
  readonly startedAt: number;
  readonly #times = new WeakMap<SipMessage, number>();

  constructor(readonly host: Host) {
    this.shared = host.zone.map<Scalar>('pv:shv');
    this.startedAt = host.clock.unix();
  }

  get is56(): boolean {
    return this.host.compat === '5.6';
  }

  error(text: string): false {
    this.host.log.error(SOURCE, text);
    return false;
  }

  warn(text: string): void {
    this.host.log.warn(SOURCE, text);
  }

  /** When the message was first asked for its time, in milliseconds since the epoch: one moment for all time variables. */
  timeOf(msg: SipMessage): number {
    let at = this.#times.get(msg);
    if (at === undefined) this.#times.set(msg, (at = this.host.clock.now()));
    return at;
  }

  getShared(name: string): Value {
    return this.shared.get(name) ?? 0;
  }

  /** False, and logged, when memory is full. */
  setShared(name: string, value: Value): boolean {
    if (this.shared.set(name, toStored(value) ?? '')) return true;
    return this.error(`could not allocate shared memory from shm pool: no room for $shv(${name})`);
  }
}

/** One value of parameters `shvset` and `varset`: `name=i:7` or `name=s:text`. */
export interface PresetVariable {
  readonly name: string;
  readonly value: string | number;
}

/** Parses a `shvset` or `varset` value; null when it is malformed. */
export function parsePreset(text: string): PresetVariable | null {
  const eq = text.indexOf('=');
  const type = text.charAt(eq + 1).toLowerCase();
  if (eq < 1 || (type !== 's' && type !== 'i') || text.charAt(eq + 2) !== ':') return null;
  const name = text.slice(0, eq);
  const given = text.slice(eq + 3);
  if (type === 's') return { name, value: given };
  const value = given === '' ? null : parseInteger(given, 32);
  return value === null ? null : { name, value: Number(value) };
}

/** Parses `avp_aliases`: `alias=s:name;alias2=i:5`. Throws `ConfigError` when it is malformed. */
export function parseAliases(text: string, into: Map<string, string>): void {
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const eq = part.indexOf('=');
    const alias = part.slice(0, eq).trim();
    const target = part.slice(eq + 1).trim();
    if (eq < 1 || alias === '' || target === '') throw new ConfigError(`invalid AVP alias: ${part}`, 'avp_aliases');
    into.set(alias, target);
  }
}
