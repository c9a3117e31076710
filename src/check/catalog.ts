import { existsSync, readFileSync } from 'node:fs';

/** Names that upstream's modules export: tells *known upstream, not loaded or not here* from *unknown*. */
interface Upstream {
  readonly modules: Readonly<
    Record<string, { functions: string[]; params: string[]; pvs: string[]; literalIn56?: string[] }>
  >;
}

let loaded: Upstream | undefined;

/** Read at first need: only a config with a finding pays for it. */
function upstream(): Upstream {
  if (loaded === undefined) {
    const beside = new URL('./upstream.json', import.meta.url);
    const inSource = new URL('../../../src/check/upstream.json', import.meta.url);
    loaded = JSON.parse(readFileSync(existsSync(beside) ? beside : inSource, 'utf8')) as Upstream;
  }
  return loaded;
}

/** Upstream's modules that export a function of that name. */
export function whoHasFunction(name: string): string[] {
  return owners((m) => m.functions.includes(name));
}

/** Upstream's modules that export a pseudo-variable of that name. */
export function whoHasPv(name: string): string[] {
  return owners((m) => m.pvs.includes(name));
}

/** Transformation classes by upstream's modules that export them. */
const TRANSFORMATIONS: Readonly<Record<string, readonly string[]>> = {
  corex: ['sock'],
  json: ['json'],
  kazoo: ['kz'],
  msrp: ['msrpuri'],
  pv: ['s', 'uri', 'param', 'tobody', 'line', 'nameaddr', 'urialias', 'val', 'num'],
  sqlops: ['sql'],
  textops: ['re'],
  xhttp: ['url'],
};

/** Upstream's module that exports a class of transformations. */
export function whoHasTransformations(cls: string): string | undefined {
  return Object.keys(TRANSFORMATIONS).find((name) => TRANSFORMATIONS[name]!.includes(cls));
}

/** True when upstream has a module of that name. */
export function isUpstreamModule(name: string): boolean {
  return Object.hasOwn(upstream().modules, name);
}

export function upstreamModules(): string[] {
  return Object.keys(upstream().modules);
}

/** True when upstream's module has a parameter of that name. */
export function isUpstreamParam(module: string, param: string): boolean {
  return upstream().modules[module]?.params.includes(param) ?? false;
}

function owners(has: (m: Upstream['modules'][string]) => boolean): string[] {
  return Object.entries(upstream().modules)
    .filter(([, m]) => has(m))
    .map(([name]) => name);
}

/** True when 5.6 took only literals for this function, where later releases take any expression. */
export function wasLiteralOnly(module: string, name: string, args: number): boolean {
  return upstream().modules[module]?.literalIn56?.includes(`${name}/${args}`) ?? false;
}
