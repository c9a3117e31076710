import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KTS = join(ROOT, 'bin/kts');
const config = (example: string): string => join(ROOT, 'examples', example, 'kamailio.cfg');

/** A port of UDP and what arrives there. */
class Peer {
  readonly received: string[] = [];
  readonly #waiting: (() => void)[] = [];

  private constructor(
    private readonly socket: Socket,
    private readonly answer: (request: string) => string | null,
  ) {
    socket.on('message', (data, from) => {
      const text = data.toString('latin1');
      this.received.push(text);
      const reply = text.startsWith('SIP/2.0') ? null : this.answer(text);
      if (reply !== null) socket.send(reply, from.port, from.address);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async open(answer: (request: string) => string | null = () => null): Promise<Peer> {
    const socket = createSocket('udp4');
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
    return new Peer(socket, answer);
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(text: string, port: number): void {
    this.socket.send(text, port, '127.0.0.1');
  }

  /** The first message that starts so (or matches), and is there or comes. */
  async got(start: string | RegExp): Promise<string> {
    const fits = (text: string): boolean => (typeof start === 'string' ? text.startsWith(start) : start.test(text));
    for (;;) {
      const found = this.received.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  close(): void {
    this.socket.close();
  }
}

/** A reply to a request, made of the headers that every reply repeats (RFC 3261 section 8.2.6.2). */
function replyTo(request: string, status: string): string {
  const kept = request.split('\r\n').filter((line) => /^(Via|From|Call-ID|CSeq|Record-Route):/i.test(line));
  const to = request.split('\r\n').find((line) => /^To:/i.test(line));
  return [`SIP/2.0 ${status}`, ...kept, `${to};tag=peer`, 'Content-Length: 0', '', ''].join('\r\n');
}

let requests = 0;

function request(method: string, uri: string, from: Peer, extra: readonly string[] = []): string {
  const id = `${method}-${from.port}-${++requests}`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${from.port};branch=z9hG4bK-${id}`,
    'From: <sip:alice@127.0.0.1>;tag=a',
    `To: <${uri}>`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:alice@127.0.0.1:${from.port}>`,
    'Max-Forwards: 70',
    ...extra,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** kts with a config in a process of its own, on a port that was free a moment ago. */
class Running {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(cfg: string, dir: string, args: readonly string[] = []): Promise<Running> {
    const probe = await Peer.open();
    const { port } = probe;
    probe.close();
    const child = spawn(process.execPath, [KTS, 'run', cfg, '-l', `udp:127.0.0.1:${port}`, '--state', dir, ...args], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    await new Promise<void>((ready, failed) => {
      child.stderr!.setEncoding('latin1').on('data', (text: string) => {
        log += text;
        if (log.includes('listening on')) ready();
      });
      child.once('exit', () => failed(new Error(`${cfg} does not start:\n${log}`)));
    });
    return new Running(child, port);
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    return ended;
  }
}

describe('examples', () => {
  let dir: string;
  const peers: Peer[] = [];
  const peer = async (answer?: (request: string) => string | null): Promise<Peer> => {
    const opened = await Peer.open(answer);
    peers.push(opened);
    return opened;
  };
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'kts-examples-'));
  });
  afterAll(() => {
    for (const each of peers) each.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('pass kts check without a finding', () => {
    const examples = readdirSync(join(ROOT, 'examples')).filter((name) => existsSync(config(name)));
    expect(examples).toContain('quickstart');
    for (const example of examples) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [KTS, 'check', config(example)], {
        encoding: 'utf8',
      });
      expect(`${stdout}${stderr}${status}`).not.toMatch(/warning\[|error\[/);
      expect(status).toBe(0);
    }
  });

  it('quickstart registers a phone, finds it, and remembers it after a restart', async () => {
    const url = `sqlite://${join(dir, 'quickstart.sqlite')}`;
    expect(spawnSync(process.execPath, [KTS, 'db', 'create', url]).status).toBe(0);
    expect(spawnSync(process.execPath, [KTS, 'db', 'create', url]).status).toBe(0);
    const bob = await peer((text) => (text.startsWith('ACK') ? null : replyTo(text, '486 Busy Here')));
    const caller = await peer();
    const first = await Running.start(config('quickstart'), dir);
    const registrar = `sip:127.0.0.1:${first.port}`;
    const register = request('REGISTER', registrar, bob)
      .replace(`To: <${registrar}>`, `To: <sip:bob@127.0.0.1>`)
      .replace('sip:alice@127.0.0.1:', 'sip:bob@127.0.0.1:');
    bob.send(register, first.port);
    expect(await bob.got('SIP/2.0 200')).toContain(`<sip:bob@127.0.0.1:${bob.port}>;expires=600`);
    const found = spawnSync(
      process.execPath,
      [KTS, 'rpc', '-s', `unix:${join(dir, '.state/run/kamailio_ctl')}`, 'ul.lookup', 'location', 'bob'],
      { encoding: 'utf8' },
    );
    expect(found.stdout).toContain(`"sip:bob@127.0.0.1:${bob.port}"`);
    expect(await first.stop()).toBe(0);

    const second = await Running.start(config('quickstart'), dir);
    caller.send(request('INVITE', `sip:bob@127.0.0.1:${second.port}`, caller), second.port);
    expect(await bob.got('INVITE')).toContain(`INVITE sip:bob@127.0.0.1:${bob.port} SIP/2.0`);
    await caller.got('SIP/2.0 486');
    caller.received.length = 0;
    caller.send(request('INVITE', `sip:carol@127.0.0.1:${second.port}`, caller), second.port);
    await caller.got('SIP/2.0 404');
    expect(await second.stop()).toBe(0);
  });

  it('load balancer takes turns, and goes on when a server fails', async () => {
    const failing = await peer((text) => (text.startsWith('ACK') ? null : replyTo(text, '503 Service Unavailable')));
    const working = await peer((text) => (text.startsWith('ACK') ? null : replyTo(text, '200 OK')));
    const server = await Running.start(config('load-balancer'), dir, [
      '-A',
      `SERVER0="sip:127.0.0.1:${failing.port}"`,
      '-A',
      `SERVER1="sip:127.0.0.1:${working.port}"`,
    ]);
    for (let call = 0; call < 4; call++) {
      const caller = await peer();
      caller.send(request('INVITE', `sip:service@127.0.0.1:${server.port}`, caller), server.port);
      await caller.got('SIP/2.0 200');
    }
    const invites = (at: Peer): number => at.received.filter((text) => text.startsWith('INVITE')).length;
    expect(invites(working)).toBe(4);
    expect(invites(failing)).toBe(2);
    expect(await server.stop()).toBe(0);
  });

  it('async lookup asks a service, remembers answers for when it hangs, and screens calls abroad', async () => {
    const callee = await peer((text) => (text.startsWith('ACK') ? null : replyTo(text, '486 Busy Here')));
    let hangs = false;
    const asked: string[] = [];
    const service = createServer((req, res) => {
      asked.push(req.url!);
      if (hangs) return;
      const known = req.url === '/bob' || req.url === '/0044';
      res.writeHead(known ? 200 : 404).end(known ? `sip:phone@127.0.0.1:${callee.port}\n` : 'nobody');
    });
    await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
    const { port } = service.address() as AddressInfo;
    const server = await Running.start(config('async-lookup'), dir, ['-A', `SERVICE="http://127.0.0.1:${port}"`]);
    const call = async (number: string): Promise<string> => {
      const caller = await peer();
      caller.send(request('INVITE', `sip:${number}@127.0.0.1:${server.port}`, caller), server.port);
      await caller.got('SIP/2.0 100 Looking up');
      return (await caller.got(/^SIP\/2\.0 [2-6]/)).split('\r\n')[0]!;
    };
    try {
      expect(await call('bob')).toBe('SIP/2.0 486 Busy Here');
      expect(await callee.got('INVITE')).toContain(`INVITE sip:phone@127.0.0.1:${callee.port} SIP/2.0`);
      expect(await call('a%20b')).toBe('SIP/2.0 404 Not Found');
      expect(asked).toEqual(['/bob', '/a%2520b']);
      for (let n = 1; n <= 3; n++) expect(await call('0044')).toBe('SIP/2.0 486 Busy Here');
      expect(await call('0044')).toBe('SIP/2.0 403 Too Many Calls Abroad');

      hangs = true;
      // Both wait for the same second.
      expect(await Promise.all([call('bob'), call("o'hara")])).toEqual([
        'SIP/2.0 486 Busy Here',
        'SIP/2.0 503 Lookup Failed',
      ]);
      expect(await server.stop()).toBe(0);
    } finally {
      service.closeAllConnections();
      service.close();
    }
  });
});
