import { fileURLToPath } from 'node:url';
import type { LogRecord } from '../observe/log.js';
import type { SharedZone } from '../shm/shared-zone.js';
import type { ListenSocket } from '../sip/receive-info.js';
import type { Exchange } from '../threads/exchange.js';
import { Supervisor } from '../threads/supervisor.js';
import { serveWorkerNetworks } from '../threads/worker-network.js';
import type { CfgChange } from './cfg-variables.js';
import type { SharedParts } from './common.js';
import type { ServerOptions } from './options.js';
import { serveWorkerRpc } from './rpc-reach.js';
import type { ScriptThread } from './thread.js';

/** A record for the log, which only thread 0 writes. */
export const LOG = 'core:log';
/** A variable that changed at run time. */
export const CFG = 'core:cfg';
/** A {@link Version} of the config whose routes are to be taken over. */
export const RELOAD = 'core:reload';
/** The server is about to stop. */
export const FINISH = 'core:finish';

/** Options of a server that other threads can have: all but what belongs to thread 0. */
export type WorkerOptions = Omit<ServerOptions, 'sink' | 'clock' | 'onKill'>;

/** The texts of a config, and which of those it is that the server has taken over. */
export interface Version {
  readonly sources: ReadonlyMap<string, string>;
  readonly number: number;
}

/** What has changed since the server started: a worker that is started again begins with it. */
export interface Present {
  readonly version: Version;
  /** Variables that were changed, in order. */
  readonly changes: readonly CfgChange[];
}

/** What every worker thread is started with. */
export interface WorkerBoot {
  readonly options: WorkerOptions;
  readonly shared: SharedParts;
  readonly sockets: readonly ListenSocket[];
  /** Addresses that are this server's beside its sockets. */
  readonly aliases: ReturnType<ScriptThread['myself']['aliases']>;
}

/** The worker threads of a server, from thread 0's side. */
export class Workers {
  #supervisor: Supervisor | null = null;
  #version: Version;
  /** The last change of each variable. */
  readonly #changes = new Map<string, CfgChange>();

  constructor(
    private readonly shared: SharedParts,
    private readonly thread: ScriptThread,
    private readonly options: ServerOptions,
    sources: ReadonlyMap<string, string>,
  ) {
    this.#version = { sources, number: 0 };
  }

  /** Starts them; the reason when one cannot serve. */
  start(): Promise<string | null> {
    const { thread, shared } = this;
    const { log, network } = thread;
    const exchange = thread.threads as Exchange;
    exchange.handle<LogRecord>(LOG, (record) => this.options.sink.write(record));
    serveWorkerNetworks(exchange, network);
    serveWorkerRpc(exchange, thread.rpc);
    thread.cfg.onChange = (change) => {
      this.#note(change);
      this.#tellAll(CFG, change);
    };
    const { sink: _sink, clock: _clock, onKill: _onKill, env, ...plain } = this.options;
    const zone = thread.zone as SharedZone;
    const boot: WorkerBoot = {
      options: { ...plain, env: { ...env } },
      shared,
      sockets: network.sockets.map((s) => ({ ...s })),
      aliases: thread.myself.aliases(),
    };
    this.#supervisor = new Supervisor({
      groups: shared.groups,
      members: shared.members,
      exchange,
      log,
      entry: fileURLToPath(new URL('./worker.js', import.meta.url)),
      shared: boot,
      present: (): Present => ({ version: this.#version, changes: [...this.#changes.values()] }),
      onLost: (threadId) => zone.releaseLocksOf(threadId),
    });
    return this.#supervisor.start();
  }

  /** Has all workers go on with the routes of these texts; what went wrong, one sentence each. */
  async reload(sources: ReadonlyMap<string, string>): Promise<readonly string[]> {
    const { threads, routes } = this.thread;
    this.#version = { sources, number: routes.version };
    const answers = await this.#askAll<readonly string[]>(RELOAD, this.#version);
    return answers.flatMap((reasons, i) => {
      if (reasons === undefined) return [`script thread ${i + 1} did not answer`];
      return reasons.map((reason) => `script thread ${i + 1} of ${threads.count}: ${reason}`);
    });
  }

  /** From now on only what belongs to transactions is routed. */
  finish(): void {
    this.#tellAll(FINISH, null);
  }

  /** What a change replaces is forgotten, so that changes without end take no memory. */
  #note(change: CfgChange): void {
    const [method, group, name, value, instance] = change;
    const key = method === 'set' ? [method, group, name, instance] : [method, group, name, value];
    const text = JSON.stringify(key);
    this.#changes.delete(text);
    this.#changes.set(text, change);
  }

  #tellAll(kind: string, payload: unknown): void {
    const { threads } = this.thread;
    for (let index = 1; index < threads.count; index++) threads.send(index, kind, payload);
  }

  #askAll<T>(kind: string, payload: unknown): Promise<(T | undefined)[]> {
    const { threads } = this.thread;
    const workers = Array.from({ length: threads.count - 1 }, (_, i) => i + 1);
    return Promise.all(workers.map((index) => threads.ask<T>(index, kind, payload)));
  }

  async stop(limitMs: number): Promise<void> {
    await this.#supervisor?.stop(limitMs);
    this.#supervisor = null;
  }
}
