/**
 * What operations on the shared memory cost, in microseconds: in one thread, and with a second thread doing the same.
 *
 *     node bench/shm.mjs [milliseconds per row]
 */
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { LocalZone } from '../dist/src/shm/local-zone.js';
import { SharedZone } from '../dist/src/shm/shared-zone.js';

const clock = { now: Date.now };
const KEYS = 1000;

const contact = (i) => ({
  ruid: `uloc-1-655d-1a2b-${i}`,
  address: `sip:user${i}@192.0.2.${i % 250}:5062;transport=udp`,
  received: `sip:198.51.100.7:${1024 + i}`,
  path: '',
  expires: 1_800_000_000 + i,
  q: -1,
  callId: `9b1c66d4${i}@192.0.2.1`,
  cseq: i,
  flags: 0,
  cflags: 64,
  userAgent: 'Telephone 1.2.3 (build 456)',
  socket: 'udp:203.0.113.5:5060',
  lastModified: 1_799_999_000,
  methods: 0xffffffff,
  instance: '',
  regId: 0,
  serverId: 0,
  connectionId: -1,
  xavp: [],
  aor: `user${i}`,
  state: 'CS_SYNC',
  keepalive: 0,
  lastKeepalive: 0,
  kaRoundtrip: 0,
});

/** Each makes its objects in a zone and returns one operation. Keys of a second thread are others, names are the same. */
const ROWS = {
  'get, text of 20 characters': (zone, me) => {
    const map = zone.map('text');
    for (let i = 0; i < KEYS; i++) map.set(`${me}:call-id-${i}`, 'x'.repeat(20));
    const keys = Array.from({ length: KEYS }, (_, i) => `${me}:call-id-${i}`);
    return (i) => map.get(keys[i % KEYS]);
  },
  'set, text of 20 characters': (zone, me) => {
    const map = zone.map('text');
    const keys = Array.from({ length: KEYS }, (_, i) => `${me}:call-id-${i}`);
    const value = 'x'.repeat(20);
    return (i) => map.set(keys[i % KEYS], value);
  },
  'set, new key with a life': (zone, me) => {
    const map = zone.map('fresh', { ttlMs: 60_000, maxEntries: 100_000, whenFull: 'evict-oldest' });
    return (i) => map.set(`${me}:${i}`, 'x');
  },
  'incr, one key of all threads': (zone) => {
    const map = zone.map('count');
    return () => map.incr('n');
  },
  'counter add': (zone) => {
    const counter = zone.counter('n');
    return () => counter.add(1);
  },
  'queue push and shift': (zone) => {
    const queue = zone.queue('q');
    return () => {
      queue.push('key', 'a value of some length');
      queue.shift();
    };
  },
  'get, record of one contact': (zone, me) => {
    const map = zone.map('contacts', { immutable: true });
    const keys = Array.from({ length: KEYS }, (_, i) => `${me}user${i}`);
    for (let i = 0; i < KEYS; i++) map.set(keys[i], [contact(i)]);
    return (i) => map.get(keys[i % KEYS]);
  },
  'update, record of one contact': (zone, me) => {
    const map = zone.map('contacts', { immutable: true });
    const keys = Array.from({ length: KEYS }, (_, i) => `${me}user${i}`);
    const next = Array.from({ length: KEYS }, (_, i) => [contact(i)]);
    return (i) => map.update(keys[i % KEYS], () => next[i % KEYS]);
  },
};

/** Microseconds per operation, the best of rounds of a tenth of the time. */
function measure(operation, ms) {
  let best = Number.POSITIVE_INFINITY;
  let i = 0;
  for (const end = performance.now() + ms; performance.now() < end; ) {
    const start = performance.now();
    let n = 0;
    for (; performance.now() - start < ms / 10; n += 100) for (let k = 0; k < 100; k++) operation(i++);
    best = Math.min(best, ((performance.now() - start) * 1000) / n);
  }
  return best;
}

/** Two threads at once: the time of one, which is that of the other. */
async function contended(row, ms) {
  const zone = SharedZone.create({ bytes: 256 << 20, clock });
  const data = { row, ms: ms * 1.5, handle: zone.handle };
  const worker = new Worker(new URL(import.meta.url), { workerData: data });
  await new Promise((resolve) => worker.once('message', resolve));
  const time = measure(ROWS[row](zone, 'a'), ms);
  await worker.terminate();
  return time;
}

if (isMainThread) {
  const ms = Number(process.argv[2] ?? 500);
  console.log('µs per operation'.padEnd(34), 'local', 'shared', 'shared, two threads');
  for (const row of Object.keys(ROWS)) {
    const local = measure(ROWS[row](new LocalZone(clock), 'a'), ms);
    const shared = measure(ROWS[row](SharedZone.create({ bytes: 256 << 20, clock }), 'a'), ms);
    const two = await contended(row, ms);
    console.log(
      row.padEnd(34),
      local.toFixed(2).padStart(5),
      shared.toFixed(2).padStart(6),
      two.toFixed(2).padStart(8),
    );
  }
} else {
  const { parentPort } = await import('node:worker_threads');
  const operation = ROWS[workerData.row](SharedZone.attach(workerData.handle, clock), 'b');
  parentPort.postMessage('ready');
  for (let i = 0; ; i++) operation(i);
}
