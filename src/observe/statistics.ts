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
    this.#value = 0;
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

/** Every statistic of the server by group and name, as `kamcmd stats.*`, `cnt.*`, `$stat(name)` and metrics see it. */
export class Statistics {
  readonly #groups = new Map<string, Map<string, Counter>>();

  /** The counter of that group and name, made at first use. */
  counter(group: string, name: string, doc = ''): Counter {
    return this.#add(group, name, () => new Count(group, name, doc));
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

  groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  inGroup(group: string): readonly Counter[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }

  #add(group: string, name: string, make: () => Counter): Counter {
    let names = this.#groups.get(group);
    if (!names) this.#groups.set(group, (names = new Map()));
    let counter = names.get(name);
    if (!counter) names.set(name, (counter = make()));
    return counter;
  }
}
