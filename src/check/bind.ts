import type {
  ConfigFile,
  CoreParam,
  FlagsDecl,
  ModParam,
  ParamValue,
  RouteBlock,
  RouteBlockKind,
  TopLevel,
} from '../../grammar/ast.js';
import type { Diagnostic, Span } from '../../grammar/source.js';
import type { RouteTable } from '../registry/arguments.js';
import { CORE_PARAMS, findCoreParam } from '../registry/core-params.js';
import { type CoreSettings, defaultSettings } from '../registry/core-settings.js';
import type { ModuleDef, ParamDef, ParamSetting } from '../registry/module.js';
import { compileRegex } from '../script/regex/index.js';
import { type RouteName, routeMask } from '../script/route-kind.js';
import { asyncGroups } from './async-groups.js';
import { bindBlock } from './bind-statement.js';
import {
  isUpstreamCoreParam,
  isUpstreamModule,
  isUpstreamParam,
  upstreamModules,
  whoHasEventRoute,
} from './catalog.js';
import type { Findings } from './findings.js';
import { Folder } from './fold.js';
import { MissingModules } from './missing.js';
import type { BoundRoute, LoadedModule, Program } from './program.js';
import { type BindScope, Names } from './scope.js';
import { didYouMean, guessed } from './suggest.js';

export interface BindOptions {
  /** The main file, for findings about the config as a whole. */
  readonly file?: string;
  readonly compat: '5.6' | '6.x';
  /** The core's own functions and pseudo-variables. */
  readonly core: ModuleDef;
  /** Definitions of the modules that the config loads, by name; others do not exist here. */
  readonly modules: ReadonlyMap<string, ModuleDef>;
  readonly findings: Findings;
  readonly allowMissing: ReadonlySet<string>;
  /** The text of a `modparamx` value: what can be known of its pseudo-variables before anything runs. */
  readonly expand: (text: string) => string;
}

/** The name a module is known by: `loadmodule "/path/to/tm.so"` loads `tm`. */
export function moduleName(text: string): string {
  const file = text.slice(text.lastIndexOf('/') + 1);
  return file.endsWith('.so') ? file.slice(0, -3) : file;
}

/** Resolves every name of a config. What is wrong is in `findings`; the program is usable when none of it is an error. */
export function bindProgram(ast: ConfigFile, options: BindOptions): Program {
  return new ProgramBinder(ast, options).bind();
}

/** Route blocks by the table they are looked up in, the kinds of calls they may hold, and what messages call them. */
const BLOCKS: Readonly<Record<RouteBlockKind, { table: RouteTable; mask: readonly RouteName[]; unnamed?: string }>> = {
  request_route: { table: 'main', mask: ['REQUEST'], unnamed: '0' },
  route: { table: 'main', mask: ['REQUEST'] },
  reply_route: { table: 'onreply', mask: ['CORE_ONREPLY'], unnamed: '0' },
  onreply_route: { table: 'onreply', mask: ['TM_ONREPLY'] },
  failure_route: { table: 'failure', mask: ['FAILURE'] },
  branch_route: { table: 'branch', mask: ['BRANCH'] },
  onsend_route: { table: 'onsend', mask: ['ONSEND'], unnamed: '0' },
  event_route: { table: 'event', mask: ['EVENT', 'REQUEST'] },
};

/** Whether a kind of block may hold calls of a function that is allowed in these kinds of route. */
export function mayHold(block: RouteBlockKind, routes: readonly RouteName[]): boolean {
  return (routeMask(BLOCKS[block].mask) & routeMask(routes)) !== 0;
}

class ProgramBinder {
  readonly #findings: Findings;
  readonly #loaded: LoadedModule[] = [];
  readonly #names: Names;
  readonly #flags = new Map<string, number>();
  readonly #flagPlaces = { message: new Map<string, Span>(), avp: new Map<string, Span>() };
  readonly #avpFlags = new Map<string, number>();
  readonly #settings: CoreSettings = defaultSettings();
  readonly #assigned = new Set<string>();
  readonly #notHere = new MissingModules();

  constructor(
    private readonly ast: ConfigFile,
    private readonly options: BindOptions,
  ) {
    this.#findings = options.findings;
    this.#names = new Names(options.core, options.compat);
  }

