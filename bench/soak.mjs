/**
 * node bench/soak.mjs [--options N] [--calls N]
 *
 * Sends a million OPTIONS and two hundred thousand calls through kts with the stock config, and compares the heap with
 * where it was after a first round of the same size. Exit status 1 when it grew or a request went unanswered.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSipload, load, register, startAnsweringPeer } from './load.mjs';
import { HOST, Server, STOCK_CONFIG } from './servers.mjs';

const PROBE = fileURLToPath(new URL('./heap-probe.cjs', import.meta.url));
const WINDOW = 100;
/** What a just-in-time compiler and caches may still add after warm-up. */
const ALLOWED_GROWTH_MB = 4;
/** Transactions outlive their last message: wt_timer, 5 s, and 32 s for calls answered with 2xx (RFC 6026 timer L). */
const SETTLE_MS = 40_000;

const { values } = parseArgs({
  options: { options: { type: 'string', default: '1000000' }, calls: { type: 'string', default: '200000' } },
});

buildSipload();
const peer = await startAnsweringPeer();
const heapFile = join(tmpdir(), `kts-heap-${process.pid}`);
const server = await Server.start('kts', STOCK_CONFIG, {
  nodeArgs: ['--require', PROBE],
  env: { KTS_HEAP_FILE: heapFile },
});
let bad = 0;
try {
  await register(server.port, 'callee', peer.uri);
  // As long as the measured round: tables grow with the number of live transactions and keep their size.
  await options(Number(values.options));
  await calls(Number(values.calls));
  const before = await heap('after warm-up');
  await options(Number(values.options));
  const between = await heap(`after ${values.options} OPTIONS`);
  await calls(Number(values.calls));
  const after = await heap(`after ${values.calls} calls`);
  const grown = Math.max(between, after) - before;
  const ok = grown <= ALLOWED_GROWTH_MB && bad === 0;
  process.stdout.write(
    `${ok ? 'steady' : 'NOT STEADY'}: heap ${grown >= 0 ? '+' : ''}${grown.toFixed(1)} MB, ${bad} lost or refused\n`,
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  await server.stop();
  peer.stop();
  rmSync(heapFile, { force: true });
}

/** OPTIONS to a registered user: relayed to the peer and back. */
async function options(n) {
  count('OPTIONS', await load('uac', HOST, server.port, 'OPTIONS', n, WINDOW, 10_000, 'callee'));
}

async function calls(n) {
  count('calls', await load('call', HOST, server.port, n, WINDOW, 1000, 'callee'));
}

function count(what, { ok, failed, lost, per_s }) {
  bad += failed + lost;
  process.stdout.write(`${what}: ${ok} answered, ${failed} refused, ${lost} lost, ${per_s} per second\n`);
}

/** Used heap and array buffers in MB, once what is left of the load has timed out. */
async function heap(when) {
  await sleep(SETTLE_MS);
  rmSync(heapFile, { force: true });
  process.kill(server.child.pid, 'SIGUSR2');
  for (let tries = 0; !existsSync(heapFile); tries++) {
    if (tries > 100) throw new Error('the server does not report its heap');
    await sleep(100);
  }
  const { heapUsed, external, rss } = JSON.parse(readFileSync(heapFile, 'utf8'));
  const used = (heapUsed + external) / 2 ** 20;
  process.stdout.write(`${when}: heap ${used.toFixed(1)} MB, resident ${(rss / 2 ** 20).toFixed(0)} MB\n`);
  return used;
}
