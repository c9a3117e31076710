import { existsSync, readFileSync } from 'node:fs';

/** Names that upstream's modules export: tells *known upstream, not loaded or not here* from *unknown*. */
interface Upstream {
  readonly modules: Readonly<Record<string, UpstreamModule>>;
  readonly core: {
    readonly params: readonly string[];
    readonly functions: readonly string[];
    readonly pvs: readonly string[];
    readonly eventRoutes: readonly string[];
    readonly rpc: readonly string[];
  };
}

/** What a module exports upstream, by name. */
export interface UpstreamModule {
  readonly functions: readonly string[];
  readonly params: readonly string[];
  /** Those that 5.6 has and later releases have not. */
  readonly paramsIn56?: readonly string[];
  readonly pvs: readonly string[];
  readonly rpc?: readonly string[];
  readonly stats?: readonly string[];
  /** `<x>` stands for text that is known at run time. */
  readonly eventRoutes?: readonly string[];
  /** Operations by class. */
  readonly transformations?: Readonly<Record<string, readonly string[]>>;
  /** Forms (`name/arguments`) that take only literals, and those that did so in 5.6. */
  readonly literal?: readonly string[];
  readonly literalIn56?: readonly string[];
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

/** Upstream's module that exports a class of transformations. */
export function whoHasTransformations(cls: string): string | undefined {
  return owners((m) => Object.hasOwn(m.transformations ?? {}, cls))[0];
}

/** True when upstream has this operation; names of operations are the same in any case. */
export function isUpstreamTransformation(cls: string, op: string): boolean {
  const name = op.toLowerCase();
  return owners((m) => m.transformations?.[cls]?.some((o) => o.toLowerCase() === name) ?? false).length > 0;
}

/** Upstream's module that runs an event route of that name; undefined for those of the core and for unknown ones. */
export function whoHasEventRoute(name: string): string | undefined {
  return owners((m) => m.eventRoutes?.some((pattern) => matchesEvent(pattern, name)) ?? false)[0];
}

function matchesEvent(pattern: string, name: string): boolean {
  const open = pattern.indexOf('<');
  return open === -1 ? pattern === name : name.startsWith(pattern.slice(0, open)) && name.length > open;
}

/** What a module exports upstream; undefined when there is none of that name. */
export function upstreamModule(name: string): UpstreamModule | undefined {
  return isUpstreamModule(name) ? upstream().modules[name] : undefined;
}

/** True when upstream has a core parameter of that name. */
export function isUpstreamCoreParam(name: string): boolean {
  return upstream().core.params.includes(name);
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
  const known = upstreamModule(module);
  return known !== undefined && (known.params.includes(param) || (known.paramsIn56?.includes(param) ?? false));
}

function owners(has: (m: UpstreamModule) => boolean): string[] {
  return Object.entries(upstream().modules)
    .filter(([, m]) => has(m))
    .map(([name]) => name);
}

/**
 * Whether upstream takes only literals in this form of a function; undefined when it does not have the function. 5.6 did
 * so in more places than later releases.
 */
export function takesLiteralsOnly(
  module: string,
  name: string,
  args: number,
  compat: '5.6' | '6.x',
): boolean | undefined {
  const known = upstreamModule(module);
  if (!known?.functions.includes(name)) return undefined;
  const form = `${name}/${args}`;
  return (known.literal?.includes(form) ?? false) || (compat === '5.6' && (known.literalIn56?.includes(form) ?? false));
}
