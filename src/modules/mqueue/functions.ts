import { text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type SuspendsWhen } from '../../registry/module.js';
import type { Queue } from './queue.js';
import { DbMode, queueSpecs } from './spec.js';
import type { Mqueue } from './state.js';

const { fn } = entriesOf<Mqueue>();

const queueName = text('queue', 'name of a queue');

/** Only queues of dbmode 4 make a route wait; which queue a call means is often written out. */
const whenDurable: SuspendsWhen = ([name], settings) => {
  try {
    return queueSpecs(settings).some((q) => q.dbMode === DbMode.DURABLE && (name === undefined || name === q.name));
  } catch {
    // A config that is refused for its parameters anyway.
    return true;
  }
};

/** The outcome of something that was done at once or has to be waited for. */
function then<T>(value: T | Promise<T>, code: (value: T) => number): number | Promise<number> {
  return value instanceof Promise ? value.then(code) : code(value);
}

const UNKNOWN = -1;
const EMPTY = -2;
const NOTHING_HELD = -3;

/** A function on one queue that shows an item. */
function onQueue(
  state: Mqueue,
  name: string,
  use: (queue: Queue) => number | Promise<number>,
): number | Promise<number> {
  const queue = state.queue(name);
  if (queue !== undefined) return use(queue);
  state.error(`mqueue not found: ${name}`);
  return UNKNOWN;
}

export const functions: Readonly<Record<string, FunctionDef<Mqueue>>> = {
  mq_add: fn(
    [queueName, text('key'), text('value')],
    {
      routes: ['ANY'],
      doc: 'Adds an item to a queue. A full queue drops its oldest item for it.',
      example: 'mq_add("q", "$rU", "call from $fU");',
      suspends: whenDurable,
      returns: {
        '1': 'accepted; with addmode 1 also when its key is there already',
        '-1': 'no such queue, or not stored',
      },
    },
    (state) => (_ctx, name, key, value) => state.add(name, key, value),
  ),
  mq_fetch: fn(
    [queueName],
    {
      routes: ['ANY'],
      doc: 'Takes out the oldest item and shows it as `$mqk(queue)` and `$mqv(queue)`.',
      example: 'while (mq_fetch("q")) { xlog("$mqk(q): $mqv(q)\\n"); }',
      suspends: whenDurable,
      returns: {
        '1': 'an item is there',
        '-1': 'no such queue, or the disk did not follow',
        '-2': 'the queue is empty',
      },
    },
    (state) => (ctx, name) =>
      onQueue(state, name, (queue) => {
        const before = state.heldBy(ctx, name);
        if (before !== null) queue.release(before);
        state.show(ctx, name, undefined);
        return then(queue.fetch(), (item) => {
          if (item === undefined) return EMPTY;
          if (item === null) return UNKNOWN;
          state.show(ctx, name, { item, held: null });
          return 1;
        });
      }),
  ),
  mq_pv_free: fn(
    [queueName],
    {
      routes: ['ANY'],
      doc: 'Forgets the item that `$mqk(queue)` and `$mqv(queue)` show.',
      example: 'mq_pv_free("q");',
      returns: { '1': 'always' },
    },
    (state) => (ctx, name) => {
      const held = state.heldBy(ctx, name);
      if (held !== null) state.queue(name)?.release(held);
      if (state.queue(name) !== undefined) state.show(ctx, name, undefined);
      return 1;
    },
  ),
  mq_size: fn(
    [queueName],
    {
      routes: ['ANY'],
      doc: 'The number of items in a queue, as return code.',
      example: 'if (mq_size("q") > 10) { xlog("a long queue\\n"); }',
      returns: { n: 'so many', '-1': 'the queue is empty', '-2': 'no such queue' },
    },
    (state) => (_ctx, name) => {
      const queue = state.queue(name);
      if (queue !== undefined) return queue.size || -1;
      state.error(`mqueue ${name} not found`);
      return -2;
    },
  ),
  mq_peek: fn(
    [queueName],
    {
      routes: ['ANY'],
      doc:
        'Shows the oldest item as `$mqk(queue)` and `$mqv(queue)` and sets it aside until `mq_ack` or `mq_requeue`; other ' +
        'runs get the next one. An item that nobody acknowledges goes back to the front after `peek_timeout`, or when the ' +
        'server starts again. Peeking again shows the same item. Not upstream’s.',
      example: 'while (mq_peek("q")) { xlog("$mqk(q): $mqv(q)\\n"); mq_ack("q"); }',
      returns: { '1': 'an item is there', '-1': 'no such queue', '-2': 'the queue is empty' },
    },
    (state) => (ctx, name) =>
      onQueue(state, name, (queue) => {
        const before = state.heldBy(ctx, name);
        if (before !== null) queue.release(before);
        const held = queue.hold();
        state.show(ctx, name, held && { item: held.item, held });
        return held === undefined ? EMPTY : 1;
      }),
  ),
  mq_ack: fn(
    [queueName],
    {
      routes: ['ANY'],
      doc: 'Lets the item that `mq_peek` showed go for good; the variables go on showing it. Not upstream’s.',
      example: 'if (mq_peek("q")) { mq_ack("q"); }',
      suspends: whenDurable,
      returns: {
        '1': 'done',
        '-1': 'no such queue',
        '-3': 'nothing was set aside, or it has gone back, or the disk did not follow',
      },
    },
    (state) => (ctx, name) =>
      onQueue(state, name, (queue) => {
        const shown = state.shown(ctx, name);
        if (shown === undefined || shown.held === null) return NOTHING_HELD;
        const { item, held } = shown;
        return then(queue.acknowledge(held), (done) => {
          if (done) state.show(ctx, name, { item, held: null });
          return done ? 1 : NOTHING_HELD;
        });
      }),
  ),
  mq_requeue: fn(
    [queueName],
    {
      routes: ['ANY'],
      doc: 'Puts the item that `mq_peek` showed back to the front. Not upstream’s.',
      example: 'if (mq_peek("q")) { mq_requeue("q"); }',
      returns: { '1': 'done', '-1': 'no such queue', '-3': 'nothing was set aside, or it has gone back' },
    },
    (state) => (ctx, name) =>
      onQueue(state, name, (queue) => {
        const held = state.shown(ctx, name)?.held ?? null;
        if (held === null || !queue.release(held)) return NOTHING_HELD;
        state.show(ctx, name, undefined);
        return 1;
      }),
  ),
};
