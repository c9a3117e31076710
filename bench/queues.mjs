/**
 * node bench/queues.mjs [--items N]
 *
 * What a queue of mqueue costs: per add+fetch while it holds few and while it holds a million items, in every addmode, in
 * the memory of one thread and in that of several; resident memory per million items; and dbmode 4 against what the disk
 * alone can do, with one commit per change and with many.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Sqlite from 'better-sqlite3';
import { LocalZone } from '../dist/src/shm/local-zone.js';
import { SharedZone } from '../dist/src/shm/shared-zone.js';

const { values } = parseArgs({
  options: { items: { type: 'string', default: '1000000' }, part: { type: 'string' } },
});
const ITEMS = Number(values.items);
const PAIRS = 200_000;
const clock = { now: () => Date.now() };
const MODES = ['all', 'keep-first', 'keep-last'];
const ZONES = {
  'one thread': () => new LocalZone(clock),
  'shared by threads': () => SharedZone.create({ bytes: 1 << 30, clock }),
};

const row = (...cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const megabytes = () => Math.round(process.memoryUsage.rss() / 1048576);
/** Keys and values as alerts have them; no two keys are the same. */
const keyOf = (n) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
const valueFor = (n) => `flood from ${keyOf(n)}, 53 requests in 2 s`;

/** Microseconds per add+fetch at the size that the queue has. */
function pairs(queue, from) {
  const begun = performance.now();
  for (let n = from; n < from + PAIRS; n++) {
    queue.push(keyOf(n), valueFor(n));
    queue.shift();
  }
  return ((performance.now() - begun) * 1000) / PAIRS;
}

function memoryPart(zoneName, mode) {
  const queue = ZONES[zoneName]().queue('q', { mode });
  pairs(queue, 0);
  const few = pairs(queue, 0);
  globalThis.gc?.();
  const before = megabytes();
  for (let n = 0; n < ITEMS; n++) queue.push(keyOf(n), valueFor(n));
  const grown = megabytes() - before;
  pairs(queue, ITEMS);
  const many = pairs(queue, ITEMS + PAIRS);
  process.send([few.toFixed(2), many.toFixed(2), grown, megabytes()]);
}

/** A process of its own per measurement: memory that another one has left does not count. */
function inProcess(...args) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['--items', String(ITEMS), '--part', JSON.stringify(args)], {
      execArgv: ['--expose-gc', '--max-semi-space-size=32'],
    });
    child.once('message', resolve).once('error', reject);
  });
}

/** Changes per second of the file alone: adds and removals in commits of `group`. */
function diskLimit(file, group, changes) {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec('CREATE TABLE q (id INTEGER PRIMARY KEY AUTOINCREMENT, key VARCHAR(64), val VARCHAR(4096))');
  const add = db.prepare('INSERT INTO q (id, key, val) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM q WHERE id = ?');
  let n = 0;
  const commit = db.transaction(() => {
    for (let i = 0; i < group; i += 2) {
      n++;
      add.run(n, keyOf(n), valueFor(n));
      remove.run(n);
    }
  });
  const single = () => {
    n++;
    add.run(n, keyOf(n), valueFor(n));
    remove.run(n);
  };
  const begun = performance.now();
  for (let done = 0; done < changes; done += Math.max(2, group)) (group < 2 ? single : commit)();
  const perSecond = (changes * 1000) / (performance.now() - begun);
  db.close();
  return perSecond;
}

/** Changes per second of a queue of dbmode 4, with so many scripts at it at a time. */
async function durable(file, scripts, changes) {
  const { DriverRegistry } = await import('../dist/src/db/registry.js');
  const { SqliteDriver } = await import('../dist/src/db/sqlite/driver.js');
  const { Mqueue } = await import('../dist/src/modules/mqueue/state.js');
  const { Log } = await import('../dist/src/observe/log.js');
  const { Statistics } = await import('../dist/src/observe/statistics.js');
  const databases = new DriverRegistry();
  databases.register(new SqliteDriver());
  const timers = { ...clock, after: () => ({ cancel() {} }) };
  const log = new Log({ write: (r) => process.stderr.write(`${r.text}\n`) }, 1);
  const host = {
    clock: timers,
    log,
    databases,
    zone: new LocalZone(clock),
    statistics: new Statistics(),
    threadIndex: 0,
  };
  const value = 'name=q;dbmode=4';
  const params = { db_url: `sqlite://${file}`, mqueue: [value], mqueue_name: [], peek_timeout: 30, db_sync: 0 };
  const state = new Mqueue(host, params, [{ name: 'mqueue', value, at: { file: 'x', line: 1, column: 1 } }]);
  await state.start();
  const queue = state.queue('q');
  const share = changes / 2 / scripts;
  const run = async (at) => {
    for (let n = 0; n < share; n++) {
      await queue.add(keyOf(at * share + n), valueFor(n));
      await queue.fetch();
    }
  };
  await Promise.all(Array.from({ length: scripts }, (_, i) => run(i)));
  const begun = performance.now();
  await Promise.all(Array.from({ length: scripts }, (_, i) => run(i)));
  const perSecond = (changes * 1000) / (performance.now() - begun);
  await state.stop();
  return perSecond;
}

if (values.part !== undefined) {
  memoryPart(...JSON.parse(values.part));
} else {
  row('queue in memory', 'addmode', 'µs per add+fetch, empty', `with ${ITEMS} items`, 'MB grown', 'MB resident');
  row('---', '---', '---', '---', '---', '---');
  for (const zone of Object.keys(ZONES)) {
    for (const mode of MODES) row(zone, MODES.indexOf(mode), ...(await inProcess(zone, mode)));
  }
  const dir = mkdtempSync(join(tmpdir(), 'kts-queues-'));
  process.stdout.write('\n');
  row('dbmode 4', 'changes per s', 'of what the file alone does');
  row('---', '---', '---');
  const alone = diskLimit(join(dir, 'single'), 1, 20_000);
  const grouped = diskLimit(join(dir, 'grouped'), 256, 100_000);
  row('file alone, a commit per change', Math.round(alone), '');
  row('file alone, 256 changes per commit', Math.round(grouped), '');
  for (const [scripts, limit] of [
    [1, alone],
    [64, grouped],
    [256, grouped],
  ]) {
    const done = await durable(join(dir, `q${scripts}`), scripts, scripts === 1 ? 10_000 : 51_200);
    row(`mq_add and mq_fetch, ${scripts} scripts at a time`, Math.round(done), `${Math.round((100 * done) / limit)} %`);
  }
  rmSync(dir, { recursive: true, force: true });
}
