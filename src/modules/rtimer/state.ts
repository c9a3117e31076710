import type { Timer } from '../../clock/clock.js';
import type { RouteRef } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import type { ParamSetting } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { runLocally } from '../../script/local-run.js';
import { groupOf, type TimerSpec, timerSpecs } from './spec.js';

/** Timers that run routes. Each worker of a timer ticks by itself and never overlaps itself. */
export class Rtimer {
  readonly #specs: readonly TimerSpec[];
  readonly #pending = new Set<Timer>();
  #stopped = false;

  constructor(
    private readonly host: Host,
    settings: readonly ParamSetting[],
    /** Workers of timers have threads of their own. */
    private readonly ownThreads: boolean,
  ) {
    this.#specs = timerSpecs(settings);
  }

  /** The number of the worker that makes this run; 0 outside of timers. */
  worker(ctx: ScriptContext): number {
    return (ctx.scratch?.get(this) as number | undefined) ?? 0;
  }

  start(): void {
    for (const spec of this.#specs) {
      const workers = this.#workersHere(spec);
      const routes = workers.length === 0 ? [] : this.#routes(spec);
      if (routes.length === 0) continue;
      const { intervalMs } = spec;
      for (const worker of workers) {
        this.#tickAfter(intervalMs, spec, routes, worker, this.host.clock.now() + intervalMs);
      }
    }
  }

  /** The workers of a timer that tick in this thread: its own, or in thread 0 all of them. */
  #workersHere(spec: TimerSpec): number[] {
    const { threads, threadIndex } = this.host;
    const group = this.ownThreads && threads.count > 1 ? groupOf(spec) : null;
    if (group !== null) return threads.group === group ? [threads.place] : [];
    // A shared timer is one worker too: a slow route of it keeps nobody else's waiting.
    return threadIndex === 0 ? Array.from({ length: Math.max(1, spec.mode) }, (_, worker) => worker) : [];
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#pending) timer.cancel();
    this.#pending.clear();
  }

  /** The routes of a timer as they run: the one declared last first. */
  #routes(spec: TimerSpec): RouteRef[] {
    const found: RouteRef[] = [];
    for (const { name, setting } of spec.routes) {
      const route = this.host.routes.find('main', name);
      if (route === null)
        this.#warn(setting, `timer ${spec.name} is to run route[${name}], and there is no such route`);
      else found.unshift(route);
    }
    const last = spec.routes.at(-1);
    if (found.length > 1 && last !== undefined) {
      const order = found.map((route) => route.name).join(', ');
      this.#warn(last.setting, `the routes of timer ${spec.name} run in reverse order of their lines: ${order}`);
    }
    if (spec.routes.length === 0) this.#warn(spec.setting, `timer ${spec.name} runs no route: it has no exec line`);
    return found;
  }

  #tickAfter(ms: number, spec: TimerSpec, routes: readonly RouteRef[], worker: number, due: number): void {
    const timer = this.host.clock.after(ms, () => {
      this.#pending.delete(timer);
      const run = this.#run(routes, worker, 0);
      if (run === undefined) this.#next(spec, routes, worker, due);
      else void run.then(() => this.#next(spec, routes, worker, due));
    });
    this.#pending.add(timer);
  }

  /** Upstream sleeps for the interval after each run, so that the time of the run adds to it; `steady` makes up for that. */
  #next(spec: TimerSpec, routes: readonly RouteRef[], worker: number, due: number): void {
    if (this.#stopped) return;
    const { intervalMs } = spec;
    if (!spec.steady) {
      this.#tickAfter(intervalMs, spec, routes, worker, due);
      return;
    }
    const now = this.host.clock.now();
    const next = due + Math.max(1, Math.ceil((now - due) / intervalMs)) * intervalMs;
    this.#tickAfter(Math.max(1, next - now), spec, routes, worker, next);
  }

  /** Runs routes one after the other from a position on. */
  #run(routes: readonly RouteRef[], worker: number, from: number): void | Promise<void> {
    for (let i = from; i < routes.length; i++) {
      const run = runLocally(this.host, 'rtimer', routes[i]!, (ctx) => {
        ctx.scratch = new Map([[this, worker]]);
      });
      if (run !== undefined) return run.then(() => this.#run(routes, worker, i + 1));
    }
    return undefined;
  }

  #warn({ at }: ParamSetting, text: string): void {
    this.host.log.warn('rtimer', `${at.file}:${at.line}: ${text}`);
  }
}
