import type { ParseResult } from '../../grammar/parse.js';
import type { Diagnostic } from '../../grammar/source.js';
import {
  isUpstreamCoreParam,
  isUpstreamModule,
  isUpstreamParam,
  whoHasEventRoute,
  whoHasFunction,
  whoHasPv,
  whoHasTransformations,
} from '../check/catalog.js';
import { coreModule } from '../core/module.js';
import { MODULES } from '../modules/index.js';
import { findCoreParam } from '../registry/core-params.js';
import type { ModuleDef } from '../registry/module.js';
import { type Difference, differences, type Subject } from './differences.js';
import { type Use, type UseKind, usesOf } from './uses.js';

/** `same`: runs as it is. `unknown`: neither kts nor upstream has it, so upstream would refuse it too. */
export type Status = 'same' | 'differs' | 'missing' | 'unknown';

/** One thing that the config uses, judged. */
export interface Judged extends Use {
  readonly status: Status;
  /** The module that it belongs to; null for the core. */
  readonly owner: string | null;
  /** Why it is missing, or what has no effect here. */
  readonly note?: string;
  /** Entries of docs/differences.md about it. */
  readonly differences: readonly Difference[];
}

export interface PortReport {
  readonly file: string;
  readonly files: readonly string[];
  readonly verdict: Verdict;
  readonly items: readonly Judged[];
  /** How many of each kind have each status. */
  readonly counts: Readonly<Record<UseKind, Readonly<Record<Status, number>>>>;
  /** Differences that concern every config. */
  readonly general: readonly Difference[];
  /** What else `kts check` reports as an error. */
  readonly problems: readonly Diagnostic[];
  /** Conditional branches that this report does not look at, as the defines stand. */
  readonly untaken: number;
}

export type Verdict = 'runs' | 'runs-with-differences' | 'does-not-run';

export const KINDS: readonly UseKind[] = [
  'module',
  'function',
  'param',
  'pv',
  'transformation',
  'core-param',
  'event-route',
];
export const STATUSES: readonly Status[] = ['same', 'differs', 'missing', 'unknown'];

/** Codes that say what the report says by itself: something is missing. */
const ABOUT_MISSING = new Set(['KTS1004', 'KTS1014']);

/**
 * Judges everything a config uses. `found` is what `kts check` finds with all missing modules allowed. Of several
 * readings, with other branches taken in each, the first is the config as it runs.
 */
export async function portReport(
  file: string,
  readings: readonly [ParseResult, ...ParseResult[]],
  found: readonly Diagnostic[],
): Promise<PortReport> {
  const uses = usesOf(readings.map((r) => r.ast));
  const judge = await Judge.make(uses);
  const items = uses.map((use) => judge.judge(use));
  const problems = found.filter((d) => d.severity === 'error' && !ABOUT_MISSING.has(d.code));
  const stops = problems.length > 0 || items.some((i) => i.status === 'missing' || i.status === 'unknown');
  const differ = items.some((i) => i.status === 'differs');
  return {
    file,
    files: [...new Set(readings.flatMap((r) => r.files))],
    verdict: stops ? 'does-not-run' : differ ? 'runs-with-differences' : 'runs',
    items,
    counts: countsOf(items),
    general: differences().filter((d) => d.subjects.length === 0),
    problems,
    untaken: readings.length > 1 ? 0 : readings[0].branches.filter((b) => !b.active).length,
  };
}

function countsOf(items: readonly Judged[]): PortReport['counts'] {
  const count = (kind: UseKind, status: Status): number =>
    items.filter((i) => i.kind === kind && i.status === status).length;
  const row = (kind: UseKind) => Object.fromEntries(STATUSES.map((status) => [status, count(kind, status)]));
  return Object.fromEntries(KINDS.map((kind) => [kind, row(kind)])) as unknown as PortReport['counts'];
}

/** Where a name is: in a module here, only upstream, or nowhere. */
interface Found {
  readonly owner: string | null;
  readonly here: boolean;
  readonly known: boolean;
  readonly note?: string;
}

