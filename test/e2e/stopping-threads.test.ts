import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketsOf } from '../oracle/kernel.js';
import { ctlRpc } from '../oracle/rpc-client.js';
import { Peer, replyTo, request } from '../unit/sip-server.js';

const KAMAILIO = fileURLToPath(new URL('../../bin/kamailio', import.meta.url));
const HOST = '127.0.0.1';

const config = (dir: string, port: number, callee: number, more = ''): string => `
debug=2
listen=udp:${HOST}:${port}
${more}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "kex.so"
loadmodule "ctl.so"
loadmodule "jsonrpcs.so"
modparam("jsonrpcs", "transport", 4)
modparam("jsonrpcs", "dgram_socket", "${dir}/jsonrpc")
modparam("ctl", "binrpc", "unix:${dir}/ctl")
request_route {
  if ($rm == "OPTIONS") { sl_send_reply("200", "$stat(total_size)"); exit; }
  $du = "sip:${HOST}:${callee}";
  t_relay();
}
`;

/** Two ways to have a call live in a worker, with what upstream's name for such a worker is. */
const WAYS: readonly { by: string; env: Readonly<Record<string, string>>; lines: string; shown: readonly string[] }[] =
  [
    { by: '--workers', env: { KTS_WORKERS: '2' }, lines: '', shown: ['SIP worker 0', 'SIP worker 1'] },
    {
      by: 'udp_receiver_mode=1',
      env: {},
      lines: 'async_workers_group="name=udp;workers=2"\nudp_receiver_mode=1',
      shown: ['Async Task Worker - default', 'Async Task Worker - udp', 'Async Task Worker - udp'],
    },
  ];

describe('a server with worker threads that is told to end', () => {
  let dir: string;
  let port: number;
  let caller: Peer;
  let callee: Peer;
  let child: ChildProcess;
  let log = '';
  let ended: Promise<[number | null, string | null]>;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kts-stopping-'));
    caller = await Peer.open();
    callee = await Peer.open();
    const free = await Peer.open();
    port = free.port;
    await free.close();
  });
  afterEach(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
    await caller.close();
    await callee.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const start = (env: Readonly<Record<string, string>>, lines = ''): void => {
    writeFileSync(join(dir, 'k.cfg'), config(dir, port, callee.port, lines));
    const args = [KAMAILIO, '-f', 'k.cfg', '-DD', '-E', '-m', '64', '-P', join(dir, 'pid')];
    child = spawn(process.execPath, args, {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, KTS_WORKERS: '', ...env },
    });
    log = '';
    child.stderr!.setEncoding('latin1').on('data', (text: string) => {
      log += text;
    });
    ended = once(child, 'exit') as typeof ended;
  };

  const serving = async (): Promise<void> => {
    while (!log.includes('listening on') || !existsSync(join(dir, 'pid'))) {
      if (child.exitCode !== null) throw new Error(log);
      await sleep(5);
    }
  };

  /** How many sockets the kernel has at a path; one that was unlinked for another counts as well. */
  const socketsAt = (name: string): number =>
    readFileSync('/proc/net/unix', 'latin1')
      .split('\n')
      .filter((line) => line.endsWith(` ${join(dir, name)}`)).length;

  /** Nothing is left of it: no file but its config, and its port is free. */
  const expectNothingLeft = async (): Promise<void> => {
    expect(readdirSync(dir)).toEqual(['k.cfg']);
    const socket = createSocket('udp4').bind(port, HOST);
    await once(socket, 'listening');
    socket.close();
  };

  it.each(WAYS)('lets a call of a worker come to its end ($by)', async ({ env, lines, shown }) => {
    start(env, lines);
    await serving();
    expect(socketsAt('ctl'), 'sockets of one thread only').toBe(1);
    expect(socketsAt('jsonrpc'), 'sockets of one thread only').toBe(1);
    const threads = JSON.stringify(await ctlRpc(join(dir, 'ctl'), 'core.psx', []));
    expect(threads.match(/"(script thread|SIP worker|Async Task Worker)[^"]*"/g)).toEqual(
      ['script thread 0', ...shown].map((text) => `"${text}"`),
    );
    const shared = JSON.stringify(await ctlRpc(join(dir, 'ctl'), 'core.shmmem', ['m']));
    expect(Number(/total\W+(\d+)/.exec(shared)?.[1])).toBeGreaterThan(60);
    expect(Number(/total\W+(\d+)/.exec(shared)?.[1])).toBeLessThanOrEqual(64);
    caller.send(request('OPTIONS', caller, undefined, '', 7), port);
    const total = Number(/^SIP\/2.0 200 (\d+)/.exec(await caller.next())?.[1]);
    expect(total / 2 ** 20).toBeGreaterThan(60);

    caller.send(request('INVITE', caller), port);
    const invite = await callee.until((text) => text.startsWith('INVITE'));
    callee.send(replyTo(invite, 180, 'Ringing'), port);
    await caller.until((text) => text.startsWith('SIP/2.0 180'));
    const began = performance.now();
    child.kill('SIGTERM');
    await sleep(50);
    caller.send(request('OPTIONS', caller, undefined, '', 2), port);
    caller.send(request('CANCEL', caller), port);
    await callee.until((text) => text.startsWith('CANCEL'));
    callee.send(replyTo(invite, 487, 'Request Terminated'), port);
    await callee.until((text) => text.startsWith('ACK'));
    await caller.until((text) => text.startsWith('SIP/2.0 487'));
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - began).toBeLessThan(2900);
    expect(caller.received.filter((text) => text.includes('OPTIONS'))).toEqual([]);
    await expectNothingLeft();
    expect(log).not.toMatch(/ERROR|CRITICAL/);
  });

  it('does not wait for ever', async () => {
    start({ KTS_WORKERS: '2' });
    await serving();
    caller.send(request('INVITE', caller), port);
    await callee.until((text) => text.startsWith('INVITE'));
    const began = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(2900);
    expect(took).toBeLessThan(8000);
    await expectNothingLeft();
  });

  it('while its workers still start, ends in order', async () => {
    start({ KTS_WORKERS: '8' });
    while (!socketsOf(HOST, { tcp: false, ipv6: false }).some((s) => s.port === port)) {
      if (child.exitCode !== null) throw new Error(log);
      await sleep(2);
    }
    expect(log).toBe('');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expectNothingLeft();
    expect(log).not.toMatch(/ERROR|CRITICAL/);
  });
});
