import { resolve as resolvePath } from 'node:path';
import type { Span } from '../../grammar/source.js';
import { bindFormat, bindPvText, type PvScope } from '../check/bind-pv.js';
import { Findings } from '../check/findings.js';
import type { FormatText, LoadedModule, Program } from '../check/program.js';
import { Names } from '../check/scope.js';
import { didYouMean } from '../check/suggest.js';
import type { Clock } from '../clock/clock.js';
import { inferEffects } from '../compile/effects.js';
import { emitProgram } from '../compile/emit.js';
import { Linker, NOWHERE } from '../compile/link.js';
import type { Databases } from '../db/database.js';
import type { Resolver } from '../net/resolve.js';
import type { Network } from '../net/transport.js';
import { RECEIVE, ROUTE, unpackReceive, type WireMessage } from '../net/wire.js';
import type { Log } from '../observe/log.js';
import type { Statistics } from '../observe/statistics.js';
import { VERSION } from '../observe/version.js';
import { ArgumentError, type BindEnv, type BoundPv, type Format, type RouteTable } from '../registry/arguments.js';
import type { CoreSettings } from '../registry/core-settings.js';
import { noHooks } from '../registry/hooks.js';
import type { Host } from '../registry/host.js';
import { ConfigError, type ModuleDef } from '../registry/module.js';
import type { Threads } from '../registry/threads.js';
import type { RpcTable } from '../rpc/table.js';
import { AsyncStatements } from '../script/async-statements.js';
import type { ScriptContext } from '../script/context.js';
import { compileRegex } from '../script/regex/index.js';
import { ScriptRuntime } from '../script/runtime.js';
import { ScriptVars } from '../script/script-vars.js';
import type { SelectEntry } from '../script/selects/node.js';
import type { Zone } from '../shm/zone.js';
import type { ReceiveInfo } from '../sip/receive-info.js';
import { registerCoreGroups } from './cfg-groups.js';
import { CfgTable, customVariable } from './cfg-variables.js';
import { distributor } from './distribute.js';
import { coreModule } from './module.js';
import { Myself } from './myself.js';
import { StatelessProxy } from './proxy.js';
import { Receiver } from './receive.js';
import { type CompiledRoute, RouteTables } from './routes.js';
import { forAllThreads } from './rpc-reach.js';
import { CoreState } from './state.js';
import { receiveCounters } from './statistics.js';

/** What a script thread is made of; the server opens these. */
export interface ThreadParts {
  readonly program: Program;
  readonly compat: '5.6' | '6.x';
  readonly clock: Clock;
  readonly log: Log;
  readonly network: Network;
  readonly resolver: Resolver;
  readonly zone: Zone;
  readonly databases: Databases;
  readonly rpc: RpcTable;
  readonly statistics: Statistics;
  readonly threads: Threads;
  readonly configDir: string;
  readonly runDir: string;
  readonly stateDir: string;
  readonly cwd: string;
  readonly defines: ReadonlyMap<string, string | null>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One script thread: the compiled program, the states of its modules, and the message loop over them. */
export class ScriptThread implements Host {
  readonly settings: CoreSettings;
  readonly compat: '5.6' | '6.x';
  readonly clock: Clock;
  readonly log: Log;
  readonly network: Network;
  readonly resolver: Resolver;
  readonly zone: Zone;
  readonly databases: Databases;
  readonly rpc: RpcTable;
  readonly statistics: Statistics;
  readonly threads: Threads;
  readonly threadIndex: number;
  readonly configDir: string;
  readonly runDir: string;
  readonly stateDir: string;
  readonly cfg = new CfgTable();
  readonly selects = new Map<string, SelectEntry>();
  readonly hooks = noHooks();
  readonly routes: RouteTables;
  readonly proxy: StatelessProxy;
  readonly bindEnv: BindEnv;
  readonly myself: Myself;
  #program: Program;
  readonly #states = new Map<string, unknown>();
  readonly #names: Names;
  readonly #core: CoreState;
  readonly #cwd: string;
  #linker: Linker;
  #receiver: Receiver | null = null;
  /** What parameter values need linked once all states are there; null from then on. */
  #unlinked: (() => unknown)[] | null = [];
  #started: LoadedModule[] = [];