class Judge {
  private constructor(private readonly loaded: ReadonlyMap<string, ModuleDef | null>) {}

  static async make(uses: readonly Use[]): Promise<Judge> {
    const names = uses.flatMap((use) => (use.kind === 'module' ? [use.name] : []));
    const defs = await Promise.all(
      names.map(async (name) => [name, Object.hasOwn(MODULES, name) ? await MODULES[name]!() : null] as const),
    );
    return new Judge(new Map(defs));
  }

  judge(use: Use): Judged {
    const { owner, here, known, note } = this.#find(use);
    const about = here ? differences().filter((d) => d.subjects.some((s) => concerns(s, use))) : [];
    const status: Status = !here
      ? known
        ? 'missing'
        : 'unknown'
      : about.length > 0 || note !== undefined
        ? 'differs'
        : 'same';
    return { ...use, owner, status, note: note ?? (here ? undefined : whyNot(use, owner, known)), differences: about };
  }

  #find(use: Use): Found {
    const { name } = use;
    switch (use.kind) {
      case 'module':
        return { owner: name, here: Object.hasOwn(MODULES, name), known: isUpstreamModule(name) };
      case 'function':
        return this.#export(name, 'functions', whoHasFunction(name));
      case 'pv':
        return this.#export(name, 'pvs', whoHasPv(name));
      case 'transformation':
        return this.#transformation(name);
      case 'param':
        return this.#param(use.module!, name);
      case 'core-param': {
        const here = findCoreParam(name) !== null;
        return { owner: null, here, known: here || isUpstreamCoreParam(name) || name === 'cfgengine' };
      }
      case 'event-route': {
        const runner = whoHasEventRoute(name);
        const here = runner === undefined || Object.hasOwn(MODULES, runner);
        return { owner: runner ?? null, here, known: true };
      }
    }
  }

  #export(name: string, what: 'functions' | 'pvs', owners: readonly string[]): Found {
    if (Object.hasOwn(coreModule[what], name)) return { owner: null, here: true, known: true };
    for (const [module, def] of this.loaded)
      if (def && Object.hasOwn(def[what], name)) return { owner: module, here: true, known: true };
    const owner = owners.find((o) => this.loaded.has(o)) ?? owners[0] ?? null;
    return { owner, here: false, known: owner !== null };
  }

  #transformation(name: string): Found {
    const dot = name.indexOf('.');
    const [cls, op] = [name.slice(0, dot), name.slice(dot + 1).toLowerCase()];
    for (const [module, def] of this.loaded) {
      const ops = def && Object.hasOwn(def.transformations, cls) ? Object.keys(def.transformations[cls]!) : [];
      if (ops.some((o) => o.toLowerCase() === op)) return { owner: module, here: true, known: true };
    }
    const owner = whoHasTransformations(cls) ?? null;
    return { owner, here: false, known: owner !== null };
  }

  #param(module: string, name: string): Found {
    const def = this.loaded.get(module);
    const param = def && Object.hasOwn(def.params, name) ? def.params[name] : undefined;
    if (param)
      return { owner: module, here: true, known: true, note: param.noEffect && `no effect here: ${param.noEffect}` };
    return { owner: module, here: false, known: isUpstreamParam(module, name) };
  }
}

function whyNot(use: Use, owner: string | null, known: boolean): string {
  if (!known) return 'neither kts nor upstream has it';
  if (owner === null) return 'not implemented yet';
  if (use.kind !== 'module' && Object.hasOwn(MODULES, owner))
    return `module ${owner} has it upstream; not loaded, or not implemented yet`;
  return `module ${owner} is not implemented yet`;
}

function concerns(subject: Subject, use: Use): boolean {
  if (subject.kind !== use.kind) return false;
  if (subject.kind === 'param') return subject.module === use.module && subject.name === use.name;
  if (subject.kind !== 'transformation') return subject.name === use.name;
  const name = use.name.toLowerCase();
  return subject.name.endsWith('.*') ? name.startsWith(subject.name.slice(0, -1)) : subject.name === name;
}
