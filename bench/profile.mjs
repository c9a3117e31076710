/**
 * node bench/profile.mjs ROW [--scale X] [--top N]
 *
 * Where the CPU time of a row goes, in µs per unit: kernel, garbage collection, compiler, and the functions of kts with
 * what they call of V8. Linux only: samples come from `perf record`, names of compiled functions from V8's perf map.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildSipload } from './load.mjs';
import { peerOf, ROWS } from './rows.mjs';
import { Server } from './servers.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '1' }, top: { type: 'string', default: '40' } },
});
const row = ROWS.find((r) => r.name === positionals[0]);
if (row === undefined) {
  process.stderr.write(`rows: ${ROWS.map((r) => r.name).join(', ')}\n`);
  process.exit(2);
}

/** What a stack belongs to, by the first of these that one of its names matches. */
const CATEGORIES = [
  ['garbage collection', /Scaveng|MarkCompact|Marking|Sweeper|CollectGarbage|Evacuat|GlobalHandles/],
  ['compiler', /maglev|turboshaft|compiler::|Optimiz|baseline::|Compiler::|Deoptimiz/],
];
const KERNEL = [
  ['kernel: send', /sendmmsg|sendto/],
  ['kernel: receive', /recvmmsg/],
  ['kernel: wait', /epoll|futex/],
  ['kernel: other', /./],
];

buildSipload();
const data = join(tmpdir(), `kts-perf-${process.pid}`);
const peer = await peerOf(row);
const server = await Server.start('kts', row.config, {
  args: row.args?.(peer, 'kts'),
  nodeArgs: ['--perf-basic-prof'],
});
const { pid } = server.child;
let perUnit = 0;
try {
  await row.prepare?.(server.port, peer);
  const count = Math.round(row.count * Number(values.scale));
  await row.load(server.port, count);
  const record = ['record', '-q', '-e', 'cpu-clock', '-F', '4000', '-g', '-o', data, '-p', String(pid)];
  const perf = spawn('perf', record, { stdio: 'inherit' });
  await sleep(500);
  const before = server.cpu();
  await row.load(server.port, count);
  perUnit = (server.cpu() - before) / (count * (row.per ?? 1));
  perf.kill('SIGINT');
  await once(perf, 'exit');
} finally {
  await server.stop();
  peer.stop();
}

const compiled = perfMap(`/tmp/perf-${pid}.map`);
const categories = new Map();
const functions = new Map();
let total = 0;
for await (const stack of stacks(data)) note(stack);
rmSync(data, { force: true });
rmSync(`/tmp/perf-${pid}.map`, { force: true });
process.stdout.write(`${row.title}: ${perUnit.toFixed(2)} µs per ${row.unit}, the sampling included\n`);
show(categories, CATEGORIES.length + KERNEL.length + 2);
show(functions, Number(values.top));

function note(stack) {
  total++;
  const names = stack.map((frame) => frame.name).join('\n');
  const own = stack.find((frame) => frame.script);
  const rules = stack[0].kernel ? KERNEL : [];
  const [category] = [...CATEGORIES, ...rules].find(([, pattern]) => pattern.test(names)) ?? [
    own ? 'JavaScript' : 'Node.js and V8',
  ];
  categories.set(category, (categories.get(category) ?? 0) + 1);
  if (category === 'JavaScript') functions.set(own.name, (functions.get(own.name) ?? 0) + 1);
}

function show(counts, top) {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).slice(0, top);
  const line = ([name, n]) =>
    `${((perUnit * n) / total).toFixed(2).padStart(8)} ${((100 * n) / total).toFixed(1).padStart(5)} %  ${name}`;
  process.stdout.write(`\n${sorted.map(line).join('\n')}\n`);
}

/** The stacks of all samples, innermost frame first. */
async function* stacks(file) {
  const script = spawn('perf', ['script', '-i', file, '-F', 'ip,sym,dso', '--no-inline'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stack = [];
  for await (const line of createInterface({ input: script.stdout })) {
    const parts = /^\s+([0-9a-f]+) (.*?)(?: \(([^)]*)\))?$/.exec(line);
    if (parts !== null) stack.push(frame(parts));
    else if (stack.length > 0) {
      yield stack;
      stack = [];
    }
  }
  if (stack.length > 0) yield stack;
}

function frame([, address, symbol, object = '']) {
  const kernel = address.startsWith('ffff') && address.length === 16;
  const js =
    kernel || !/JIT|perf-|unknown|anon/.test(object + symbol) ? undefined : compiled(Number.parseInt(address, 16));
  return { name: js ?? symbol, kernel, script: js !== undefined };
}

/** Finds what V8 compiled to an address; of several functions that had it the last. */
function perfMap(file) {
  const pages = new Map();
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const parts = /^([0-9a-f]+) ([0-9a-f]+) (?:JS|LazyCompile|Function):(.*)$/.exec(line);
    if (parts === null) continue;
    const start = Number.parseInt(parts[1], 16);
    const end = start + Number.parseInt(parts[2], 16);
    const name = parts[3].replace(/file:\/\/\/.*?\/(dist|node_modules)\//, '').replace(/:\d+$/, '');
    for (let page = Math.floor(start / 4096); page <= end / 4096; page++) {
      if (!pages.has(page)) pages.set(page, []);
      pages.get(page).push({ start, end, name });
    }
  }
  return (address) =>
    pages.get(Math.floor(address / 4096))?.findLast((f) => address >= f.start && address < f.end)?.name;
}
