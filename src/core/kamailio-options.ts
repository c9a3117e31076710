import { parseCommandLine } from './command-line.js';
import type { ServerOptions } from './options.js';

/** What a kamailio(8) command line asks for, beside the server's own options. */
export interface KamailioCommand {
  readonly server: Pick<
    ServerOptions,
    | 'configFile'
    | 'defines'
    | 'substs'
    | 'listen'
    | 'aliases'
    | 'preamble'
    | 'allowMissing'
    | 'debugOffset'
    | 'args'
    | 'sharedBytes'
  >;
  readonly mode: 'run' | 'check' | 'version' | 'build-info' | 'help';
  /** Logs go to stderr whatever the config says (`-E`). */
  readonly stderr: boolean;
  /** How many `-D`: 1 and more stay in the foreground. */
  readonly foreground: number;
  readonly pidFile: string | null;
  readonly groupPidFile: string | null;
  readonly workDir: string | null;
  readonly runDir: string | null;
  readonly user: string | null;
  readonly group: string | null;
  readonly errors: readonly string[];
}

const DEFAULT_CONFIG = '/etc/kamailio/kamailio.cfg';

/** Reads a kamailio(8) command line, `args` without the command's own name. */
export function readKamailioOptions(args: readonly string[]): KamailioCommand {
  const { options, errors } = parseCommandLine(args);
  const all = (name: string): string[] => options.filter((o) => o.name === name).map((o) => o.value);
  const last = (name: string): string | null => all(name).at(-1) ?? null;
  const has = (name: string): boolean => options.some((o) => o.name === name);
  const defines = new Map<string, string | null>();
  for (const text of all('A')) {
    const eq = text.indexOf('=');
    if (eq < 0) defines.set(text, null);
    else defines.set(text.slice(0, eq), text.slice(eq + 1));
  }
  const substs = options.flatMap((o) =>
    o.name === 'subst' || o.name === 'substdef' || o.name === 'substdefs'
      ? [{ kind: o.name, text: o.value } as const]
      : [],
  );
  const preamble = options.map((o) => {
    if (o.name === 'loadmodule') return `loadmodule "${o.value}" `;
    if (o.name === 'modparam') return modparamLine(o.value);
    if (o.name === 'T') return 'disable_tcp=yes ';
    if (o.name === 'server-id' && /^\d+$/.test(o.value)) return `server_id=${o.value} `;
    return '';
  });
  const debug = last('debug');
  const shared = last('m');
  const megabytes = shared === null ? null : Number(shared);
  const bad = megabytes !== null && !(Number.isInteger(megabytes) && megabytes > 0);
  return {
    server: {
      configFile: last('f') ?? DEFAULT_CONFIG,
      defines,
      substs,
      listen: all('l'),
      aliases: [...all('alias'), ...all('domain')],
      // On one line with the config's first: line numbers stay.
      preamble: preamble.join(''),
      allowMissing: new Set<string>(),
      debugOffset: debug !== null ? Number(debug) || 0 : all('d').length,
      args: ['kamailio', ...args],
      ...(megabytes === null || bad ? {} : { sharedBytes: megabytes * 2 ** 20 }),
    },
    mode: has('h') ? 'help' : has('v') || has('V') ? 'version' : has('I') ? 'build-info' : has('c') ? 'check' : 'run',
    stderr: has('E'),
    foreground: all('D').length,
    pidFile: last('P'),
    groupPidFile: last('G'),
    workDir: last('w'),
    runDir: last('Y'),
    user: last('u'),
    group: last('g'),
    errors: bad ? [...errors, `bad size of shared memory: -m ${shared}`] : errors,
  };
}

/** `module:param:type:value` with type `s` or `i`, as a line of config. */
function modparamLine(text: string): string {
  const [module, param, type, ...rest] = text.split(':');
  const value = rest.join(':');
  return `modparam("${module}", "${param}", ${type === 'i' ? value : JSON.stringify(value)}) `;
}
