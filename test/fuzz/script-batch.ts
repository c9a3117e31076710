import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { type ClaimedAddress, claimAddress } from '../oracle/address.js';
import { composeConfig, DEFAULT_GLOBALS, DEFAULT_MESSAGE, DEFAULT_MODULES } from '../oracle/defaults.js';
import { socketsOf } from '../oracle/kernel.js';
import { readLog } from '../oracle/log-lines.js';
import type { Target } from '../oracle/server.js';

/** What a server did with one script: what the script logged, or that the config was refused, or that it crashed. */
export type Outcome = { readonly log: readonly string[]; readonly core: readonly string[] } | 'refused' | 'crashed';

const SERVER_PORT = 5210;
/** Parsed scripts need more than a case does. */
const MEMORY = ['-m', '64', '-M', '128'];
const START_LIMIT = 20_000;
const ANSWER_LIMIT = 20_000;
/** Requests in flight: few enough for a socket's default receive buffer. */
const BURST = 50;

const GLOBALS = `${DEFAULT_GLOBALS}max_while_loops=10\n`;
/** Values that outlive a message, put back before every script. */
const DISPATCH = `$var(a)=1; $var(b)=2; $var(c)="a"; $var(d)="sip:bob@b.com;x=1"; $var(e)="5"; $var(f)=0; $var(u)=0; $var(z)=0;
$vn(v)=$null; $shv(h)=0; $sht(t=>k)=$null; $sht(t=>a)=$null;
xlog("#begin $hdr(X-S)\\n");
$var(script)=$hdr(X-S); route($var(script));
xlog("#end rc=$rc\\n");`;

/** A config in which the X-S header of a request says which script runs. */
export function batchConfig(scripts: readonly string[]): string {
  return composeConfig({
    globals: GLOBALS,
    modules: DEFAULT_MODULES,
    pre: '',
    script: DISPATCH,
    post: `route[END] { $var(z)=1; }\n${scripts.join('')}`,
  });
}

/**
 * Runs scripts (route blocks, the main one of the i-th named `S<i>`) in one server and tells what each did. A config
 * that is refused is divided until it is known which scripts are to blame.
 */
export async function runBatch(target: Target, scripts: readonly string[]): Promise<Outcome[]> {
  const names = scripts.map((_, i) => `S${i}`);
  claimed ??= await claimAddress();
  return divide(target, scripts, names);
}

/** One address for all runs of this process: scripts compute with it. */
let claimed: ClaimedAddress | null = null;

/** Gives the address back after the last run; its guard would keep the process alive. */
export async function releaseAddress(): Promise<void> {
  await claimed?.release();
  claimed = null;
}

async function divide(target: Target, scripts: readonly string[], names: readonly string[]): Promise<Outcome[]> {
  if (scripts.length === 0) return [];
  const seen = await runOnce(target, scripts, names);
  if (Array.isArray(seen)) return seen;
  if (scripts.length === 1) return [seen];
  const half = scripts.length >> 1;
  return [
    ...(await divide(target, scripts.slice(0, half), names.slice(0, half))),
    ...(await divide(target, scripts.slice(half), names.slice(half))),
  ];
}

async function runOnce(
  target: Target,
  scripts: readonly string[],
  names: readonly string[],
): Promise<Outcome[] | 'refused' | 'crashed'> {
  const { address, toRun, toCase } = claimed!;
  const dir = mkdtempSync(join(tmpdir(), 'kts-fuzz-'));
  const client = createSocket('udp4');
  client.on('error', () => {});
  client.on('message', () => {});
  try {
    writeFileSync(join(dir, 'case.cfg'), toRun(batchConfig(scripts)));
    await new Promise<void>((resolve) => client.bind(5299, address, resolve));
    const server = await target.start({ dir, args: MEMORY, env: {}, checkOnly: false, compat: '5.6' });
    try {
      const began = Date.now();
      while (server.exit() === null && !isListening(address) && Date.now() - began < START_LIMIT) await look();
      if (server.exit() !== null) return 'refused';
      for (let at = 0; at < names.length; at += BURST) {
        for (const name of names.slice(at, at + BURST)) await send(client, address, toRun(message(name)));
        await send(client, address, toRun(message('END')));
        const sent = Date.now();
        for (const marks = at / BURST + 1; server.log().split('#begin END\n').length <= marks; ) {
          if (server.exit() !== null || Date.now() - sent > ANSWER_LIMIT)
            return server.log().includes('#begin') ? 'crashed' : 'refused';
          await look();
        }
      }
      return outcomes(toCase(server.log()).replaceAll(dir, '@DIR@'), names);
    } finally {
      await server.kill();
    }
  } finally {
    await new Promise<void>((resolve) => client.close(() => resolve()));
    rmSync(dir, { recursive: true, force: true });
  }
}

function isListening(address: string): boolean {
  return socketsOf(address, { tcp: false, ipv6: false }).some((s) => s.listening && s.port === SERVER_PORT);
}

/** The default request of oracle cases, with headers that scripts look at. */
function message(name: string): string {
  return DEFAULT_MESSAGE.replace(
    'Content-Length',
    `X-S: ${name}\r\nX-A: one\r\nX-A: two\r\nX-L: a,b , c\r\nX-E:\r\nContent-Length`,
  );
}

function send(client: Socket, address: string, text: string): Promise<void> {
  return new Promise((resolve) => client.send(Buffer.from(text, 'latin1'), SERVER_PORT, address, () => resolve()));
}

/** What each script logged: all between its own beginning and the next. */
function outcomes(text: string, names: readonly string[]): Outcome[] {
  const parts = new Map<string, Outcome>();
  const begins = [...text.matchAll(/^.*#begin (\w+)$/gm)];
  begins.forEach((begin, i) => {
    const from = begin.index + begin[0].length + 1;
    parts.set(begin[1]!, readLog(text.slice(from, begins[i + 1]?.index ?? text.length), '@DIR@'));
  });
  return names.map((name) => parts.get(name) ?? 'crashed');
}

async function look(): Promise<void> {
  await sleep(2);
  await turn();
}
