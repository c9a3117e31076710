import type { Regex } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { compileRegex } from '../../script/regex/index.js';
import { parseSubst, type Subst } from '../../script/regex/subst.js';

/** How many texts stay compiled per kind. */
const CACHED = 256;

/** What textops keeps for one script thread: expressions that are only known at run time, compiled. */
export class Textops {
  readonly #regexes = new Map<string, Regex | null>();
  readonly #substs = new Map<string, Subst | null>();

  constructor(readonly host: Host) {}

  error(text: string): -1 {
    this.host.log.error('textops', text);
    return -1;
  }

  /** A regular expression as function arguments have it: ignoring case, lines apart. Null when not valid (logged). */
  regex(source: string): Regex | null {
    return this.#cached(this.#regexes, source, () => {
      const regex = compileRegex(source, { ignoreCase: true, newline: true });
      if (!('error' in regex)) return regex;
      this.error(`failed to compile regex: ${source}`);
      return null;
    });
  }

  /** A regular expression that minds case. */
  exactRegex(source: string): Regex | null {
    return this.#cached(this.#regexes, `=${source}`, () => {
      const regex = compileRegex(source);
      if (!('error' in regex)) return regex;
      this.error('regular expression coudnt be compiled');
      return null;
    });
  }

  /** A substitution `/pattern/replacement/flags`. Null when not valid (logged). */
  subst(text: string): Subst | null {
    return this.#cached(this.#substs, text, () => {
      const subst = parseSubst(text, this.host.bindEnv);
      if (!('error' in subst)) return subst;
      this.error(`bad subst re: ${text}`);
      return null;
    });
  }

  #cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
    const known = cache.get(key);
    if (known !== undefined) return known;
    if (cache.size >= CACHED) cache.delete(cache.keys().next().value as string);
    const made = make();
    cache.set(key, made);
    return made;
  }
}
