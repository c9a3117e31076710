import { execFile, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, HOST } from './servers.mjs';

const SOURCE = fileURLToPath(new URL('./sipload.c', import.meta.url));
const BUILD = fileURLToPath(new URL('../dist/bench', import.meta.url));
const SIPLOAD = `${BUILD}/sipload`;

/** Compiles the load generator when its source is newer than the program. */
export function buildSipload() {
  if (existsSync(SIPLOAD) && statSync(SIPLOAD).mtimeMs >= statSync(SOURCE).mtimeMs) return;
  mkdirSync(BUILD, { recursive: true });
  const { status, error } = spawnSync('cc', ['-O2', '-o', SIPLOAD, SOURCE], { stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error(`sipload.c could not be compiled: is a C compiler installed? ${error?.message ?? ''}`);
}

/** Runs a load to its end; gives what sipload measured: `{ ok, failed, lost, seconds, per_s, p50_us, p99_us }`. */
export function load(...args) {
  return new Promise((resolve, reject) => {
    execFile(SIPLOAD, args.map(String), (error, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(JSON.parse(stdout));
      else reject(error ?? new Error(stderr));
    });
  });
}

/** A peer that answers every request; a call gets 180 and 200. */
export async function startAnsweringPeer() {
  const port = await freePort();
  const child = spawn(SIPLOAD, ['uas', HOST, String(port)], { stdio: 'ignore' });
  await sleep(100);
  return { uri: `sip:uas@${HOST}:${port}`, stop: () => child.kill() };
}

/** Binds a user to a contact, so that calls to it find the peer. */
export async function register(port, user, contact) {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, HOST, resolve));
  const self = `${HOST}:${socket.address().port}`;
  const aor = `<sip:${user}@${HOST}:${port}>`;
  const request = [
    `REGISTER sip:${HOST}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${self};branch=z9hG4bK-bench-register`,
    `From: ${aor};tag=bench`,
    `To: ${aor}`,
    `Call-ID: register-${self}`,
    'CSeq: 1 REGISTER',
    `Contact: <${contact}>;expires=3600`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
  const answer = new Promise((resolve, reject) => {
    socket.once('message', (data) => resolve(data.toString('latin1')));
    setTimeout(() => reject(new Error('no answer to the registration')), 5000).unref();
  });
  socket.send(request, port, HOST);
  try {
    const text = await answer;
    if (!text.startsWith('SIP/2.0 200 ')) throw new Error(`the registration was refused:\n${text}`);
  } finally {
    socket.close();
  }
}
