import type { Compat } from './case.js';

/** What a server is started with. */
export interface StartRequest {
  /** Working directory; holds `case.cfg`. */
  readonly dir: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly checkOnly: boolean;
  readonly compat: Compat;
}

/** A server under observation. */
export interface RunningServer {
  /** Log so far, as it stands on stderr. */
  log(): string;
  /** Exit status once the server ended. */
  exit(): number | null;
  /** True when the server is known to have nothing to do right now. */
  idle(): boolean;
  /** Lets this much time pass for the server. */
  wait(ms: number): Promise<void>;
  /** Ends it as SIGTERM does, and gives its exit status. */
  stop(): Promise<number>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Something that cases can be run against. */
export interface Target {
  readonly name: string;
  start(request: StartRequest): Promise<RunningServer>;
}
