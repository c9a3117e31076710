import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const HOST = '127.0.0.1';
export const STOCK_CONFIG = '/etc/kamailio/kamailio.cfg';
const KTS = fileURLToPath(new URL('../bin/kamailio', import.meta.url));
/** What the launcher's first line gives Node.js. */
const LAUNCH_FLAGS = readFileSync(KTS, 'latin1')
  .split('\n', 1)[0]
  .split(' ')
  .filter((word) => word.startsWith('--'));
/** Clock ticks per second in /proc; fixed on Linux. */
const HERTZ = 100;

/** How each server is started: Kamailio at its best, kts as a user would. */
export const SERVERS = {
  kamailio: { command: 'kamailio', args: ['-x', 'tlsf', '-X', 'tlsf', '-m', '4096', '-n', '1'], env: {} },
  kts: { command: process.execPath, args: [KTS], env: { KTS_COMPAT: '5.6' } },
};

/** A server under load, and the CPU time it has used. */
export class Server {
  constructor(child, port, dir) {
    this.child = child;
    this.port = port;
    this.dir = dir;
  }

  static async start(name, config, { args = [], env = {}, nodeArgs = [] } = {}) {
    const { command, args: own, env: ownEnv } = SERVERS[name];
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), 'kts-bench-'));
    const head = name === 'kts' ? [...LAUNCH_FLAGS, ...nodeArgs] : [];
    const all = [...head, ...own, '-f', config, '-DD', '-E', '-Y', dir, '-l', `udp:${HOST}:${port}`, ...args];
    const child = spawn(command, all, {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...ownEnv, ...env },
    });
    let log = '';
    child.stderr.setEncoding('latin1').on('data', (text) => {
      log = (log + text).slice(-4000);
    });
    const server = new Server(child, port, dir);
    if (!(await answers(port, child))) {
      await server.stop();
      throw new Error(`${name} does not answer with ${config}:\n${log}`);
    }
    return server;
  }

  /** Microseconds of CPU that the whole process tree has used. */
  cpu() {
    return tree(this.child.pid).reduce((sum, pid) => sum + ticks(pid), 0) * (1e6 / HERTZ);
  }

  /** Resident memory of the process tree in MB; pages that processes share count once per process. */
  resident() {
    return (
      tree(this.child.pid).reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(status(pid))?.[1] ?? 0), 0) / 1024
    );
  }

  async stop() {
    if (this.child.exitCode === null && this.child.pid !== undefined) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGTERM');
      const limit = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(limit);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** True once the server replies to something; a request it would have to route far away is avoided. */
async function answers(port, child) {
  const socket = createSocket('udp4');
  let heard = false;
  socket.on('message', () => {
    heard = true;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.bind(0, HOST, resolve));
  const self = `${HOST}:${socket.address().port}`;
  let serial = 0;
  for (const limit = Date.now() + 15_000; !heard && Date.now() < limit && child.exitCode === null; ) {
    serial++;
    const head = [
      `OPTIONS sip:${HOST}:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${self};rport;branch=z9hG4bK-ready-${serial}`,
      `From: <sip:bench@${HOST}>;tag=ready`,
      `To: <sip:${HOST}>`,
      `Call-ID: ready-${serial}-${self}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 70',
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n');
    socket.send(head, port, HOST, () => {});
    await sleep(50);
  }
  socket.close();
  return heard;
}

export async function freePort() {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, HOST, resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

function tree(root) {
  const pids = [root];
  for (let i = 0; i < pids.length; i++) {
    try {
      for (const task of readdirSync(`/proc/${pids[i]}/task`)) {
        const children = readFileSync(`/proc/${pids[i]}/task/${task}/children`, 'latin1').trim();
        if (children !== '') pids.push(...children.split(' ').map(Number));
      }
    } catch {
      // It ended while we looked.
    }
  }
  return pids;
}

function ticks(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

function status(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}
