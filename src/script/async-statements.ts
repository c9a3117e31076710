import type { Log } from '../observe/log.js';
import type { RouteRef } from '../registry/arguments.js';
import type { SipMessage } from '../sip/message.js';
import { Attributes } from './attributes.js';
import { ScriptContext, Stop } from './context.js';
import { EVALUATION_FAILED } from './operators.js';
import { RouteKind } from './route-kind.js';
import type { ScriptVars } from './script-vars.js';

/** Return codes that an operation's end can have beside its own. */
export const AsyncCode = {
  /** It could not be started, or threw. */
  FAILED: -1,
  /** It had not ended when the time was over. */
  TIMED_OUT: -2,
} as const;

/** Where a run keeps the codes of the operations that it waited for, for `$async_rc(n)`. */
export const OPERATION_CODES = Symbol('codes of asynchronous operations');
/** Where a report route finds its parameters, for `$param(n)`. */
export const ROUTE_PARAMS = Symbol('parameters of a route');

/** A function call with its arguments, on whatever run it is to work. */
type Operation = (run: ScriptContext) => number | Promise<number>;

export interface AsyncParts {
  readonly log: Log;
  readonly vars: ScriptVars;
  /**
   * Called before a run waits: makes the transaction that absorbs retransmissions meanwhile.
   * @returns 0 for a retransmission, which ends here; negative when there can be no transaction
   */
  readonly begin: (ctx: ScriptContext) => number;
  readonly after: (ms: number, run: () => void) => { cancel(): void };
  readonly findRoute: (name: string) => RouteRef | null;
  readonly fakeRequest: () => SipMessage;
}

/**
 * OpenSIPS' asynchronous statements, over any function. What waits is the run, not the thread: `async()` ends it where it
 * stands and goes on in a route of its own, with the message, its variables and the operation's code in `$rc`; `launch()`
 * lets it go on, and tells a route over a local request of the end.
 */
export class AsyncStatements {
  constructor(private readonly parts: AsyncParts) {}

  /**
   * Runs operations side by side, and the resume route when all have ended or the time is over.
   * @param limitMs - null: no limit. What ends later is of no consequence for the script
   * @returns the resume route's code; the run is over then
   */
  async wait(
    x: ScriptContext,
    operations: readonly Operation[],
    resume: () => number | Promise<number>,
    limitMs: number | null,
    at: string,
  ): Promise<number> {
    const { log } = this.parts;
    const begun = this.parts.begin(x);
    if (begun === 0) {
      x.stop |= Stop.EXIT;
      return (x.rc = 0);
    }
    if (!x.varsOwned) {
      // Other messages run meanwhile.
      x.vars = this.parts.vars.values.slice();
      x.varsOwned = true;
    }
    const codes: number[] = operations.map(() => (begun < 0 ? AsyncCode.FAILED : AsyncCode.TIMED_OUT));
    if (begun < 0) log.error('<core>', `async: no transaction for the request, its operations are not run, at ${at}`);
    else await this.#run(x, operations, codes, limitMs, at);
    log.context = x;
    x.scratch ??= new Map();
    x.scratch.set(OPERATION_CODES, codes);
    x.rc = codes.find((code) => code < 0) ?? codes.at(-1) ?? AsyncCode.FAILED;
    x.stop = 0;
    const code = await resume();
    x.stop |= Stop.EXIT;
    return code;
  }

  /** Starts an operation beside the run. @returns 1, or -1 when it could not be started */
  launch(x: ScriptContext, operation: Operation, report: string | null, param: string | null, at: string): number {
    const own = new ScriptContext(x.msg, x.kind, new Attributes());
    own.vars = this.parts.vars.values.slice();
    own.varsOwned = true;
    const started = this.#start(own, operation, at);
    if (started === null) return AsyncCode.FAILED;
    const done = (code: number): void | Promise<void> => this.#report(own, code, report, param);
    void Promise.resolve(started)
      .then(done)
      .catch((e: unknown) => this.#failed(e, at));
    return 1;
  }

  /** Resolves when every operation has ended or the time is over; `codes` then holds what they gave. */
  async #run(
    x: ScriptContext,
    operations: readonly Operation[],
    codes: number[],
    limitMs: number | null,
    at: string,
  ): Promise<void> {
    let over = false;
    const all = operations.map((operation, i) => {
      const started = this.#start(x, operation, at);
      const ended = (code: number): void => {
        if (!over) codes[i] = code;
      };
      if (started === null || typeof started === 'number') {
        ended(started ?? AsyncCode.FAILED);
        return undefined;
      }
      return started.then(ended, (e: unknown) => {
        this.#failed(e, at);
        ended(AsyncCode.FAILED);
      });
    });
    const pending = all.filter((work) => work !== undefined);
    this.parts.log.context = null;
    if (pending.length === 0) return;
    const finished = Promise.all(pending);
    if (limitMs === null) {
      await finished;
      return;
    }
    let timer: { cancel(): void } | undefined;
    const limit = new Promise<void>((timeIsOver) => {
      timer = this.parts.after(limitMs, () => {
        this.parts.log.warn('<core>', `async: not done within ${limitMs / 1000} s, at ${at}`);
        timeIsOver();
      });
    });
    await Promise.race([finished, limit]);
    over = true;
    timer?.cancel();
  }

  /** Null when the arguments cannot be had or the function throws. */
  #start(run: ScriptContext, operation: Operation, at: string): number | Promise<number> | null {
    try {
      return operation(run);
    } catch (e) {
      this.#failed(e, at);
      return null;
    }
  }

  #failed(e: unknown, at: string): void {
    const what = e === EVALUATION_FAILED ? '' : `: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}`;
    this.parts.log.error('<core>', `run action error at: ${at}${what}`);
  }

  #report(own: ScriptContext, code: number, name: string | null, param: string | null): void | Promise<void> {
    const route = name === null ? null : this.parts.findRoute(name);
    if (route === null) return undefined;
    const run = new ScriptContext(this.parts.fakeRequest(), RouteKind.REQUEST, own.attrs);
    run.vars = own.vars;
    run.varsOwned = true;
    run.rc = code;
    run.scratch = new Map([[ROUTE_PARAMS, param === null ? [] : [param]]]);
    const ran = route.run(run);
    return typeof ran === 'number' ? undefined : ran.then(() => undefined);
  }
}