  constructor(parts: ThreadParts) {
    this.#program = parts.program;
    this.settings = parts.program.settings;
    this.compat = parts.compat;
    this.clock = parts.clock;
    this.log = parts.log;
    this.network = parts.network;
    this.resolver = parts.resolver;
    this.zone = parts.zone;
    this.databases = parts.databases;
    this.rpc = parts.rpc;
    this.statistics = parts.statistics;
    this.threads = parts.threads;
    this.threadIndex = parts.threads.index;
    this.configDir = parts.configDir;
    this.runDir = parts.runDir;
    this.stateDir = parts.stateDir;
    this.#cwd = parts.cwd;
    this.myself = new Myself(parts.network);
    this.routes = new RouteTables(parts.program, parts.log);
    this.#core = new CoreState(this, this.cfg, parts.defines, parts.env);
    this.#states.set(coreModule.name, this.#core);
    this.#names = new Names(coreModule, parts.compat);
    for (const m of parts.program.modules) this.#names.add(m.def);
    this.bindEnv = this.#makeBindEnv();
    this.#linker = this.#makeLinker(new Findings(), new ScriptVars());
    const { server_header, server_signature } = this.settings;
    this.proxy = new StatelessProxy({
      network: this.network,
      resolver: this.resolver,
      log: this.log,
      settings: this.settings,
      serverLine:
        server_header !== null ? `${server_header}\r\n` : server_signature === 1 ? `Server: ${VERSION.full}\r\n` : '',
      onsendRoute: () => this.routes.find('onsend', '0'),
      compat: this.compat,
      hooks: this.hooks,
      mtuProto: (msg) => this.#core.mtuProto(msg),
    });
    this.#registerCustomVariables();
    registerCoreGroups(this);
    if (this.settings.force_rport === 1) {
      this.hooks.preRequest.push((ctx) => {
        ctx.msg.forceRport = true;
        return true;
      });
    }
  }

  /** Makes module states and compiles all routes. What is wrong goes to `findings`; opens nothing. */
  configure(findings: Findings): void {
    for (const m of this.program.modules) this.#configureModule(m, findings);
    const pv = this.#states.get('pv') as { vars?: ScriptVars } | undefined;
    const vars = pv?.vars ?? new ScriptVars();
    this.#linker = this.#makeLinker(findings, vars);
    const waiting = this.#unlinked ?? [];
    this.#unlinked = null;
    for (const link of waiting) findings.duringStart(link);
    this.#checkRouteNames(findings);
    this.#compile(vars, findings)?.();
  }

  /** The config as it runs. */
  get program(): Program {
    return this.#program;
  }

