import type { Counter, Statistics } from '../../observe/statistics.js';
import { type RpcReply, reply, struct } from '../../rpc/value.js';

/** Statuses counted one by one; the others of their class are counted together. */
const SINGLE = [200, 202, 300, 301, 302, 400, 401, 403, 404, 407, 408, 483, 500] as const;
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', '6xx', 'xxx'] as const;

/** Order of fields in `sl.stats`. */
const SHOWN = [
  ...['200', '202', '2xx', '300', '301', '302', '3xx'],
  ...['400', '401', '403', '404', '407', '408', '483', '4xx', '500', '5xx', '6xx', 'xxx'],
];

/** Names and meanings, for the manifest. */
export const STATISTICS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SINGLE.map((status) => [`${status}_replies`, `Stateless replies ${status} sent.`])),
  ...Object.fromEntries(CLASSES.map((name) => [`${name}_replies`, `Other stateless replies of class ${name} sent.`])),
  sent_replies: 'Stateless replies sent.',
  sent_err_replies: 'Stateless replies to internal errors sent; upstream never counts any.',
  failures: 'Stateless replies that could not be sent.',
  received_ACKs: 'ACKs to stateless replies that were absorbed.',
};

/** Counters of group `sl`. */
export class SlStatistics {
  readonly failures: Counter;
  readonly receivedAcks: Counter;
  readonly #sent: Counter;
  readonly #byName = new Map<string, Counter>();
  readonly #byStatus = new Map<number, Counter>();

  constructor(
    statistics: Statistics,
    /** 5.6 counts provisional replies among `xxx`. */
    private readonly provisionalClass: '1xx' | 'xxx',
  ) {
    const counter = (name: string): Counter => statistics.counter('sl', name, STATISTICS[name]);
    // Listings show counters in the order in which they are made, upstream's in that of their names.
    for (const name of Object.keys(STATISTICS).sort()) counter(name);
    for (const name of [...SINGLE.map(String), ...CLASSES]) this.#byName.set(name, counter(`${name}_replies`));
    for (const status of SINGLE) this.#byStatus.set(status, this.#byName.get(`${status}`)!);
    this.#sent = counter('sent_replies');
    this.failures = counter('failures');
    this.receivedAcks = counter('received_ACKs');
  }

  countReply(status: number): void {
    this.#sent.inc();
    (this.#byStatus.get(status) ?? this.#byName.get(this.#className(status)))?.inc();
  }

  #className(status: number): string {
    if (status < 100 || status >= 700) return 'xxx';
    return status < 200 ? this.provisionalClass : `${Math.floor(status / 100)}xx`;
  }

  /** The answer of `sl.stats`. */
  show(): RpcReply {
    return reply(struct(SHOWN.map((name) => [name, this.#byName.get(name)?.get() ?? 0] as const)));
  }
}
