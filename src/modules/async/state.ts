import type { RouteRef } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamValues } from '../../registry/module.js';
import { Refused } from '../../registry/threads.js';
import type { ScriptContext } from '../../script/context.js';
import { runLocally } from '../../script/local-run.js';
import type { RouteName } from '../../tm/handover.js';
import type { TransactionLayer } from '../../tm/layer.js';
import type { Transaction } from '../../tm/transaction.js';
import { tmOf } from '../tm/api.js';
import type { Tm } from '../tm/state.js';
import type { params as definitions } from './params.js';

type Params = ParamValues<typeof definitions>;

const SOURCE = 'async';
/** The group of functions that name none. */
export const DEFAULT_GROUP = 'default';

/** Longest waits, exclusive: seconds and milliseconds (upstream's). */
const LIMIT = { s: 100, ms: 30_000 } as const;

const Kind = { RESUME: 'async:resume', DATA: 'async:data', EVENT: 'async:event' } as const;

interface DataTask {
  readonly route: string;
  readonly data: string;
}

interface EventTask {
  readonly type: number;
  readonly key: string;
  readonly value: string;
}

/** Formatted values of events are cut off here by nobody: they are refused, as upstream does. */
const LONGEST_EVENT_VALUE = 1023;

/** Suspends transactions to go on with them later or in a worker thread, and runs routes in worker threads. */
export class Async {
  readonly #layer: TransactionLayer | null;
  /** Suspended transactions that wait for a timer of this module. */
  #waiting = 0;

  constructor(
    readonly host: Host,
    private readonly params: Params,
  ) {
    const tm = tmOf(host) as Tm | undefined;
    if (tm === undefined && params.mode === 0)
      throw new ConfigError('module async needs module tm (or mode=1)', 'mode');
    this.#layer = tm?.layer ?? null;
    const { threads } = host;
    threads.handle<{ index: number; label: number; route: RouteName }>(Kind.RESUME, (of) =>
      this.#resumeHere(of, of.route),
    );
    threads.handle<DataTask>(Kind.DATA, (task) => this.#runData(task));
    threads.handle<EventTask>(Kind.EVENT, (task) => this.#runEvent(task));
  }

  /** Whether sleeps go on where they stand. */
  get continues(): boolean {
    return this.params.continuation === 1;
  }

  /** `async_route()` and `async_ms_route()`. */
  routeAfter(ctx: ScriptContext, name: string, wait: number, unit: 's' | 'ms'): number {
    const route = this.#route(name);
    return route === null ? -1 : this.#suspendFor(ctx, { table: 'main', name: route.name }, wait, unit);
  }

  /** `async_sleep()` and `async_ms_sleep()` as upstream has them: the rest of the block runs afterwards. */
  sleepThenRest(ctx: ScriptContext, rest: RouteRef | null, wait: number, unit: 's' | 'ms'): number {
    if (rest === null) return this.#failed('cannot be executed as last action in a route block');
    return this.#suspendFor(ctx, { table: 'rest', name: rest.name }, wait, unit);
  }

  /** `async_sleep()` and `async_ms_sleep()` with `continuation`: the run goes on here. */
  async sleepHere(ctx: ScriptContext, wait: number, unit: 's' | 'ms'): Promise<number> {
    if (!this.#mayWait(wait, unit)) return -1;
    if (this.#layer !== null && ctx.msg.isRequest && !this.#isLocal(ctx)) {
      const begun = this.#begin(ctx);
      if (typeof begun === 'number') return begun;
      this.#layer.server.autoTrying(begun, ctx);
    }
    this.#waiting++;
    await new Promise<void>((done) => this.host.clock.after(milliseconds(wait, unit), done));
    this.#waiting--;
    return 1;
  }

  /** `async_task_route()` and `async_task_group_route()`. */
  routeInGroup(ctx: ScriptContext, name: string, group: string): number {
    const route = this.#route(name);
    if (route === null) return -1;
    const thread = this.#reserve(group);
    if (thread < 0) return -1;
    const t = this.#suspend(ctx);
    if (typeof t === 'number') {
      this.host.threads.release(thread);
      return t;
    }
    // The run that suspends is still under way; what it does to the transaction belongs to it.
    process.nextTick(() => this.#handOn(t, thread, group, { table: 'main', name: route.name }));
    return this.params.return;
  }

  /** `async_task_data()` and `async_task_group_data()`. */
  data(name: string, data: string, group: string): number {
    const route = this.#route(name);
    if (route === null) return -1;
    const task: DataTask = { route: route.name, data };
    return this.#refused(this.host.threads.dispatch(group, Kind.DATA, task), group) ? -1 : 1;
  }

  /** `async_tkv_emit()`. */
  emit(type: number, key: string, value: string): number {
    const { async_tkv_gname: group, async_tkv_evcb: callback } = this.host.settings;
    if (!group || !callback) return this.#failed('events need the core parameters async_tkv_gname and async_tkv_evcb');
    if (value.length > LONGEST_EVENT_VALUE)
      return this.#failed(`the value of an event is longer than ${LONGEST_EVENT_VALUE} bytes`);
    const task: EventTask = { type, key, value };
    return this.#refused(this.host.threads.dispatch(group, Kind.EVENT, task), group) ? -1 : 1;
  }

  /** `$async(data)`: what a data route is run for. */
  dataOf(ctx: ScriptContext): string | null {
    return (ctx.scratch?.get(this) as string | undefined) ?? null;
  }

  #suspendFor(ctx: ScriptContext, route: RouteName, wait: number, unit: 's' | 'ms'): number {
    if (!this.#mayWait(wait, unit)) return -1;
    const t = this.#suspend(ctx);
    if (typeof t === 'number') return t;
    this.#waiting++;
    this.host.clock.after(milliseconds(wait, unit), () => {
      this.#waiting--;
      if (unit === 's') this.#resumeHere(t, route);
      else this.#resumeInGroup(t, route);
    });
    return this.params.return;
  }

  /** Whether a wait is within bounds and one more can be taken on. */
  #mayWait(wait: number, unit: 's' | 'ms'): boolean {
    const call = unit === 's' ? 'sleep' : 'ms_sleep';
    if (this.params.workers <= 0) return this.#failed(`async_${call}: switched off by workers=0`) > 0;
    if (unit === 'ms' && this.params.ms_timer === 0) {
      return this.#failed('async_ms_*: parameter ms_timer is not set') > 0;
    }
    if (wait <= 0) return this.#failed(`negative or zero sleep time (${wait})`) > 0;
    if (wait >= LIMIT[unit]) {
      return this.#failed(unit === 's' ? `max sleep time is 100 sec (${wait})` : 'max sleep time is 30000 msec') > 0;
    }
    if (this.#waiting >= this.params.max_tasks) {
      return this.#failed(`${this.params.max_tasks} transactions wait already (max_tasks)`) > 0;
    }
    return true;
  }

  /** Makes the transaction if need be and suspends it; a return code when that is not to be. */
  #suspend(ctx: ScriptContext): Transaction | number {
    const t = this.#begin(ctx);
    if (typeof t === 'number') return t;
    if (this.#layer!.suspension.suspend(ctx) >= 0) return t;
    return this.#failed('failed suspending the processing');
  }

  /** The transaction of the run. A retransmission is absorbed and ends the script. */
  #begin(ctx: ScriptContext): Transaction | number {
    if (this.#layer === null) return this.#failed('the transaction cannot be suspended: mode=1 does without module tm');
    if (this.#isLocal(ctx)) return this.#failed('there is no message to suspend here');
    return this.#layer.suspension.begin(ctx) ?? this.#failed('cannot create the transaction');
  }

  #isLocal(ctx: ScriptContext): boolean {
    return ctx.msg.received.socket.index < 0;
  }

  #reserve(group: string): number {
    const thread = this.host.threads.reserve(group);
    return this.#refused(thread, group) ? -1 : thread;
  }

  #refused(thread: number, group: string): boolean {
    if (thread >= 0) return false;
    const why = thread === Refused.UNKNOWN ? 'there is no such group of workers' : 'its queue is full';
    this.#failed(`cannot give a task to [${group}]: ${why}`);
    return true;
  }

  #resumeHere({ index, label }: Pick<Transaction, 'index' | 'label'>, { table, name }: RouteName): void {
    const route = this.host.routes.find(table, name);
    if (route !== null) this.#layer?.suspension.resume(index, label, route, true);
    // The config was read again more than once meanwhile: the transaction ends by its timer.
    else this.#failed(`no route [${name}] to go on with`);
  }

