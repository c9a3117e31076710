import type { ConfigFile } from '../../grammar/ast.js';
import { type ParseOptions, type ParseResult, parseConfig } from '../../grammar/parse.js';
import type { Diagnostic } from '../../grammar/source.js';
import { bindProgram, moduleName } from '../check/bind.js';
import { Findings } from '../check/findings.js';
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
  /** Null when the text has syntax errors: names are then not looked at. */
  readonly program: Program | null;
  readonly findings: Findings;
  /** Everything found so far, syntax first. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses a config, loads the definitions of its modules and binds it. Reads files; opens nothing else. */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const missing = options.allowMissing ?? new Set<string>();
  const parsed = parseConfig({
    ...options,
    onLoadModule: (name) => Object.hasOwn(MODULES, moduleName(name)) || missing.has(moduleName(name)),
  });
  const findings = new Findings();
  if (parsed.diagnostics.some((d) => d.severity === 'error')) {
    return { parsed, program: null, findings, diagnostics: parsed.diagnostics };
  }
  const modules = await loadDefinitions(parsed.ast);
  const expand = (text: string): string =>
    text.replace(/\$(def|defn|defv|defs|env|envn)\((\w+)\)/g, (_, kind: string, name: string) =>
      kind.startsWith('env') ? (options.env[name] ?? '') : (parsed.defines.get(name) ?? ''),
    );
  const program = bindProgram(parsed.ast, {
    compat: options.compat,
    core: coreModule,
    modules,
    findings,
    allowMissing: missing,
    expand,
  });
  return {
    parsed,
    program,
    findings,
    get diagnostics() {
      return [...parsed.diagnostics, ...findings.list];
    },
  };
}

/** The definitions of the modules that a config loads and that exist here. */
async function loadDefinitions(ast: ConfigFile): Promise<Map<string, ModuleDef>> {
  const names = new Set(ast.items.flatMap((item) => (item.kind === 'loadmodule' ? [moduleName(item.module)] : [])));
  const known = [...names].filter((name) => Object.hasOwn(MODULES, name));
  const defs = await Promise.all(known.map((name) => MODULES[name]!()));
  return new Map(defs.map((def) => [def.name, def]));
}
