import { entriesOf, type RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { array, fault, list, type RpcReply, type RpcValue, reply, struct } from '../../rpc/value.js';
import type { QueueItem } from '../../shm/zone.js';
import type { Queue } from './queue.js';
import type { Mqueue } from './state.js';

const { rpc } = entriesOf<Mqueue>();

const NO_NAME = 'No queue name';

/** Codes of the faults: upstream's commands do not agree on them. */
interface Faults {
  readonly badName: number;
  readonly unknown: number;
}

const FAULTS: Faults = { badName: 400, unknown: 404 };

/** A command on one queue; further parameters by their letters. */
function onQueue(
  doc: string,
  letters: string,
  run: (queue: Queue, args: readonly unknown[]) => RpcReply | Promise<RpcReply>,
  faults = FAULTS,
): RpcDef<Mqueue> {
  return rpc(doc, (state) => (call: RpcCall) => {
    const scan = call.scan(`S${letters}`);
    if (!scan.ok) return fault(faults.badName, scan.count === 0 ? NO_NAME : 'Not enough parameters');
    const name = scan.args[0] as string;
    if (name === '') {
      state.error('bad mqueue name');
      return fault(faults.badName, 'Invalid queue name');
    }
    const queue = state.queue(name);
    if (queue !== undefined) return run(queue, scan.args.slice(1));
    state.error('no such mqueue');
    return fault(faults.unknown, 'No such queue');
  });
}

const shown = ({ key, value }: QueueItem): RpcReply => reply(struct({ key, val: value }));
const size = (queue: Queue): RpcValue => struct({ name: queue.spec.name, size: queue.size });
const empty = (): RpcReply => fault(404, 'Empty queue');

function stats(queue: Queue): RpcValue {
  const { spec } = queue;
  return struct({
    name: spec.name,
    size: queue.size,
    max_size: spec.size,
    dbmode: spec.dbMode,
    addmode: spec.mode,
    held: queue.held,
    ...queue.counts(),
    oldest_age: queue.oldestAge(),
  });
}

/** Items that `mqueue.list` shows unless it is told otherwise. */
const LISTED = 100;

export const commands: Readonly<Record<string, RpcDef<Mqueue>>> = {
  'mqueue.get_size': onQueue('Get size of mqueue.', '', (queue) => reply(size(queue))),
  'mqueue.get_sizes': rpc('Get size of all mqueues.', (state) => () => list(state.queues().map(size))),
  'mqueue.fetch': onQueue(
    'Fetch an element from the queue.',
    '',
    async (queue) => {
      const item = await queue.fetch();
      if (item === undefined) return empty();
      return item === null ? fault(500, 'Unexpected error (fetch)') : shown(item);
    },
    { badName: 500, unknown: 500 },
  ),
  'mqueue.add': onQueue('Add an item to a queue: name, key, value.', '.S.S', async (queue, [key, value]) => {
    const added = await queue.add(key as string, value as string);
    return added ? reply(size(queue)) : fault(500, 'The item could not be stored');
  }),
  'mqueue.peek': onQueue('Show the oldest item of a queue, which stays where it is.', '', (queue) => {
    const item = queue.first();
    return item === undefined ? empty() : shown(item);
  }),
  'mqueue.list': onQueue('List items of a queue, oldest first: name, and how many at most (100).', '*d', (queue, [n]) =>
    reply(
      array(
        queue
          .list(Math.max(0, (n as number | undefined) ?? LISTED))
          .map(({ key, value }) => struct({ key, val: value })),
      ),
    ),
  ),
  'mqueue.flush': onQueue('Remove all items of a queue.', '', async (queue) => {
    const flushed = await queue.flush();
    return flushed === null ? fault(500, 'The items could not be removed') : reply(struct({ flushed }));
  }),
  'mqueue.stats': rpc(
    'Counters of all queues, with the seconds that the oldest item has waited.',
    (state) => () => list(state.queues().map(stats)),
  ),
};
