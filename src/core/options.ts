import type { Clock } from '../clock/clock.js';
import type { LogSink } from '../observe/log.js';

/** How a server is started: what a command line says, and what tests put in place of the outside world. */
export interface ServerOptions {
  /** Path of the config as given; relative to `cwd`. */
  readonly configFile: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly compat: '5.6' | '6.x';
  /** `-A NAME=VALUE`. */
  readonly defines: ReadonlyMap<string, string | null>;
  /** Ids that the config does not get to define: for tools that look at its other branches. */
  readonly without?: ReadonlySet<string>;
  /** `--subst`, `--substdef`, `--substdefs`. */
  readonly substs: readonly { readonly kind: 'subst' | 'substdef' | 'substdefs'; readonly text: string }[];
  /** `-l [proto:]host[:port]`. */
  readonly listen: readonly string[];
  readonly aliases: readonly string[];
  /** `--loadmodule` and `--modparam`, as lines put in front of the config. */
  readonly preamble: string;
  readonly allowMissing: ReadonlySet<string>;
  /** Added to `debug` (`-d`). */
  readonly debugOffset: number;
  /** In place of `debug`. */
  readonly debugLevel?: number;
  /** Where RPC sockets go unless their own parameters say otherwise (`-Y`). */
  readonly runDir?: string;
  /** Where relative paths of embedded databases start; the working directory by default. */
  readonly stateDir?: string;
  /** Texts of files by absolute path, taken in place of what is on disk: a worker thread compiles what thread 0 read. */
  readonly sources?: ReadonlyMap<string, string>;
  /** Script threads that route what thread 0 receives (`--workers`); absent: thread 0 routes. */
  readonly workers?: number;
  /** Memory at most for what several script threads share, in bytes (`-m`, `--shm`); 4 MB to 4 GB, by default 1 GB. */
  readonly sharedBytes?: number;
  /** Groups of worker threads are served by thread 0 instead: for tests on a virtual clock. */
  readonly inlineGroups?: boolean;
  readonly sink: LogSink;
  readonly clock: Clock;
  /** The command line, for `core.arg`. */
  readonly args: readonly string[];
  /** Called by `core.kill` and fatal errors: ends the server. */
  readonly onKill: (signal: number) => void;
}
