import { LocalMap } from './local-map.js';
import { LocalQueue } from './local-queue.js';
import type {
  Stored,
  Zone,
  ZoneClock,
  ZoneCounter,
  ZoneMap,
  ZoneMapOptions,
  ZoneQueue,
  ZoneQueueOptions,
} from './zone.js';

/** The zone of a server with one script thread: everything is in this thread's heap. */
export class LocalZone implements Zone {
  readonly #maps = new Map<string, LocalMap>();
  readonly #counters = new Map<string, ZoneCounter>();
  readonly #queues = new Map<string, LocalQueue>();

  constructor(private readonly clock: ZoneClock) {}

  map<V extends Stored = Stored>(name: string, options: ZoneMapOptions = {}): ZoneMap<V> {
    let map = this.#maps.get(name);
    if (map === undefined) {
      map = new LocalMap(name, options, this.clock);
      this.#maps.set(name, map);
    }
    return map as unknown as ZoneMap<V>;
  }

  counter(name: string): ZoneCounter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = new LocalCounter(name);
      this.#counters.set(name, counter);
    }
    return counter;
  }

  queue(name: string, options: ZoneQueueOptions = {}): ZoneQueue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new LocalQueue(name, options, this.clock);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  exclusive<T>(_name: string, fn: () => T): T {
    return fn();
  }

  sweep(): number {
    let gone = 0;
    for (const map of this.#maps.values()) {
      if (map.options.ownerTakesExpired !== true) gone += map.takeExpired().length;
    }
    return gone;
  }

  stats(): null {
    return null;
  }

  names(): { readonly maps: string[]; readonly counters: string[]; readonly queues: string[] } {
    return {
      maps: [...this.#maps.keys()],
      counters: [...this.#counters.keys()],
      queues: [...this.#queues.keys()],
    };
  }
}

class LocalCounter implements ZoneCounter {
  #value = 0;

  constructor(readonly name: string) {}

  get(): number {
    return this.#value;
  }

  add(by: number): number {
    return (this.#value += by);
  }

  set(value: number): void {
    this.#value = value;
  }
}
