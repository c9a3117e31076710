import type { Timer } from '../../clock/clock.js';
import { formatIp, parseIp } from '../../net/addresses.js';
import type { Counter } from '../../observe/statistics.js';
import type { Host } from '../../registry/host.js';
import type { ParamValues } from '../../registry/module.js';
import type { params as definitions } from './params.js';
import { AddressTree, type Leaf } from './tree.js';

/** Return codes of the checks. */
const PASS = 1;
const BLOCKED = -1;
const NEWLY_BLOCKED = -2;

/** Flood detection over one tree for all script threads. */
export class Pike {
  readonly #tree: AddressTree;
  readonly #blocked: Counter;
  #timers: Timer[] = [];
  #reportedFull = false;

  constructor(
    private readonly host: Host,
    private readonly params: ParamValues<typeof definitions>,
  ) {
    this.#tree = new AddressTree(host.zone, {
      density: params.reqs_density_per_unit,
      latencyMs: params.remove_latency * 1000,
      maxNodes: params.max_nodes,
      clock: host.clock,
    });
    this.#blocked = host.statistics.counter('pike', 'blocked_ips', 'Counter of blocked IP addresses');
  }

  get maxHits(): number {
    return this.#tree.maxHits;
  }

  /** Seconds until an address is forgotten. */
  expiresIn(leaf: Leaf): number {
    return Math.ceil((leaf.expiresAt - this.host.clock.now()) / 1000);
  }

  leaves(): Leaf[] {
    return this.#tree.leaves();
  }

  start(): void {
    if (this.host.threadIndex !== 0) return;
    const { clock } = this.host;
    this.#timers = [
      // Nodes end with whole seconds.
      clock.after(1000 - (clock.now() % 1000), () => {
        this.#tree.clean();
        this.#timers.push(clock.every(1000, () => this.#tree.clean()));
      }),
      clock.every(this.params.sampling_time_unit * 1000, () => this.#nextUnit()),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  /** Counts a hit of an address as text. What is no address counts as a flood, as upstream has it. */
  check(text: string): number {
    const bytes = parseIp(text);
    if (bytes === null) {
      if (text !== '') this.host.log.error('pike', `failed to parse ip address: ${text}`);
      return BLOCKED;
    }
    const address = String.fromCharCode(...bytes);
    switch (this.#tree.hit(address)) {
      case 'pass':
        return PASS;
      case 'blocked':
        return BLOCKED;
      case 'newly-blocked':
        this.#blocked.inc();
        this.#log(`PIKE - BLOCKing ip ${text}, node=${nodeName(address)}`);
        return NEWLY_BLOCKED;
      case 'full':
        // An address that cannot be counted is not held to be a flood.
        if (!this.#reportedFull) {
          this.host.log.error(
            'pike',
            `more than max_nodes=${this.params.max_nodes} nodes: new addresses are not counted`,
          );
        }
        this.#reportedFull = true;
        return PASS;
    }
  }

  #nextUnit(): void {
    this.#reportedFull = false;
    for (const address of this.#tree.nextUnit()) this.#log(`PIKE - UNBLOCKing node ${nodeName(address)}`);
  }

  #log(text: string): void {
    this.host.log.write(this.params.pike_log_level, 'pike', text);
  }
}

/** An address as upstream's commands print it. */
export function addressText(address: string): string {
  return formatIp(Uint8Array.from(address, (c) => c.charCodeAt(0)));
}

/** Upstream prints where the node is in memory; the bytes of its address tell blocks and unblocks together as well. */
function nodeName(address: string): string {
  return `0x${Buffer.from(address, 'latin1').toString('hex')}`;
}