  /** Upstream goes on in the default group; without one, or when it has no room, this thread does it. */
  #resumeInGroup(t: Transaction, route: RouteName): void {
    const thread = this.host.threads.reserve(DEFAULT_GROUP);
    if (thread < 0) this.#resumeHere(t, route);
    else this.#handOn(t, thread, DEFAULT_GROUP, route);
  }

  /** Has a worker, with its place reserved, go on with a suspended transaction. */
  #handOn(t: Transaction, thread: number, group: string, route: RouteName): void {
    const handover = this.#layer?.handover ?? null;
    if (handover !== null && thread !== this.host.threadIndex) handover.push(t, thread, group, route);
    else this.host.threads.dispatchTo(thread, group, Kind.RESUME, { index: t.index, label: t.label, route });
  }

  #runData({ route, data }: DataTask): void | Promise<void> {
    const found = this.host.routes.find('main', route);
    if (found === null) return undefined;
    return runLocally(this.host, SOURCE, found, (ctx) => {
      ctx.scratch = new Map([[this, data]]);
    });
  }

  #runEvent({ type, key, value }: EventTask): void | Promise<void> {
    const route = this.host.routes.find('event', this.host.settings.async_tkv_evcb ?? '');
    if (route === null) return undefined;
    return runLocally(this.host, SOURCE, route, (ctx) => {
      ctx.scratch = new Map<unknown, unknown>([
        ['atkv:type', type],
        ['atkv:key', key],
        ['atkv:val', value],
      ]);
    });
  }

  #route(name: string): RouteRef | null {
    const route = this.host.routes.find('main', name);
    if (route?.defined) return route;
    this.#failed(`route block not found: ${name}`);
    return null;
  }

  #failed(text: string): -1 {
    this.host.log.error(SOURCE, text);
    return -1;
  }
}

const milliseconds = (wait: number, unit: 's' | 'ms'): number => (unit === 's' ? wait * 1000 : wait);
