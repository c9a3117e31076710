import { lookup } from 'node:dns/promises';
import { resolve as resolvePath } from 'node:path';
import type { ParseResult } from '../../grammar/parse.js';
import type { Diagnostic } from '../../grammar/source.js';
import type { LintInput } from '../check/lint/index.js';
import type { Program } from '../check/program.js';
import { DriverRegistry } from '../db/registry.js';
import { createNetwork } from '../net/network.js';
import type { Network } from '../net/transport.js';
import { Level, type Log } from '../observe/log.js';
import { Statistics } from '../observe/statistics.js';
import type { ThreadGroupSpec } from '../registry/threads.js';
import { registerCoreCommands } from '../rpc/core-commands.js';
import { RpcTable } from '../rpc/table.js';
import { Stop } from '../script/context.js';
import { makeCommon } from './common.js';
import { undeclaredGroups } from './distribute.js';
import { serverFacts } from './facts.js';
import { lintInputOf, logTraps } from './lint-input.js';
import { type Listeners, resolveListeners } from './listeners.js';
import { makeLog, makeThread } from './make-thread.js';
import { networkOptions } from './network-settings.js';
import type { ServerOptions } from './options.js';
import { restartNeeds } from './reload.js';
import { type ReadConfig, readConfig } from './source.js';
import type { ScriptThread } from './thread.js';
import { Workers } from './workers.js';

/** Why a server did not start. */
export interface StartFailure {
  readonly ok: false;
  /** What is wrong with the config; empty when the config is fine but the world is not. */
  readonly diagnostics: readonly Diagnostic[];
  /** One sentence each, for what is not in the config: a port in use, a database that is gone. */
  readonly reasons: readonly string[];
}

export interface Started {
  readonly ok: true;
  readonly server: Server;
  readonly diagnostics: readonly Diagnostic[];
}

/** A config that was only checked. */
export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** True when upstream's `-c` would accept it. */
  readonly accepted: boolean;
  /** True when a start would get past the config. */
  readonly startable: boolean;
  /** One sentence for each address to listen on that does not resolve, or whose messages nobody would route. */
  readonly reasons: readonly string[];
  /** For lint, which says what else may be wrong; null when the text could not be understood. */
  readonly lint: LintInput | null;
  readonly parsed: ParseResult;
  /** The text of a file of the config as it was read. */
  readonly read: (file: string) => string | null;
}

/** How long a stop waits for modules and connections, in milliseconds. */
const STOP_TIMEOUT = 5000;

/** How often a stop looks whether all transactions have ended, in milliseconds. */
const FINISHED_POLL = 20;

/** What came of reading the config again. */
export interface Reloaded {
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly reasons: readonly string[];
}

/** A running server. */
export class Server {
  #closing: Promise<void> | null = null;

  constructor(
    readonly thread: ScriptThread,
    readonly log: Log,
    private readonly parts: {
      readonly options: ServerOptions;
      readonly network: Network;
      readonly databases: DriverRegistry;
      readonly workers: Workers | null;
    },
  ) {}

  /** Begins to route what arrives. */
  receive(): void {
    const { network } = this.parts;
    const receiver = this.thread.receiver();
    network.onMessage((raw, received) => receiver.receive(raw, received));
  }

  /**
   * Reads the config again and goes on with its routes. When it is wrong, or differs in more than routes, flags and
   * defines, the server goes on as it is.
   */
  async reload(): Promise<Reloaded> {
    const loaded = await readConfig(this.parts.options);
    if ('ok' in loaded) return loaded;
    const { program, findings } = loaded;
    const refuse = (reasons: readonly string[]): Reloaded => ({ ok: false, diagnostics: loaded.diagnostics, reasons });
    if (program === null || findings.failed() || this.#closing !== null) return refuse([]);
    const needs = restartNeeds(this.thread.program, program);
    if (needs.length > 0) return refuse([`only a restart can change: ${needs.join(', ')}`]);
    const unmet = this.thread.reload(program, loaded.parsed.defines, findings);
    if (unmet.length > 0 || findings.failed()) return refuse(unmet);
    // Which of the routes for messages exist may have changed.
    this.receive();
    const failed = (await this.parts.workers?.reload(loaded.sources)) ?? [];
    if (failed.length > 0) return refuse(failed);
    const input = lintInputOf(loaded, this.parts.options.cwd);
    if (input) logTraps(input, this.log);
    return { ok: true, diagnostics: loaded.diagnostics, reasons: [] };
  }

  /**
   * Stops taking messages, lets modules save what they keep, closes everything. Bounded in time; safe to call twice.
   * @param patience - milliseconds in which transactions may still come to their end; what is new is not routed
   */
  close(patience = 0): Promise<void> {
    this.#closing ??= this.#close(patience);
    return this.#closing;
  }

  /** Lets what is in progress come to its end, as long as there is time. */
  async #finish(patience: number): Promise<void> {
    const { unfinished } = this.thread.hooks;
    const deadline = performance.now() + patience;
    this.thread.finish();
    this.parts.workers?.finish();
    while (performance.now() < deadline && unfinished.some((u) => u.count() > 0))
      await new Promise((later) => setTimeout(later, FINISHED_POLL));
  }

  async #close(patience: number): Promise<void> {
    const { network, databases } = this.parts;
    await this.#finish(patience);
    network.onMessage(() => {});
    await this.parts.workers?.stop(STOP_TIMEOUT);
    await within(this.thread.stop(), STOP_TIMEOUT);
    await within(network.close(), STOP_TIMEOUT);
    await within(databases.closeAll(), STOP_TIMEOUT);
  }
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}

