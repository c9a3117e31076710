import type { ConfigFile } from '../../grammar/ast.js';
import { type ParseOptions, type ParseResult, parseConfig } from '../../grammar/parse.js';
import type { Diagnostic } from '../../grammar/source.js';
import { bindProgram, moduleName } from '../check/bind.js';
import { type BindCode, Findings } from '../check/findings.js';
import type { Program } from '../check/program.js';
import { MODULES } from '../modules/index.js';
import type { ModuleDef } from '../registry/module.js';
import { coreModule } from './module.js';

export interface LoadOptions extends Omit<ParseOptions, 'onLoadModule' | 'compat'> {
  readonly compat: '5.6' | '6.x';
  readonly allowMissing?: ReadonlySet<string>;
}

/** A config as far as it can be understood without running anything. */
export interface LoadedConfig {
  readonly parsed: ParseResult;
  /** Null when the text has syntax errors. What could be read of it has been looked at all the same. */
  readonly program: Program | null;
  readonly findings: Findings;
  /** Everything found so far, syntax first. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses a config, loads the definitions of its modules and binds it. Reads files; opens nothing else. */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const missing = options.allowMissing ?? new Set<string>();
  const named = new Set<string>();
  const parsed = parseConfig({
    ...options,
    onLoadModule: (name) => {
      named.add(moduleName(name));
      return Object.hasOwn(MODULES, moduleName(name)) || missing.has(moduleName(name));
    },
  });
  const findings = new Findings();
  const broken = parsed.diagnostics.some((d) => d.severity === 'error');
  const modules = await loadDefinitions(parsed.ast);
  const expand = (text: string): string =>
    text.replace(/\$(def|defn|defv|defs|env|envn)\((\w+)\)/g, (_, kind: string, name: string) =>
      kind.startsWith('env') ? (options.env[name] ?? '') : (parsed.defines.get(name) ?? ''),
    );
  const program = bindProgram(parsed.ast, {
    file: options.file,
    compat: options.compat,
    core: coreModule,
    modules,
    findings,
    allowMissing: missing,
    expand,
  });
  if (broken) findings.drop(lackings(parsed.ast, named));
  return {
    parsed,
    program: broken ? null : program,
    findings,
    get diagnostics() {
      return [...parsed.diagnostics, ...findings.list];
    },
  };
}

/** Of what lacks where text was skipped: routes, and with a lost `loadmodule` all that its module has. */
const LACKS_ROUTE: readonly BindCode[] = ['KTS1050', 'KTS1052', 'KTS1053', 'KTS1054'];
const LACKS_MODULE: readonly BindCode[] = ['KTS1006', 'KTS1007', 'KTS1020', 'KTS1026', 'KTS1030', 'KTS1034'];

function lackings(ast: ConfigFile, named: ReadonlySet<string>): ReadonlySet<BindCode> {
  const loaded = new Set(ast.items.flatMap((i) => (i.kind === 'loadmodule' ? [moduleName(i.module)] : [])));
  const lost = [...named].some((name) => !loaded.has(name));
  return new Set([...LACKS_ROUTE, ...(lost ? LACKS_MODULE : [])]);
}

/** The definitions of the modules that a config loads and that exist here. */
async function loadDefinitions(ast: ConfigFile): Promise<Map<string, ModuleDef>> {
  const names = new Set(ast.items.flatMap((item) => (item.kind === 'loadmodule' ? [moduleName(item.module)] : [])));
  const known = [...names].filter((name) => Object.hasOwn(MODULES, name));
  const defs = await Promise.all(known.map((name) => MODULES[name]!()));
  return new Map(defs.map((def) => [def.name, def]));
}
