/** kamailio(8)'s options: what each takes, and what it means here. */
interface OptionDef {
  /** The option takes a value, in the same word or the next. */
  readonly value: boolean;
  /** Why it has no effect here, when it has none. */
  readonly ignored?: string;
}

const NO_POOLS = 'memory comes from the JavaScript heap';
const NO_PROCESSES = 'work is spread over script threads (kts run --workers)';

const SHORT: Readonly<Record<string, OptionDef>> = {
  f: { value: true },
  c: { value: false },
  l: { value: true },
  n: { value: true, ignored: NO_PROCESSES },
  N: { value: true, ignored: NO_PROCESSES },
  A: { value: true },
  a: { value: true },
  d: { value: false },
  D: { value: false },
  E: { value: false },
  e: { value: false },
  G: { value: true },
  g: { value: true },
  u: { value: true },
  t: { value: true },
  w: { value: true },
  Y: { value: true },
  P: { value: true },
  L: { value: true, ignored: 'modules are part of kts' },
  m: { value: true },
  M: { value: true, ignored: NO_POOLS },
  x: { value: true, ignored: NO_POOLS },
  X: { value: true, ignored: NO_POOLS },
  b: { value: true },
  W: { value: true, ignored: 'the runtime chooses how it waits' },
  r: { value: false },
  R: { value: false },
  K: { value: false, ignored: 'the Via check is a core parameter here' },
  T: { value: false },
  S: { value: false },
  Q: { value: true },
  O: { value: true, ignored: 'nothing to tune' },
  v: { value: false },
  V: { value: false },
  I: { value: false },
  h: { value: false },
};

/** Long options with the short one they stand for; others stand for themselves. */
const LONG: Readonly<Record<string, { readonly value: boolean; readonly short?: string }>> = {
  help: { value: false, short: 'h' },
  version: { value: false, short: 'v' },
  alias: { value: true },
  atexit: { value: true },
  cfgprint: { value: false },
  'all-errors': { value: false },
  debug: { value: true },
  domain: { value: true },
  loadmodule: { value: true },
  'log-engine': { value: true },
  modparam: { value: true },
  'server-id': { value: true },
  subst: { value: true },
  substdef: { value: true },
  substdefs: { value: true },
};

/** Options in order of appearance: `f` and its kin by letter, long ones by name. */
export interface ParsedCommandLine {
  readonly options: readonly { readonly name: string; readonly value: string }[];
  /** One sentence for each word that is no option. */
  readonly errors: readonly string[];
}

/** Splits a kamailio(8) command line. Short options may be joined (`-DD`, `-Ecf file`). */
export function parseCommandLine(args: readonly string[]): ParsedCommandLine {
  const options: { name: string; value: string }[] = [];
  const errors: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word.startsWith('--')) {
      const eq = word.indexOf('=');
      const name = eq < 0 ? word.slice(2) : word.slice(2, eq);
      const def = Object.hasOwn(LONG, name) ? LONG[name] : undefined;
      if (!def) {
        errors.push(`unknown option --${name}`);
        continue;
      }
      if (def.value && eq < 0 && i + 1 >= args.length) errors.push(`option --${name} needs a value`);
      const value = !def.value ? '' : eq >= 0 ? word.slice(eq + 1) : (args[++i] ?? '');
      options.push({ name: def.short ?? name, value });
    } else if (word.startsWith('-') && word.length > 1) {
      for (let k = 1; k < word.length; k++) {
        const name = word[k]!;
        const def = SHORT[name];
        if (!def) {
          errors.push(`unknown option -${name}`);
          break;
        }
        if (!def.value) {
          options.push({ name, value: '' });
          continue;
        }
        const rest = word.slice(k + 1);
        if (rest === '' && i + 1 >= args.length) errors.push(`option -${name} needs a value`);
        options.push({ name, value: rest !== '' ? rest : (args[++i] ?? '') });
        break;
      }
    } else errors.push(`unexpected argument ${word}`);
  }
  return { options, errors };
}
