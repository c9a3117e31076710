import { packReceive, socketAt, type WireReceive } from '../../net/wire.js';
import type { Counter } from '../../observe/statistics.js';
import type { BoundPv } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import { Refused } from '../../registry/threads.js';
import { ScriptContext, Stage } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import { isDefined, toText } from '../../script/value.js';

const SOURCE = 'sworker';

/** A message on its way to the worker that is to route it. */
interface Task {
  readonly raw: string;
  readonly from: WireReceive;
  /** What `xdata` held; null when that was nothing, undefined without the parameter. */
  readonly xdata: string | null | undefined;
}

/** Hands received messages to groups of worker threads before they are routed. */
export class Sworker {
  readonly #xdata: (BoundPv & Required<Pick<BoundPv, 'write'>>) | null;
  readonly #refused: Counter;
  readonly #tasks: Counter;

  constructor(
    private readonly host: Host,
    params: { readonly xdata: string | null },
    private readonly byCall: boolean,
  ) {
    this.#xdata = params.xdata === null ? null : this.#writable(params.xdata);
    this.#tasks = host.statistics.counter(SOURCE, 'tasks', 'Messages handed to workers.');
    this.#refused = host.statistics.counter(SOURCE, 'refused', 'Messages that no worker took.');
    host.threads.handle<Task>('sworker:message', (task) => this.#take(task));
  }

  /** `sworker_task()`: 1 when a worker of the group gets the message, else -1 (logged, counted). */
  task(ctx: ScriptContext, group: string): number {
    if (ctx.stage !== Stage.PRE_ROUTING) {
      this.host.log.warn(SOURCE, 'sworker_task() hands over messages only in event_route[core:pre-routing]');
      return -1;
    }
    const { msg } = ctx;
    const task: Task = { raw: msg.raw, from: packReceive(msg.received), xdata: this.#read(ctx) };
    const affinity = this.byCall ? (msg.callId ?? '') : undefined;
    const thread = this.host.threads.dispatch(group, 'sworker:message', task, affinity);
    if (thread >= 0) {
      this.#tasks.inc();
      return 1;
    }
    this.#refused.inc();
    const why = thread === Refused.UNKNOWN ? 'there is no such group' : 'its queue is full';
    this.host.log.error(SOURCE, `cannot hand a message to group [${group}]: ${why}`);
    return -1;
  }

  /** `sworker_active()`. */
  isActive(ctx: ScriptContext): boolean {
    return ctx.stage === Stage.DELEGATED;
  }

  /** Routes a message that another thread received. */
  #take({ raw, from, xdata }: Task): Promise<void> | undefined {
    const socket = socketAt(this.host.network, from.socket);
    if (socket === null) return undefined;
    if (xdata !== undefined && !this.#give(xdata)) {
      this.host.log.error(SOURCE, 'cannot set the variable of parameter xdata: the message is discarded');
      return undefined;
    }
    return this.host.receive(raw, { ...from, socket });
  }

  /** Text crosses, also that of a number; anything else arrives as null, so that no older value is taken for it. */
  #read(ctx: ScriptContext): string | null | undefined {
    if (this.#xdata === null) return undefined;
    const value = this.#xdata.read(ctx);
    if (!isDefined(value)) return null;
    const text = toText(value);
    return text === null || text === '' ? null : text;
  }

  #give(value: string | null): boolean {
    const nobody = new ScriptContext(this.host.routes.fakeRequest(), RouteKind.REQUEST);
    return this.#xdata?.write(nobody, value) ?? true;
  }

  #writable(text: string): BoundPv & Required<Pick<BoundPv, 'write'>> {
    const pv = this.host.bindEnv.pv(text);
    if (pv.write === undefined)
      throw new ConfigError(`xdata must name a variable that can be written, not ${text}`, 'xdata');
    return { ...pv, write: pv.write };
  }
}
