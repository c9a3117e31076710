/**
 * npm run bench [-- --row NAME]… [--only kamailio|kts] [--rounds N] [--scale X] [--json]
 *
 * Runs the same load on Kamailio and kts in turn (A B A B), on one machine, and prints CPU time of the whole process tree
 * per request, call or turn of a loop (median, least–most), throughput, latency and the ratio of the medians. Every run
 * adds a line to history.jsonl.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSipload } from './load.mjs';
import { peerOf, ROWS } from './rows.mjs';
import { Server } from './servers.mjs';

const HISTORY = fileURLToPath(new URL('./history.jsonl', import.meta.url));

const { values } = parseArgs({
  options: {
    row: { type: 'string', multiple: true },
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const rows = ROWS.filter((r) => values.row === undefined || values.row.includes(r.name));
if (rows.length === 0) {
  process.stderr.write(`rows: ${ROWS.map((r) => r.name).join(', ')}\n`);
  process.exit(2);
}
const names = values.only ? [values.only] : ['kamailio', 'kts'];

buildSipload();
const results = [];
for (const row of rows) {
  const runs = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const name of names) {
      process.stderr.write(`${row.title}: ${name}, round ${round + 1}\n`);
      runs[name].push(await measure(row, name, Math.round(row.count * Number(values.scale))));
    }
  }
  results.push({
    row: row.name,
    title: row.title,
    unit: row.unit,
    servers: Object.fromEntries(names.map((n) => [n, summary(runs[n])])),
    runs,
  });
}

const machine = `${cpus()[0]?.model.trim()} x${cpus().length}, Node.js ${process.version}`;
appendFileSync(HISTORY, `${JSON.stringify({ date: new Date().toISOString(), commit: commit(), machine, results })}\n`);
process.stdout.write(values.json ? `${JSON.stringify({ machine, results }, null, 1)}\n` : table(results, machine));

async function measure(row, name, count) {
  const peer = await peerOf(row);
  let server;
  try {
    server = await Server.start(name, row.config, { args: row.args?.(peer, name) });
    await row.prepare?.(server.port, peer);
    // Long enough for a just-in-time compiler to be done, and for pools to have their size.
    await row.load(server.port, Math.ceil(count / 4));
    const before = server.cpu();
    const seen = await row.load(server.port, count);
    const units = count * (row.per ?? 1);
    return { cpu_us: (server.cpu() - before) / units, resident_mb: Math.round(server.resident()), ...seen };
  } finally {
    await server?.stop();
    peer.stop();
  }
}

/** The run with the median CPU, with the least and the most of all. */
function summary(runs) {
  const sorted = [...runs].sort((a, b) => a.cpu_us - b.cpu_us);
  return {
    ...sorted[(sorted.length - 1) >> 1],
    cpu_min: sorted[0].cpu_us,
    cpu_max: sorted[sorted.length - 1].cpu_us,
    lost: runs.reduce((n, r) => n + r.lost, 0),
    failed: runs.reduce((n, r) => n + r.failed, 0),
  };
}

/** Microseconds with as many digits as they are worth. */
function micros(n) {
  return n < 1 ? n.toFixed(3) : n < 10 ? n.toFixed(2) : n.toFixed(1);
}

function table(all, where) {
  const head = [
    '',
    ...names.flatMap((n) => [`${n} CPU µs`, `${n} per s`, `${n} p50/p99 µs`]),
    ...(names.length > 1 ? ['CPU kts/kamailio'] : []),
  ];
  const lines = all.map(({ title, unit, servers }) => {
    const cells = names.flatMap((n) => {
      const s = servers[n];
      const bad = s.lost + s.failed > 0 ? ` (${s.lost} lost, ${s.failed} failed)` : '';
      const cpu = `${micros(s.cpu_us)} (${micros(s.cpu_min)}–${micros(s.cpu_max)})`;
      return [cpu, `${s.per_s}${bad}`, `${s.p50_us}/${s.p99_us}`];
    });
    const ratio = names.length > 1 ? [(servers.kts.cpu_us / servers.kamailio.cpu_us).toFixed(2)] : [];
    return `| ${[`${title}, per ${unit}`, ...cells, ...ratio].join(' | ')} |`;
  });
  return `\n| ${head.join(' | ')} |\n|${head.map(() => '---|').join('')}\n${lines.join('\n')}\n\n${where}\n`;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}
