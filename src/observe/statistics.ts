/** One counter or gauge. */
export interface Counter {
  readonly group: string;
  readonly name: string;
  readonly doc: string;
  inc(): void;
  add(n: number): void;
  get(): number;
  reset(): void;
}

class Count implements Counter {
  #value = 0;
  constructor(
    readonly group: string,
    readonly name: string,
    readonly doc: string,
    private readonly resettable: boolean,
  ) {}
  inc(): void {
    this.#value++;
  }
  add(n: number): void {
    this.#value += n;
  }
  get(): number {
    return this.#value;
  }
  reset(): void {
    if (this.resettable) this.#value = 0;
  }
}

/** A number that all threads see. */
export interface SharedCount {
  get(): number;
  add(by: number): number;
  set(value: number): void;
}

/** Gives each statistic its number, where several threads count together. */
export type CounterSource = (group: string, name: string) => SharedCount;

/** A count of all threads. */
class CommonCount implements Counter {
  constructor(
    readonly group: string,
    readonly name: string,
    readonly doc: string,
    private readonly resettable: boolean,
    private readonly count: SharedCount,
  ) {}
  inc(): void {
    this.count.add(1);
  }
  add(n: number): void {
    this.count.add(n);
  }
  get(): number {
    return this.count.get();
  }
  reset(): void {
    if (this.resettable) this.count.set(0);
  }
}

/** A value computed when asked for. */
class Gauge implements Counter {
  constructor(
    readonly group: string,
    readonly name: string,
    readonly doc: string,
    private readonly read: () => number,
  ) {}
  inc(): void {}
  add(): void {}
  reset(): void {}
  get(): number {
    return this.read();
  }
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Every statistic of the server by group and name, as `kamcmd stats.*`, `cnt.*`, `$stat(name)` and metrics see it. */
export class Statistics {
  readonly #groups = new Map<string, Map<string, Counter>>();

  /** @param source - where counts of several threads live; without it they are this thread's own */
  constructor(private readonly source?: CounterSource) {}

  /** The counter of that group and name, made at first use. One that is not resettable keeps its value on `reset`. */
  counter(group: string, name: string, doc = '', resettable = true): Counter {
    const { source } = this;
    return this.#add(group, name, () =>
      source === undefined
        ? new Count(group, name, doc, resettable)
        : new CommonCount(group, name, doc, resettable, source(group, name)),
    );
  }

  /** A statistic whose value is computed when it is read. */
  gauge(group: string, name: string, read: () => number, doc = ''): Counter {
    return this.#add(group, name, () => new Gauge(group, name, doc, read));
  }

  find(group: string, name: string): Counter | undefined {
    return this.#groups.get(group)?.get(name);
  }

  /** The first statistic of that name in any group: upstream's names are unique in practice. */
  findByName(name: string): Counter | undefined {
    for (const group of this.#groups.values()) {
      const c = group.get(name);
      if (c) return c;
    }
    return undefined;
  }

  /** In byte order, as every command shows them. */
  groups(): readonly string[] {
    return [...this.#groups.keys()].sort(byBytes);
  }

  inGroup(group: string): readonly Counter[] {
    return [...(this.#groups.get(group)?.values() ?? [])].sort((a, b) => byBytes(a.name, b.name));
  }

  #add(group: string, name: string, make: () => Counter): Counter {
    let names = this.#groups.get(group);
    if (!names) this.#groups.set(group, (names = new Map()));
    let counter = names.get(name);
    if (!counter) names.set(name, (counter = make()));
    return counter;
  }
}

/** What the receiving thread and the transaction layer count when a thread that should have a message is too busy. */
export const overloadedMessages = (statistics: Statistics): Counter =>
  statistics.counter('core', 'overloaded', 'Messages dropped since their worker had too many.');
