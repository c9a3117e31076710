import { dirname, resolve as resolvePath } from 'node:path';
import type { Program } from '../check/program.js';
import type { Databases } from '../db/database.js';
import { Resolver } from '../net/resolve.js';
import type { Network } from '../net/transport.js';
import { Log } from '../observe/log.js';
import type { Statistics } from '../observe/statistics.js';
import type { Threads } from '../registry/threads.js';
import type { RpcTable } from '../rpc/table.js';
import type { Zone } from '../shm/zone.js';
import { dnsClient, resolverOptions } from './network-settings.js';
import type { ServerOptions } from './options.js';
import { ScriptThread } from './thread.js';

/** Upstream's default of `rundir` on Debian. */
const RUN_DIR = '/run/kamailio';

/** What differs from one script thread of a server to the next. */
export interface ThreadResources {
  readonly log: Log;
  readonly network: Network;
  readonly zone: Zone;
  readonly databases: Databases;
  readonly rpc: RpcTable;
  readonly statistics: Statistics;
  readonly threads: Threads;
}

/** A script thread for a config; not yet configured. */
export function makeThread(
  options: ServerOptions,
  program: Program,
  defines: ReadonlyMap<string, string | null>,
  of: ThreadResources,
): ScriptThread {
  const { clock } = options;
  return new ScriptThread({
    ...of,
    program,
    compat: options.compat,
    clock,
    resolver: new Resolver({
      clock,
      dns: dnsClient(program.settings),
      options: resolverOptions(program.settings),
      supports: (proto) => of.network.sockets.some((s) => s.proto === proto),
    }),
    configDir: dirname(resolvePath(options.cwd, options.configFile)),
    runDir: options.runDir ?? program.settings.rundir ?? RUN_DIR,
    stateDir: resolvePath(options.cwd, options.stateDir ?? '.'),
    cwd: options.cwd,
    defines,
    env: options.env,
  });
}

/** The log of a config: its `debug`, as changed by the command line. */
export function makeLog(options: ServerOptions, program: Program | null): Log {
  const level = options.debugLevel ?? (program?.settings.debug ?? 0) + options.debugOffset;
  return new Log(options.sink, level, () => options.clock.now());
}