  bind(): Program {
    const { items } = this.ast;
    this.#loadModules(items);
    for (const item of items) {
      if (item.kind === 'core-param') this.#coreParam(item);
      else if (item.kind === 'flags') this.#declareFlags(item);
    }
    const customVariables = items.filter((i) => i.kind === 'custom-variable');
    this.#checkCustomVariables(customVariables);
    const routes = this.#routes(items.filter((i) => i.kind === 'route-block'));
    return {
      modules: this.#loaded,
      missing: this.#notHere,
      settings: this.#settings,
      assigned: this.#assigned,
      listens: items.filter((i) => i.kind === 'listen' || i.kind === 'socket'),
      aliases: items.filter((i) => i.kind === 'alias'),
      customVariables,
      flags: this.#flags,
      avpFlags: this.#avpFlags,
      asyncGroups: asyncGroups(items.filter((i) => i.kind === 'core-param')),
      routes,
    };
  }

  #loadModules(items: readonly TopLevel[]): void {
    const params = new Map<string, Record<string, unknown>>();
    const spans = new Map<string, Map<string, Span>>();
    const settings = new Map<string, ParamSetting[]>();
    for (const item of items) {
      if (item.kind === 'loadmodule') {
        const name = moduleName(item.module);
        const first = this.#loaded.find((m) => m.def.name === name);
        if (first) {
          const related = [{ span: first.span!, label: 'it is loaded here first' }];
          const fix = { title: 'remove this line', replacement: '' };
          const title = `module ${name} is loaded twice`;
          this.#findings.add('KTS1005', item.span, title, ['Remove this line.'], related, fix);
          continue;
        }
        const def = this.options.modules.get(name);
        if (!def) {
          this.#missingModule(name, item.span);
          continue;
        }
        const values = defaults(def);
        params.set(name, values);
        spans.set(name, new Map());
        settings.set(name, []);
        this.#loaded.push({
          def,
          params: values,
          paramSpans: spans.get(name)!,
          settings: settings.get(name)!,
          span: item.span,
        });
        this.#names.add(def);
      } else if (item.kind === 'modparam') this.#modParam(item, params, spans, settings);
    }
    const names = new Set(this.#loaded.map((m) => m.def.name));
    this.#loaded.forEach((m) => {
      for (const needed of m.def.depends) {
        if (names.has(needed)) continue;
        if (this.#notHere.has(needed)) {
          this.#notHere.use(needed, `module ${m.def.name}`, m.span!);
          continue;
        }
        const line = `loadmodule "${needed}.so"`;
        const title = `module ${m.def.name} needs module ${needed}`;
        this.#findings.add('KTS1006', m.span!, title, [`Add ${line} before it.`]);
      }
    });
  }

  #missingModule(name: string, span: Span): void {
    if (isUpstreamModule(name)) {
      this.#notHere.add(name);
      if (!this.options.allowMissing.has(name)) this.#notHere.report(name, span, this.#findings);
      return;
    }
    const meant = didYouMean(name, upstreamModules());
    this.#findings.add('KTS1003', span, `no module ${name}`, meant ? [`Did you mean ${meant}?`] : undefined);
  }

  #modParam(
    item: ModParam,
    params: Map<string, Record<string, unknown>>,
    spans: Map<string, Map<string, Span>>,
    settings: Map<string, ParamSetting[]>,
  ): void {
    const pattern = compileRegex(`^(${item.module})$`, { ignoreCase: true });
    if ('error' in pattern) {
      this.#findings.add('KTS1007', item.moduleSpan, `"${item.module}" is not a regular expression`);
      return;
    }
    const matching = this.#loaded.filter((m) => pattern.test(m.def.name));
    const missing = this.#notHere.names().filter((name) => pattern.test(name));
    for (const name of missing) this.#notHere.use(name, `parameter ${item.param}`, item.paramSpan);
    if (matching.length === 0) {
      if (missing.length > 0) return;
      this.#findings.add('KTS1007', item.moduleSpan, `No module matching <${item.module}> found`, [
        'Load the module before its parameters are set.',
      ]);
      return;
    }
    const value =
      item.expand && item.value.kind !== 'int'
        ? { ...item.value, value: this.options.expand(`${item.value.value}`) }
        : item.value;
    for (const { def } of matching) {
      const param = Object.hasOwn(def.params, item.param) ? def.params[item.param] : undefined;
      if (!param) {
        if (isUpstreamParam(def.name, item.param)) {
          const title = `parameter ${item.param} of module ${def.name} is not implemented yet`;
          this.#findings.add('KTS1014', item.paramSpan, title);
          continue;
        }
        const meant = didYouMean(item.param, Object.keys(def.params));
        this.#findings.add(
          'KTS1008',
          item.paramSpan,
          `module ${def.name} has no parameter ${item.param}`,
          meant ? [`Did you mean ${meant}?`] : undefined,
        );
        continue;
      }
      const refused = setParam(params.get(def.name)!, item.param, param, value);
      if (refused) {
        const title = `${def.name}: parameter ${item.param} ${refused}`;
        this.#findings.add('KTS1009', item.value.span, title, undefined, undefined, otherType(param, item.value));
      } else settings.get(def.name)!.push({ name: item.param, value: value.value, at: item.span.at });
      spans.get(def.name)!.set(item.param, item.span);
    }
  }

  /** `cfgengine "name"`: the routes of the config are what upstream calls native; other engines are scripts elsewhere. */
  #scriptEngine({ value }: CoreParam): void {
    if (value.value === 'native' || value.value === 'default') return;
    this.#findings.add('KTS1014', value.span, `config engine "${value.value}" is not implemented yet`);
  }

  #coreParam(item: CoreParam): void {
    if (item.name === 'cfgengine') {
      this.#scriptEngine(item);
      return;
    }
    const found = findCoreParam(item.name);
    if (!found && isUpstreamCoreParam(item.name)) {
      this.#findings.add('KTS1014', item.nameSpan, `core parameter ${item.name} is not implemented yet`);
      return;
    }
    if (!found) {
      const meant = didYouMean(item.name, Object.keys(CORE_PARAMS));
      this.#findings.add(
        'KTS1001',
        item.nameSpan,
        `unknown config variable ${item.name}`,
        meant ? [`Did you mean ${meant}?`] : undefined,
        undefined,
        meant ? guessed(meant) : undefined,
      );
      return;
    }
    const { name, def } = found;
    const { value } = item;
    const fits =
      def.type === 'int'
        ? value.kind === 'int' || (def.words && value.kind === 'word')
        : value.kind === 'string' || (value.kind === 'word' ? def.words === true : def.numbers === true);
    if (!fits) {
      this.#findings.add('KTS1002', value.span, `${item.name} takes a ${def.type === 'int' ? 'number' : 'string'}`);
      return;
    }
    (this.#settings as Record<string, unknown>)[name] = def.type === 'string' ? `${value.value}` : value.value;
    this.#assigned.add(name);
  }

  #declareFlags(item: FlagsDecl): void {
    const table = item.of === 'message' ? this.#flags : this.#avpFlags;
    const places = this.#flagPlaces[item.of];
    const declared = (name: string | undefined): Diagnostic['related'] => {
      const span = name === undefined ? undefined : places.get(name);
      return span && [{ span, label: `${name} is declared here` }];
    };
    for (const flag of item.flags) {
      if (table.has(flag.name)) {
        const title = `flag ${flag.name} already registered`;
        this.#findings.add('KTS1011', flag.span, title, undefined, declared(flag.name));
        continue;
      }
      places.set(flag.name, flag.span);
      const used = new Set(table.values());
      let position = flag.position ?? 0;
      if (flag.position === undefined) while (used.has(position)) position++;
      if (position > 31) this.#findings.add('KTS1011', flag.span, `invalid flag ${flag.name} position(${position})`);
      if (flag.position !== undefined && used.has(position)) {
        const title = `${flag.name}: flag ${position} already in use under another name`;
        const [other] = [...table].find(([, used]) => used === position) ?? [];
        this.#findings.add('KTS1012', flag.span, title, undefined, declared(other));
      }
      table.set(flag.name, position);
    }
  }

  #checkCustomVariables(items: readonly Extract<TopLevel, { kind: 'custom-variable' }>[]): void {
    const seen = new Map<string, Span>();
    for (const item of items) {
      if (item.instance !== undefined) continue;
      const key = `${item.group}.${item.name}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, item.span);
      else {
        const related = [{ span: first, label: 'it is declared here first' }];
        this.#findings.add('KTS1013', item.span, `variable already exists: ${key}`, undefined, related);
      }
    }
  }

  #routes(blocks: readonly RouteBlock[]): BoundRoute[] {
    const routes: BoundRoute[] = [];
    const byKey = new Map<string, number>();
    const places = new Map<string, Span>();
    const routesNamed: BindScope['routesNamed'] = [];
    const folder = new Folder(this.options.compat === '5.6' ? 32 : 64);
    for (const block of blocks) {
      const { table, mask: names, unnamed } = BLOCKS[block.route];
      const name = unnamed !== undefined && block.name === '' ? unnamed : block.name;
      const key = `${table}:${name}`;
      const display = block.name === '' ? block.route : `${block.route}[${block.name}]`;
      const mask = routeMask(names);
      const runner = table === 'event' ? whoHasEventRoute(name) : undefined;
      if (runner !== undefined) this.#notHere.use(runner, display, block.nameSpan);
      const scope: BindScope = {
        names: this.#names,
        findings: this.#findings,
        folder,
        compat: this.options.compat,
        flags: this.#flags,
        avpFlags: this.#avpFlags,
        block: { name: display, mask },
        notHere: this.#notHere,
        routesNamed,
        settingsOf: (module) => this.#loaded.find((m) => m.def === module)?.settings ?? [],
      };
      const body = bindBlock(block.body, scope);
      const known = byKey.get(key);
      if (known === undefined) {
        byKey.set(key, routes.length);
        places.set(key, block.nameSpan);
        routes.push({ table, name, mask, body, span: block.span, index: routes.length });
        continue;
      }
      const first = routes[known]!;
      // Unnamed blocks may be repeated: their bodies run one after the other.
      const numbered =
        block.nameSpan.at.column !== block.span.at.column || block.nameSpan.at.line !== block.span.at.line;
      if (block.name === '' && !(numbered && block.route === 'request_route'))
        routes[known] = { ...first, body: [...first.body, ...body] };
      else {
        const related = [{ span: places.get(key)!, label: 'it is defined here first' }];
        this.#findings.add('KTS1051', block.nameSpan, `duplicate route ${display}`, undefined, related);
      }
    }
    this.#namedRoutes(routesNamed, routes);
    const at = { file: this.options.file ?? this.ast.items[0]?.span.at.file ?? '', line: 1, column: 1 };
    if (this.ast.items.length === 0) this.#findings.add('KTS1053', { at, end: at }, 'the config is empty');
    else if (!byKey.has('main:0')) {
      this.#findings.add('KTS1052', { at, end: at }, 'no request_route {...} in the config');
    }
    return routes;
  }

  /** Functions may name routes that do not exist: upstream starts, and nothing runs. The name 0 takes back what was set. */
  #namedRoutes(named: BindScope['routesNamed'], routes: readonly BoundRoute[]): void {
    for (const { table, name, span } of named) {
      const there = routes.filter((r) => r.table === table).map((r) => r.name);
      if (table === 'rest' || name === '0' || name === '' || there.includes(name)) continue;
      const meant = didYouMean(name, there);
      const notes = meant ? [`Did you mean ${meant}?`] : undefined;
      this.#findings.add('KTS1054', span, `there is no ${table} route ${name}: nothing will run`, notes);
    }
  }
}

function defaults(def: ModuleDef): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(def.params)) values[name] = param.type === 'list' ? [] : param.default;
  return values;
}

/** The same value as the type that the parameter has. */
function otherType(def: ParamDef, { kind, value }: ParamValue): Diagnostic['fix'] {
  const type = def.type === 'list' ? def.value : def.type;
  if (type === 'int' && kind === 'string' && /^(?:0|-?[1-9][0-9]{0,8})$/.test(`${value}`))
    return { title: 'write it as a number', replacement: `${value}` };
  if (type === 'string' && kind === 'int') return { title: 'write it as a string', replacement: `"${value}"` };
  return undefined;
}

/** Sets one module parameter; the reason when the value is refused. */
function setParam(values: Record<string, unknown>, name: string, def: ParamDef, given: ParamValue): string | null {
  const isInt = given.kind === 'int';
  const { value } = given;
  const type = def.type === 'list' ? def.value : def.type;
  if (type === 'int' && !isInt) return `takes a number, not the string "${value}"`;
  if (type === 'string' && isInt) return `takes a string: write "${value}"`;
  if (def.type === 'int') {
    if (def.min !== undefined && (value as number) < def.min) return `must be at least ${def.min}`;
    if (def.max !== undefined && (value as number) > def.max) return `must be at most ${def.max}`;
  } else if (def.type !== 'int|string' && def.check && !isInt) {
    const refused = def.check(value as string);
    if (refused) return refused;
  }
  if (def.type === 'list') values[name] = [...(values[name] as unknown[]), value];
  else values[name] = value;
  return null;
}
