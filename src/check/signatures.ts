import { existsSync, readFileSync } from 'node:fs';

/** One form of a function as upstream's tables have it. */
export interface UpstreamForm {
  /** Kinds of arguments (`spve`, `igp`, `route:main` …); null when any number is taken. */
  readonly args: readonly string[] | null;
  readonly routes: readonly string[];
}

export interface UpstreamParam {
  readonly type: string;
  readonly default: string | null;
}

interface Exports {
  readonly depends?: readonly string[];
  readonly functions: Readonly<Record<string, readonly string[]>>;
  readonly params: Readonly<Record<string, string>>;
  readonly pvs: Readonly<Record<string, string>>;
}

interface Signatures {
  readonly modules: Readonly<Record<string, Exports>>;
  readonly core: Pick<Exports, 'functions' | 'params'>;
}

let loaded: Signatures | undefined;

/** Read at first need: editors want it, a server never does. */
function signatures(): Signatures {
  if (loaded === undefined) {
    const beside = new URL('./upstream-signatures.json', import.meta.url);
    const inSource = new URL('../../../src/check/upstream-signatures.json', import.meta.url);
    loaded = JSON.parse(readFileSync(existsSync(beside) ? beside : inSource, 'utf8')) as Signatures;
  }
  return loaded;
}

/** The forms of a function of an upstream module, or of the core (module null). */
export function upstreamForms(module: string | null, name: string): readonly UpstreamForm[] {
  const { functions } = exportsOf(module);
  return Object.hasOwn(functions, name) ? functions[name]!.map(formOf) : [];
}

function formOf(text: string): UpstreamForm {
  const at = text.indexOf('@');
  const args = text.slice(0, at).trim();
  return {
    args: args === '...' ? null : args === '' ? [] : args.split(' '),
    routes: text
      .slice(at + 1)
      .trim()
      .split(' '),
  };
}

/** A parameter of an upstream module, or of the core (module null). */
export function upstreamParam(module: string | null, name: string): UpstreamParam | undefined {
  const { params } = exportsOf(module);
  const text = Object.hasOwn(params, name) ? params[name]! : undefined;
  if (text === undefined) return undefined;
  const blank = text.indexOf(' ');
  return blank === -1 ? { type: text, default: null } : { type: text.slice(0, blank), default: text.slice(blank + 1) };
}

/** What is known of a pseudo-variable of an upstream module: `class` (takes a name), `writable`, `index`. */
export function upstreamPv(module: string, name: string): readonly string[] {
  const { pvs } = exportsOf(module);
  return Object.hasOwn(pvs, name) ? pvs[name]!.split(' ').filter((w) => w !== '') : [];
}

const NOTHING: Exports = { functions: {}, params: {}, pvs: {} };

function exportsOf(module: string | null): Exports {
  const { modules, core } = signatures();
  if (module === null) return { ...NOTHING, ...core };
  return Object.hasOwn(modules, module) ? modules[module]! : NOTHING;
}
