import type { Timer } from '../../clock/clock.js';
import type { RouteRef } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamSetting } from '../../registry/module.js';
import { runLocally } from '../../script/local-run.js';
import { leaf, type SelectNode } from '../../script/selects/node.js';
import type { SelectStep } from '../../script/selects/path.js';
import { parseTimer, type TimerSpec } from './spec.js';

/** A timer that runs a route at intervals while it is enabled. */
export class RouteTimer {
  #next: Timer | null = null;
  #running = false;
  /** Set by disabling: as upstream, the timer itself takes notice, at its next tick. */
  #ending = false;

  constructor(
    readonly spec: TimerSpec,
    private readonly host: Host,
    private readonly owner: RouteTimers,
  ) {}

  /** What `@timer.timer.NAME.enabled` says: still true between disabling and the next tick. */
  get active(): boolean {
    return this.#next !== null || this.#running;
  }

  enable(): void {
    this.#ending = false;
    if (!this.active) this.#schedule();
  }

  disable(): void {
    if (this.active) this.#ending = true;
  }

  stop(): void {
    this.#ending = true;
    this.#next?.cancel();
    this.#next = null;
  }

  /** The route, or null when the config has none of that name. */
  route(): RouteRef | null {
    return this.host.routes.find('main', this.spec.route);
  }

  #schedule(): void {
    this.#next = this.host.clock.after(this.spec.intervalMs, () => {
      this.#next = null;
      this.#running = true;
      const route = this.#ending ? null : this.route();
      const run =
        route === null ? undefined : runLocally(this.host, 'timer', route, (ctx) => this.owner.begin(ctx, this));
      if (run === undefined) this.#done();
      else void run.then(() => this.#done());
    });
  }

  #done(): void {
    this.#running = false;
    if (this.#ending) this.#ending = false;
    else this.#schedule();
  }
}

/** The timers of a config by name. */
export class RouteTimers {
  readonly #timers = new Map<string, RouteTimer>();

  constructor(
    private readonly host: Host,
    settings: readonly ParamSetting[],
  ) {
    for (const setting of settings) {
      const spec = parseTimer(setting);
      if (this.#timers.has(spec.name)) throw new ConfigError(`timer '${spec.name}' already exists`, setting);
      this.#timers.set(spec.name, new RouteTimer(spec, host, this));
    }
    host.selects.set('timer', () => ({ step: (step) => this.#select(step) }));
  }

  timer(name: string): RouteTimer | undefined {
    return this.#timers.get(name);
  }

  /** Marks a run as a timer's. */
  begin(ctx: { scratch: Map<unknown, unknown> | undefined }, timer: RouteTimer): void {
    ctx.scratch = new Map([[this, timer.spec.name]]);
  }

  start(): void {
    if (this.host.threadIndex !== 0) return;
    for (const timer of this.#timers.values()) {
      const { name, route, enabled, setting } = timer.spec;
      if (timer.route() === null) {
        const { file, line } = setting.at;
        this.host.log.warn(
          'timer',
          `${file}:${line}: timer ${name} is to run route[${route}], and there is no such route`,
        );
      }
      if (enabled) timer.enable();
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.stop();
  }

  /** `@timer.executed` and `@timer.timer.NAME.enabled`. */
  #select(step: SelectStep): SelectNode | null {
    if (step.name === 'executed') return leaf((ctx) => (ctx.scratch?.get(this) as string | undefined) ?? null);
    if (step.name !== 'timer') return null;
    return {
      step: ({ name }) => {
        const timer = this.#timers.get(name);
        if (timer === undefined) {
          this.host.log.error('timer', `timer '${name}' not declared`);
          return null;
        }
        return { step: (last) => (last.name === 'enabled' ? leaf(() => (timer.active ? '1' : '0')) : null) };
      },
    };
  }
}