  /**
   * Goes on with the routes of another version of the config whose modules and parameters are the same (see
   * `restartNeeds`). Module states and script variables stay; runs in progress end with the code they began with.
   * @returns why the sockets that are open do not suit it; it has taken effect when there is none and `findings` has no error
   */
  reload(program: Program, defines: ReadonlyMap<string, string | null>, findings: Findings): readonly string[] {
    const before = { program: this.#program, defines: this.#core.defines, linker: this.#linker };
    const undo = [this.routes.replace(program), this.routes.renewRests(), this.#core.forgetRequired()];
    this.#program = program;
    this.#core.defines = defines;
    const { vars } = this.routes;
    let install: (() => void) | null = null;
    try {
      this.#linker = this.#makeLinker(findings, vars);
      this.#checkRouteNames(findings);
      const compiled = this.#compile(vars, findings);
      const unmet = compiled === null ? [] : this.unmetNeeds();
      if (unmet.length === 0) install = compiled;
      return unmet;
    } finally {
      if (install !== null) install();
      else {
        for (const step of undo) step();
        this.#program = before.program;
        this.#core.defines = before.defines;
        this.#linker = before.linker;
      }
    }
  }

  /** What keeps the script from running on the sockets that are open now; one sentence each. */
  unmetNeeds(): string[] {
    return this.#core.missingSockets();
  }

  /**
   * Opens what modules need, in load order.
   * @returns why a module refuses, in one sentence; null when all have started. What has been opened is `stop`'s.
   */
  async start(): Promise<string | null> {
    for (const m of this.program.modules) {
      // First noted, then started: one that fails halfway may have opened something.
      this.#started.push(m);
      try {
        await m.def.start?.(this.#states.get(m.def.name), this);
      } catch (e) {
        return e instanceof ConfigError ? e.message : `module ${m.def.name} did not start: ${reasonOf(e)}`;
      }
    }
    return null;
  }

  /** From now on only requests of what is in progress are routed. */
  finish(): void {
    const { unfinished, preRequest } = this.hooks;
    preRequest.unshift((ctx) => unfinished.some((u) => u.concerns(ctx)));
  }

  /** Stops what was started, in reverse order; a module that fails to stop does not keep the others from it. */
  async stop(): Promise<void> {
    const started = this.#started.reverse();
    this.#started = [];
    for (const m of started) {
      try {
        await m.def.stop?.(this.#states.get(m.def.name));
      } catch (e) {
        this.log.error(m.def.name, `stopping failed: ${reasonOf(e)}`);
      }
    }
  }

  /** The message loop, ready to be attached to the network. */
  receiver(): Receiver {
    const receiver = (this.#receiver = new Receiver({
      log: this.log,
      hooks: this.hooks,
      routes: this.routes,
      forwardReply: (ctx) => this.proxy.forwardReply(ctx),
      counters: receiveCounters(this.statistics),
      distribute: distributor({
        threads: this.threads,
        settings: this.settings,
        hooks: this.hooks,
        log: this.log,
        statistics: this.statistics,
      }),
    }));
    this.threads.handle<WireMessage>(RECEIVE, ({ raw, from }) => {
      const received = unpackReceive(from, this.network);
      return received === null ? undefined : this.receive(raw, received);
    });
    this.threads.handle<WireMessage>(ROUTE, ({ raw, from }) => {
      const received = unpackReceive(from, this.network);
      return received === null ? undefined : receiver.route(raw, received);
    });
    return receiver;
  }

  receive(raw: string, received: ReceiveInfo): Promise<void> | undefined {
    return this.#receiver?.receive(raw, received, true);
  }

  state<S>(module: ModuleDef<S>): S {
    const state = this.stateIfLoaded(module);
    if (state === undefined)
      throw new ConfigError(
        this.isLoaded(module.name)
          ? `module ${module.name} must be loaded before it`
          : `module ${module.name} is not loaded`,
      );
    return state;
  }

  stateIfLoaded<S>(module: ModuleDef<S>): S | undefined {
    return this.#states.get(module.name) as S | undefined;
  }

  isLoaded(name: string): boolean {
    return this.program.modules.some((m) => m.def.name === name);
  }

  isMyself(host: string, port: number, proto: string | null): boolean {
    return this.myself.is(host, port, proto);
  }

  addMyselfCheck(check: (host: string, port: number, proto: string | null) => boolean): void {
    this.myself.addCheck(check);
  }

  #configureModule(m: LoadedModule, findings: Findings): void {
    const { def } = m;
    // A module that is not here is one finding: nothing is said of the modules that build on it.
    if (findings.failed() && def.depends.some((name) => this.program.missing.has(name))) return;
    try {
      const state = def.configure(this, m.params as never, m.settings);
      this.#states.set(def.name, state);
      for (const [name, rpc] of Object.entries(def.rpc)) {
        const command = { name, doc: rpc.doc, run: rpc.bind(state, this) };
        const speaks = rpc.reach !== undefined && this.threadIndex === 0 && this.threads.count > 1;
        this.rpc.register(speaks ? forAllThreads(command, rpc.reach, this.threads) : command);
      }
    } catch (e) {
      if (!(e instanceof ConfigError) && !(e instanceof ArgumentError)) throw e;
      const param = e instanceof ConfigError ? e.param : undefined;
      const span =
        typeof param === 'object'
          ? { at: param.at, end: param.at }
          : (m.paramSpans.get(param ?? '') ?? m.span ?? NOWHERE);
      findings.add('KTS1010', span, `module ${def.name}: ${e.message}`);
    }
  }

  /** Compiles all routes; what puts the result into force, or null when something is wrong (in `findings`). */
  #compile(vars: ScriptVars, findings: Findings): (() => void) | null {
    const effects = inferEffects(this.program, this.settings.max_recursive_level);
    const prefixMode = this.settings.log_prefix !== null && this.settings.log_prefix_mode === 1;
    const emission = emitProgram(this.program, effects, this.#linker, {
      compat: this.compat,
      returnMode: this.settings.return_mode,
      actionHook: prefixMode,
    });
    if (findings.failed()) return null;
    const runtime = new ScriptRuntime({
      compat: this.compat,
      log: this.log,
      vars,
      maxLoops: this.settings.max_while_loops,
      maxDepth: this.settings.max_recursive_level,
      compileRegex: (source, { newline }) => compileRegex(source, { ignoreCase: true, newline }),
      findRoute: (table, name) => this.routes.find(table, name),
      statements: new AsyncStatements({
        log: this.log,
        vars,
        begin: (ctx) => this.#beginWaiting(ctx),
        after: (ms, run) => this.clock.after(ms, run),
        findRoute: (name) => this.routes.find('main', name),
        fakeRequest: () => this.routes.fakeRequest(),
      }),
      onAction: prefixMode
        ? (ctx) => {
            ctx.logPrefix = undefined;
          }
        : null,
    });
    // The source holds nothing of the config but literals that went through JSON escaping.
    const make = new Function('k', 'R', emission.source) as (
      k: readonly unknown[],
      r: ScriptRuntime,
    ) => CompiledRoute['code'][];
    const codes = make(emission.constants, runtime);
    return () => {
      this.routes.install(codes, vars);
      this.#installLogPrefix();
    };
  }

