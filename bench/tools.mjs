/**
 * Wall time of whole commands over configs, median of several runs: `kts check` and `kts fmt` over the distribution's
 * config (or the quickstart where it is not installed) and over one of 20 000 lines made of its routes.
 *
 *     node bench/tools.mjs [runs]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = Number(process.argv[2] ?? 7);
const LINES = 20_000;
const KTS = fileURLToPath(new URL('../bin/kts', import.meta.url));
const INSTALLED = '/etc/kamailio/kamailio.cfg';
const stock = existsSync(INSTALLED)
  ? INSTALLED
  : fileURLToPath(new URL('../examples/quickstart/kamailio.cfg', import.meta.url));

const dir = mkdtempSync(join(tmpdir(), 'kts-bench-'));
const big = join(dir, 'big.cfg');
writeFileSync(big, repeated(readFileSync(stock, 'latin1')), 'latin1');

for (const [title, args] of [
  ['check, stock config', ['check', stock]],
  [`check, ${LINES} lines`, ['check', big]],
  ['check --all-defines, stock config', ['check', '--all-defines', stock]],
  ['fmt, stock config', ['fmt', stock]],
  [`fmt, ${LINES} lines`, ['fmt', big]],
]) {
  const times = Array.from({ length: RUNS }, () => {
    const begin = performance.now();
    spawnSync(process.execPath, [KTS, ...args], { stdio: 'ignore' });
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  process.stdout.write(`${title.padEnd(36)}${(times[RUNS >> 1] / 1000).toFixed(2)} s\n`);
}
rmSync(dir, { recursive: true });

/** The config with its route blocks again and again, each time under other names. */
function repeated(text) {
  const routes = text.slice(text.search(/^request_route/m));
  let out = text;
  for (let n = 1; out.split('\n').length < LINES; n++) {
    out += routes
      .replace(/^request_route/m, `route[MAIN_${n}]`)
      .replace(/^(\w*route)\[(\w+)\]/gm, (_, kind, name) => `${kind}[${name}_${n}]`)
      .replace(/^event_route\[(\w+):(\w[\w-]*)\]/gm, (_, group, name) => `event_route[${group}:${name}-${n}]`)
      .replace(/^reply_route/gm, `onreply_route[REPLY_${n}]`);
  }
  return out;
}