interface Prepared {
  readonly thread: ScriptThread | null;
  /** The threads of groups; null when there are none. */
  readonly workers: Workers | null;
  readonly log: Log;
  readonly diagnostics: readonly Diagnostic[];
  readonly accepted: boolean;
  readonly network: Network;
  readonly databases: DriverRegistry;
  readonly lint: LintInput | null;
  readonly loaded: ReadConfig;
}

/** The groups of worker threads that the config declares, and those that its modules ask for. */
function groupsOf(program: Program): ThreadGroupSpec[] {
  const asked = program.modules.flatMap((m) => m.def.threadGroups?.(m.params as never, m.settings) ?? []);
  return [...program.asyncGroups, ...asked];
}

/** Everything that is done before a socket is opened. */
async function prepare(options: ServerOptions): Promise<Prepared | StartFailure> {
  const loaded = await readConfig(options);
  if ('ok' in loaded) return loaded;
  const { program, findings } = loaded;
  const log = makeLog(options, program);
  const network = createNetwork(networkOptions(program?.settings, options.clock, log));
  const databases = new DriverRegistry();
  if (program === null) {
    return {
      thread: null,
      workers: null,
      log,
      diagnostics: loaded.diagnostics,
      accepted: false,
      network,
      databases,
      lint: null,
      loaded,
    };
  }
  const rpc = new RpcTable((method, error) => log.error('<core>', `rpc command ${method} failed: ${String(error)}`));
  const common = makeCommon(options, groupsOf(program), log);
  const statistics = new Statistics(common.counters);
  const { defines } = loaded.parsed;
  const thread = makeThread(options, program, defines, {
    log,
    network,
    zone: common.zone,
    databases,
    rpc,
    statistics,
    threads: common.exchange,
  });
  registerCoreCommands(rpc, serverFacts({ thread, program, options, defines }));
  thread.configure(findings);
  return {
    thread,
    workers: common.workers === null ? null : new Workers(common.workers, thread, options, loaded.sources),
    log,
    diagnostics: loaded.diagnostics,
    accepted: !findings.failed('parse'),
    network,
    databases,
    lint: lintInputOf(loaded, options.cwd),
    loaded,
  };
}

/** Checks a config without opening anything. */
export async function checkConfig(options: ServerOptions): Promise<Checked | StartFailure> {
  const prepared = await prepare(options);
  if ('ok' in prepared) return prepared;
  await prepared.network.close();
  const { thread, diagnostics, accepted } = prepared;
  const listeners = thread && (await resolveListeners(thread.program, options, addressesOf));
  const unresolved = listeners?.errors ?? [];
  const resolved = unresolved.length === 0;
  const reasons = thread && listeners ? [...unresolved, ...unrouted(thread.program, listeners)] : [];
  const startable = reasons.length === 0 && !diagnostics.some((d) => d.severity === 'error');
  const { parsed, sources } = prepared.loaded;
  const read = (file: string) => sources.get(resolvePath(options.cwd, file)) ?? null;
  return { diagnostics, accepted: accepted && resolved, startable, reasons, lint: prepared.lint, parsed, read };
}

/** The addresses of a host name; none when it does not resolve. */
async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map((a) => a.address);
  } catch {
    return [];
  }
}

/** One sentence for each group that is to route what a socket receives and is not there. */
const unrouted = (program: Program, { specs }: Listeners): string[] =>
  undeclaredGroups(specs, program.settings, program.asyncGroups);

/** Runs event_route[core:worker-one-init]; why the server must not start, or null. */
async function runInit(thread: ScriptThread): Promise<string | null> {
  const name = 'core:worker-one-init';
  try {
    const run = await thread.routes.runEvent(name);
    return run && (run.stop & Stop.DROP) !== 0 ? `event_route[${name}] dropped: the server does not start` : null;
  } catch (e) {
    return `event_route[${name}] failed: ${e instanceof Error ? e.message : String(e)}`;
  }
}

/** Starts a server. A failed start leaves nothing behind. */
export async function startServer(options: ServerOptions): Promise<Started | StartFailure> {
  const prepared = await prepare(options);
  if ('ok' in prepared) return prepared;
  const { thread, log, diagnostics, network, databases, workers } = prepared;
  const server = thread && new Server(thread, log, { options, network, databases, workers });
  const refuse = async (reasons: readonly string[]): Promise<StartFailure> => {
    if (server) await server.close();
    else await network.close();
    return { ok: false, diagnostics, reasons };
  };
  if (server === null || thread === null || diagnostics.some((d) => d.severity === 'error')) return refuse([]);
  if (prepared.lint) logTraps(prepared.lint, log);
  const { program } = thread;
  const listeners = await resolveListeners(program, options, addressesOf);
  const wrong = [...listeners.errors, ...unrouted(program, listeners)];
  if (wrong.length > 0) return refuse(wrong);
  for (const alias of listeners.aliases) thread.myself.addAlias(alias);
  const { errors } = await network.listen(listeners.specs);
  if (errors.length > 0) return refuse(errors.map((e) => e.message));
  const unmet = thread.unmetNeeds();
  if (unmet.length > 0) return refuse(unmet);
  const refusal = await thread.start();
  if (refusal !== null) return refuse([refusal]);
  const unserved = (await workers?.start()) ?? null;
  if (unserved !== null) return refuse([unserved]);
  const dropped = await runInit(thread);
  if (dropped !== null) return refuse([dropped]);
  server.receive();
  log.write(Level.INFO, '<core>', `listening on ${network.sockets.map((s) => s.text).join(', ')}`);
  return { ok: true, server, diagnostics };
}
