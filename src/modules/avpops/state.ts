import type { Regex } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamSetting, type ParamValues } from '../../registry/module.js';
import { type IntMath, math32, math64 } from '../../script/int-math.js';
import { compileRegex } from '../../script/regex/index.js';
import { parseSubst, type Subst } from '../../script/regex/subst.js';
import { AvpTable } from './avp-table.js';
import type { params as definitions } from './params.js';
import { parseScheme, type Scheme } from './scheme.js';

/** How many run-time expressions stay compiled. */
const CACHED = 256;

/** What avpops keeps for one script thread: its database, and expressions that are only known at run time. */
export class Avpops {
  /** Null without `db_url`. */
  readonly table: AvpTable | null;
  readonly is56: boolean;
  readonly math: IntMath;
  readonly #schemes = new Map<string, Scheme>();
  readonly #regexes = new Map<string, Regex | null>();
  readonly #substs = new Map<string, Subst | null>();

  constructor(
    readonly host: Host,
    readonly params: ParamValues<typeof definitions>,
    settings: readonly ParamSetting[],
  ) {
    this.is56 = host.compat === '5.6';
    this.math = this.is56 ? math32 : math64;
    for (const setting of settings) if (setting.name === 'db_scheme') this.#addScheme(setting);
    const url = params.db_url ?? '';
    if (url !== '' && (params.avp_table ?? '') === '') {
      throw new ConfigError('"AVP_DB" present but "AVP_TABLE" found empty', 'db_url');
    }
    this.table = url === '' ? null : new AvpTable(host, url, params);
  }

  error(text: string): -1 {
    this.host.log.error('avpops', text);
    return -1;
  }

  /** A scheme by its name, in any case. */
  scheme(name: string): Scheme | undefined {
    return this.#schemes.get(name.toLowerCase());
  }

  /** A regular expression as `avp_check` has it; null when it is none (logged). */
  regex(source: string): Regex | null {
    return cached(this.#regexes, source, () => {
      const regex = compileRegex(source, { ignoreCase: true, newline: true });
      if (!('error' in regex)) return regex;
      this.error(`bad re <${source}>`);
      return null;
    });
  }

  /** A substitution; null when it is none (logged). */
  subst(text: string): Subst | null {
    return cached(this.#substs, text, () => {
      const subst = parseSubst(text, this.host.bindEnv);
      if (!('error' in subst)) return subst;
      this.error(`bad subst re ${text}`);
      return null;
    });
  }

  async start(): Promise<void> {
    const failed = await this.table?.open();
    if (failed) throw new ConfigError(failed, 'db_url');
  }

  async stop(): Promise<void> {
    await this.table?.close();
  }

  #addScheme(setting: ParamSetting): void {
    const scheme = parseScheme(`${setting.value}`);
    if (typeof scheme === 'string') throw new ConfigError(scheme, setting);
    const key = scheme.name.toLowerCase();
    if (this.#schemes.has(key)) throw new ConfigError(`duplicated scheme name <${scheme.name}>`, setting);
    this.#schemes.set(key, scheme);
  }
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value as string);
  const made = make();
  cache.set(key, made);
  return made;
}
