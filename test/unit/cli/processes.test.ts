import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
/** What was built last; `npm test` builds before it tests. */
const BUILT = existsSync(root('dist/src/cli/main.js'));

let dir: string;
let port: number;
let running: ChildProcess[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kts-run-'));
  port = await new Promise((resolve) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
      const { port: n } = socket.address();
      socket.close(() => resolve(n));
    });
  });
});
afterEach(() => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  running = [];
  rmSync(dir, { recursive: true, force: true });
});

class Command {
  err = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(bin: 'kts' | 'kamailio', args: readonly string[]) {
    this.child = spawn(process.execPath, [root(`bin/${bin}`), ...args], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.push(this.child);
    this.child.stderr!.setEncoding('latin1').on('data', (text) => (this.err += text));
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** Waits until stderr holds the text; fails when the process ends before. */
  async says(text: string): Promise<void> {
    while (!this.err.includes(text)) {
      const more = new Promise((resolve) => this.child.stderr!.once('data', resolve));
      const ended = await Promise.race([more.then(() => false), this.ended.then(() => true)]);
      if (ended && !this.err.includes(text)) throw new Error(`it ended without saying "${text}": ${this.err}`);
    }
  }
}

const config = (text = '') => {
  const path = join(dir, 'k.cfg');
  writeFileSync(path, `debug=2\nlisten=udp:127.0.0.1:${port}\n${text}request_route { exit; }\n`);
  return path;
};

describe.skipIf(!BUILT)('processes', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('kts run ends with 0 on %s', async (signal) => {
    const kts = new Command('kts', ['run', config()]);
    await kts.says(`listening on udp:127.0.0.1:${port}`);
    kts.child.kill(signal);
    expect(await kts.ended).toBe(0);
    expect(kts.err).toMatch(new RegExp(`^ 0\\(${kts.child.pid}\\) INFO: <core>: listening on`));
  });

  test('kts run of a config with errors ends with 1 and shows them', async () => {
    const kts = new Command('kts', ['run', config('nonsense=1\n')]);
    expect(await kts.ended).toBe(1);
    expect(kts.err).toContain('k.cfg:3:9: error[');
    expect(kts.err).toContain('1 error, 0 warnings');
  });

  test('kts run reads its config again on SIGHUP, and goes on with the old one when it is wrong', async () => {
    const kts = new Command('kts', ['run', config()]);
    await kts.says('listening');
    kts.child.kill('SIGHUP');
    await kts.says('\nreloaded\n');
    config('nonsense=1\n');
    kts.child.kill('SIGHUP');
    await kts.says('not reloaded: the server goes on as it was');
    expect(kts.err).toContain('k.cfg:3:9: error[');
    kts.child.kill('SIGTERM');
    expect(await kts.ended).toBe(0);
  });

  test('kts run with JSON records', async () => {
    const kts = new Command('kts', ['run', '--log-format', 'json', config()]);
    await kts.says('listening');
    kts.child.kill('SIGTERM');
    await kts.ended;
    expect(JSON.parse(kts.err.split('\n')[0]!)).toMatchObject({
      level: 'info',
      source: '<core>',
      text: `listening on udp:127.0.0.1:${port}`,
    });
  });

  test('kamailio -DD writes its pid file while it runs, and ends with 0', async () => {
    const pid = join(dir, 'k.pid');
    const kamailio = new Command('kamailio', ['-DD', '-E', '-m', '64', '-P', pid, '-f', config()]);
    await kamailio.says('listening');
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await new Promise((done) => setImmediate(done));
    expect(readFileSync(pid, 'utf8')).toBe(`${kamailio.child.pid}\n`);
    kamailio.child.kill('SIGTERM');
    expect(await kamailio.ended).toBe(0);
    expect(existsSync(pid)).toBe(false);
  });

  test('SIGTERM while a call rings: bounded, exit 0, no pid file, no second answer', async () => {
    const pid = join(dir, 'k.pid');
    const callee = createSocket('udp4').bind(0, '127.0.0.1');
    await once(callee, 'listening');
    const path = join(dir, 'call.cfg');
    writeFileSync(
      path,
      `debug=2\nlisten=udp:127.0.0.1:${port}\nloadmodule "tm.so"\nloadmodule "pv.so"\nrequest_route { $du = "sip:127.0.0.1:${callee.address().port}"; t_relay(); }\n`,
    );
    const kamailio = new Command('kamailio', ['-DD', '-E', '-P', pid, '-f', path]);
    await kamailio.says('listening');
    const invite =
      'INVITE sip:bob@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n' +
      'To: <sip:bob@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n';
    callee.send(invite, port, '127.0.0.1');
    await once(callee, 'message');
    const began = performance.now();
    kamailio.child.kill('SIGTERM');
    expect(await kamailio.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(8000);
    expect(existsSync(pid)).toBe(false);
    callee.close();
  });

  test('kamailio -c: 0 and its sentence, or 255', async () => {
    const good = new Command('kamailio', ['-c', '-f', config()]);
    expect(await good.ended).toBe(0);
    expect(good.err).toContain('config file ok, exiting...');
    const bad = new Command('kamailio', ['-c', '-f', config('nonsense=1\n')]);
    expect(await bad.ended).toBe(255);
    expect(bad.err).not.toContain('config file ok');
    const unresolved = new Command('kamailio', ['-c', '-f', config('listen=udp:no-such-host.invalid:5060\n')]);
    expect(await unresolved.ended).toBe(255);
    expect(unresolved.err).toContain('could not resolve no-such-host.invalid');
  });

  test('a pid file that cannot be written: refused, and nothing is left', async () => {
    const kamailio = new Command('kamailio', ['-DD', '-E', '-P', join(dir, 'no', 'such', 'k.pid'), '-f', config()]);
    expect(await kamailio.ended).toBe(255);
    expect(kamailio.err).toContain('ENOENT');
  });
});