  /** Asks who has a say in it whether a run may wait. */
  #beginWaiting(ctx: ScriptContext): number {
    for (const hook of this.hooks.beforeWait) {
      const code = hook(ctx);
      if (code <= 0) return code;
    }
    return 1;
  }

  #installLogPrefix(): void {
    const { log_prefix } = this.settings;
    if (log_prefix === null || log_prefix === '') return;
    const format = this.bindEnv.format(log_prefix);
    this.log.prefixOf = (ctx) => (ctx.logPrefix ??= format(ctx));
  }

  #checkRouteNames(findings: Findings): void {
    for (const { table, name, span } of this.routes.referenced()) {
      if (this.routes.find(table, name) !== null) continue;
      const meant = didYouMean(
        name,
        this.program.routes.filter((r) => r.table === table).map((r) => r.name),
      );
      findings.add('KTS1050', span, `route "${name}" not found`, meant ? [`Did you mean ${meant}?`] : undefined);
    }
  }

  #registerCustomVariables(): void {
    for (const v of this.program.customVariables) {
      if (v.instance !== undefined) continue;
      this.cfg.register(v.group, { [v.name]: customVariable(v.value.value, v.desc ?? '') });
    }
    for (const v of this.program.customVariables) {
      if (v.instance !== undefined) this.cfg.set(v.group, v.name, v.value.value, v.instance);
    }
  }

  #makeLinker(findings: Findings, vars: ScriptVars): Linker {
    return new Linker(
      {
        states: this.#states,
        env: this.bindEnv,
        vars,
        findRoute: (table, name) => this.routes.find(table, name),
        restRoute: (number) => this.routes.rest(number),
        isMyself: (host, port, proto) => this.isMyself(host, port, proto),
        fullPath: (file) => resolvePath(this.#cwd, file),
        refused: (text) => this.log.error('<core>', text),
      },
      findings,
    );
  }

  /** What parsers of literals may use. Names are resolved at once, closures are linked at first use: states may be made later. */
  #makeBindEnv(): BindEnv {
    const bind = <T>(what: (scope: PvScope, place: Span) => T | null): T => {
      const findings = new Findings();
      const bound = what({ names: this.#names, findings, notHere: this.program.missing }, this.#linker.place);
      if (bound === null) throw new ArgumentError(findings.list[0]?.title ?? 'not valid');
      return bound;
    };
    /** Links now when all states are there, else when they are: parameters are parsed before some modules are configured. */
    const linked = <T>(link: () => T): (() => T) => {
      let value: T | undefined;
      const get = (): T => (value ??= link());
      if (this.#unlinked === null) get();
      else this.#unlinked.push(get);
      return get;
    };
    return {
      compat: this.compat,
      format: (text): Format => {
        const format: FormatText = bind((scope, place) => bindFormat(text, place, scope));
        if (format.parts.every((p) => typeof p === 'string')) {
          const fixed = format.parts.join('');
          return () => fixed;
        }
        const get = linked(() => this.#linker.format(format));
        return this.#unlinked === null ? get() : (ctx) => get()(ctx);
      },
      pv: (text): BoundPv => {
        const use = bind((scope, place) => bindPvText(text, place, scope));
        const get = linked(() => this.#linker.access(use));
        const writable = use.def.writable && use.transformations.length === 0;
        return {
          text,
          name: use.name,
          read: (ctx) => get().read(ctx),
          ...(writable ? { write: (ctx, value) => get().write?.(ctx, value) ?? false } : {}),
        };
      },
      regex: (text, flags = {}) => {
        const regex = compileRegex(text, flags);
        if ('error' in regex) throw new ArgumentError(`Bad regular expression "${text}": ${regex.error}`);
        return regex;
      },
      route: (table: RouteTable, name) => this.routes.find(table, name),
      flag: (name) => {
        const isAvp = name.startsWith('avp:');
        return (isAvp ? this.program.avpFlags.get(name.slice(4)) : this.program.flags.get(name)) ?? null;
      },
      moduleState: (name) => this.#states.get(name),
      place: () => {
        const { file, line } = this.#linker.place.at;
        return { file: resolvePath(this.#cwd, file), line, route: this.#linker.route };
      },
    };
  }
}

function reasonOf(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}
