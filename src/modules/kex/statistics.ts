import { type Memory, sharedMemory } from '../../observe/memory.js';
import { type Counter, Statistics } from '../../observe/statistics.js';
import type { Host } from '../../registry/host.js';
import type { SipMessage } from '../../sip/message.js';
import { Method, type MethodId } from '../../sip/methods.js';

/** Methods whose requests are counted one by one, with the ending of the counter's name. */
const REQUEST_METHODS: ReadonlyArray<readonly [MethodId, string]> = [
  [Method.INVITE, 'invite'],
  [Method.CANCEL, 'cancel'],
  [Method.ACK, 'ack'],
  [Method.BYE, 'bye'],
  [Method.INFO, 'info'],
  [Method.REGISTER, 'register'],
  [Method.SUBSCRIBE, 'subscribe'],
  [Method.NOTIFY, 'notify'],
  [Method.MESSAGE, 'message'],
  [Method.OPTIONS, 'options'],
  [Method.PRACK, 'prack'],
  [Method.UPDATE, 'update'],
  [Method.REFER, 'refer'],
  [Method.PUBLISH, 'publish'],
  [Method.KDMQ, 'kdmq'],
];

/** Methods whose replies are counted by class, likewise. */
const REPLY_METHODS: ReadonlyArray<readonly [MethodId, string]> = [
  [Method.INVITE, 'invite'],
  [Method.CANCEL, 'cancel'],
  [Method.BYE, 'bye'],
  [Method.REGISTER, 'reg'],
  [Method.MESSAGE, 'message'],
  [Method.PRACK, 'prack'],
  [Method.UPDATE, 'update'],
  [Method.REFER, 'refer'],
  [Method.OPTIONS, 'options'],
];

const CLASSES = [1, 2, 3, 4, 5, 6] as const;

/** Statuses counted one by one. */
const STATUSES = [
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 420],
  ...[480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493],
];

const CORE: Readonly<Record<string, string>> = {
  rcv_requests: 'Requests received.',
  ...Object.fromEntries(
    REQUEST_METHODS.map(([, name]) => [`rcv_requests_${name}`, `${name.toUpperCase()} requests received.`]),
  ),
  rcv_replies: 'Replies received.',
  rcv_replies_18x: 'Replies 180 to 189 received.',
  ...Object.fromEntries(CLASSES.map((n) => [`rcv_replies_${n}xx`, `Replies of class ${n} received.`])),
  ...Object.fromEntries(STATUSES.map((n) => [`rcv_replies_${n}`, `Replies ${n} received.`])),
  fwd_requests: 'Requests forwarded without a transaction.',
  fwd_replies: 'Replies forwarded without a transaction.',
  drop_requests: 'Requests dropped before routing.',
  drop_replies: 'Replies dropped.',
  err_requests: 'Requests that failed in processing.',
  err_replies: 'Replies that failed in processing.',
  bad_URIs_rcvd: 'Messages with URIs that cannot be parsed.',
  unsupported_methods: 'Requests of unknown methods received.',
  bad_msg_hdr: 'Messages with headers that cannot be parsed.',
};

const BY_METHOD: Readonly<Record<string, string>> = Object.fromEntries(
  REPLY_METHODS.flatMap(([, name]) =>
    CLASSES.map((n) => [`rcv_replies_${n}xx_${name}`, `Replies of class ${n} to ${name} received.`]),
  ),
);

const SHARED_MEMORY: Readonly<Record<string, string>> = {
  total_size: 'Memory that there may be at most, in bytes: shared by threads, or the heap where there is only one.',
  used_size: 'Memory in use, in bytes.',
  real_used_size: 'Memory in use with its overhead, in bytes.',
  max_used_size: 'Most memory in use so far, in bytes.',
  free_size: 'Memory still to be had, in bytes.',
  fragments: 'Blocks of free memory; always 0.',
};

/** Statuses of 4xx that 5.6 counts one by one; it counts no KDMQ requests and no replies to OPTIONS. */
const OLD_STATUSES = new Set([401, 404, 407, 480, 486]);

/** Whether 5.6 has a counter of that name. */
function isOld(name: string): boolean {
  if (name.endsWith('_kdmq') || /xx_options$/.test(name)) return false;
  const status = /^rcv_replies_(\d{3})$/.exec(name);
  return status === null || OLD_STATUSES.has(Number(status[1]));
}

/** Names and meanings, for the manifest. */
export const STATISTICS: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries({ ...CORE, ...BY_METHOD }).map(([name, doc]) => [`core:${name}`, doc]),
  ...Object.entries(SHARED_MEMORY).map(([name, doc]) => [`shmem:${name}`, doc]),
]);

/** Counts messages by method and status in group `core`, and shows the memory that threads share as group `shmem`. */
export class CoreStatistics {
  readonly #requests = new Map<MethodId, Counter>();
  readonly #replies = new Map<number, Counter>();
  readonly #byMethod = new Map<MethodId, readonly Counter[]>();
  readonly #classes: readonly Counter[];
  readonly #ringing: Counter;
  readonly #unsupported: Counter;

  constructor(host: Host) {
    const { statistics } = host;
    const old = host.compat === '5.6';
    const aside = new Statistics();
    const core = (name: string): Counter =>
      (old && !isOld(name) ? aside : statistics).counter('core', name, CORE[name] ?? BY_METHOD[name]);
    for (const name of Object.keys(CORE)) core(name);
    for (const [id, name] of REQUEST_METHODS) this.#requests.set(id, core(`rcv_requests_${name}`));
    for (const status of STATUSES) this.#replies.set(status, core(`rcv_replies_${status}`));
    for (const [id, name] of REPLY_METHODS)
      this.#byMethod.set(
        id,
        CLASSES.map((n) => core(`rcv_replies_${n}xx_${name}`)),
      );
    this.#classes = CLASSES.map((n) => core(`rcv_replies_${n}xx`));
    this.#ringing = core('rcv_replies_18x');
    this.#unsupported = core('unsupported_methods');
    showMemory(host);
    host.hooks.preRequest.push((ctx) => {
      this.#countRequest(ctx.msg);
      return true;
    });
    host.hooks.preReply.push((ctx) => {
      this.#countReply(ctx.msg);
      return true;
    });
  }

  #countRequest(msg: SipMessage): void {
    const counter = this.#requests.get(msg.methodId);
    if (counter !== undefined) counter.inc();
    else if (msg.methodId === Method.OTHER) this.#unsupported.inc();
  }

  #countReply(msg: SipMessage): void {
    const { status } = msg;
    const group = Math.floor(status / 100) - 1;
    this.#classes[group]?.inc();
    if (status >= 180 && status < 190) this.#ringing.inc();
    this.#replies.get(status)?.inc();
    const method = msg.cseq?.methodId;
    if (method !== undefined) this.#byMethod.get(method)?.[group]?.inc();
  }
}

function showMemory({ statistics, zone }: Host): void {
  const gauge = (name: string, of: (memory: Memory) => number): void => {
    statistics.gauge('shmem', name, () => of(sharedMemory(zone.stats())), SHARED_MEMORY[name]);
  };
  gauge('total_size', (m) => m.total);
  gauge('used_size', (m) => m.used);
  gauge('real_used_size', (m) => m.realUsed);
  gauge('max_used_size', (m) => m.maxUsed);
  gauge('free_size', (m) => m.free);
  gauge('fragments', () => 0);
}
