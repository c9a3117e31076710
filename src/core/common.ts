import type { Log } from '../observe/log.js';
import type { CounterSource } from '../observe/statistics.js';
import { ROUTING_GROUP, TALLIES, type ThreadGroupSpec } from '../registry/threads.js';
import { LocalZone } from '../shm/local-zone.js';
import { type SharedHandle, SharedZone } from '../shm/shared-zone.js';
import type { Zone } from '../shm/zone.js';
import { Exchange } from '../threads/exchange.js';
import { membersOf } from '../threads/supervisor.js';
import type { ServerOptions } from './options.js';

/** Memory that threads share unless told otherwise, in bytes: backed only where it is used. */
const SHARED_BYTES = 1024 * 1024 * 1024;

/** Received messages that wait for one worker at most. */
const ROUTING_QUEUE = 4096;

/** What all threads of a server share, as it is handed to a worker. */
export interface SharedParts {
  readonly zone: SharedHandle;
  readonly loads: Int32Array;
  readonly tallies: Float64Array;
  readonly groups: readonly ThreadGroupSpec[];
  readonly members: ReadonlyMap<string, readonly number[]>;
  readonly count: number;
}

/** What all threads of a server share, as one thread sees it. */
export interface Common {
  readonly zone: Zone;
  readonly exchange: Exchange;
  /** Where statistics count; undefined: in the thread's own memory. */
  readonly counters: CounterSource | undefined;
  /** What workers are started with; null when thread 0 is alone. */
  readonly workers: SharedParts | null;
}

/** Makes what the threads share, for thread 0. One thread that is alone keeps plain maps. */
export function makeCommon(options: ServerOptions, groups: readonly ThreadGroupSpec[], log: Log): Common {
  const plain = groups.map(({ name, workers, nonblock, usleep, queue, shown }): ThreadGroupSpec => {
    return { name, workers, nonblock, usleep, queue, ...(shown ? { shown } : {}) };
  });
  if (options.workers !== undefined && options.workers > 0) {
    plain.push({
      name: ROUTING_GROUP,
      workers: options.workers,
      nonblock: true,
      usleep: 0,
      queue: ROUTING_QUEUE,
      shown: { text: 'SIP worker %d', rank: 1 },
    });
  }
  const alone = plain.length === 0 || options.inlineGroups === true;
  const members = alone ? new Map(plain.map(({ name }) => [name, [0]])) : membersOf(plain);
  const count = alone ? 1 : 1 + [...members.values()].reduce((sum, threads) => sum + threads.length, 0);
  const loads = new Int32Array(new SharedArrayBuffer(count * 4));
  const tallies = new Float64Array(new SharedArrayBuffer(count * TALLIES * 8));
  const exchange = makeExchange({ options, log, index: 0, group: '', groups: plain, members, count, loads, tallies });
  if (alone) return { zone: new LocalZone(options.clock), exchange, counters: undefined, workers: null };
  const zone = SharedZone.create({ bytes: options.sharedBytes ?? SHARED_BYTES, clock: options.clock });
  return {
    zone,
    exchange,
    counters: countersIn(zone),
    workers: { zone: zone.handle, loads, tallies, groups: plain, members, count },
  };
}

/** What the threads share, for a worker. */
export function joinCommon(
  options: ServerOptions,
  shared: SharedParts,
  self: { readonly index: number; readonly group: string },
  log: Log,
): Common {
  const zone = SharedZone.attach(shared.zone, options.clock);
  const { groups, members, count, loads, tallies } = shared;
  const { index, group } = self;
  return {
    zone,
    exchange: makeExchange({ options, log, index, group, groups, members, count, loads, tallies }),
    counters: countersIn(zone),
    workers: null,
  };
}

function makeExchange(of: {
  readonly options: ServerOptions;
  readonly log: Log;
  readonly index: number;
  readonly group: string;
  readonly groups: readonly ThreadGroupSpec[];
  readonly members: ReadonlyMap<string, readonly number[]>;
  readonly count: number;
  readonly loads: Int32Array;
  readonly tallies: Float64Array;
}): Exchange {
  const { options, ...parts } = of;
  return new Exchange({
    ...parts,
    later: (work) => queueMicrotask(work),
    after: (ms, work) => void options.clock.after(ms, work),
  });
}

/** Statistics of several threads count in the memory that they share. */
function countersIn(zone: Zone): CounterSource {
  return (group, name) => zone.counter(`statistics:${group}:${name}`);
}
