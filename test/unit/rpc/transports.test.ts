import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { callBinrpc, callJsonRpc, parseAddress } from '../../../src/rpc/client.js';
import type { Opened } from '../../../src/rpc/endpoint-file.js';
import { listenFifo } from '../../../src/rpc/fifo.js';
import {
  listenTcp,
  listenUdp,
  listenUnixDatagram,
  listenUnixStream,
  type RpcListener,
} from '../../../src/rpc/listeners.js';
import { binrpcWire, jsonRpcWire } from '../../../src/rpc/protocol.js';
import { tableOf } from './fixture.js';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'kts-rpc-'));
const table = tableOf();
const json = jsonRpcWire(table, { pretty: true });
const binrpc = binrpcWire(table);
const options = { timeoutMs: 10_000, replyDir: directory };
const open: RpcListener[] = [];
let names = 0;

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function path(): string {
  return join(directory, `s${names++}`);
}

function keep(opened: Opened<RpcListener>): RpcListener {
  if (!opened.ok) throw new Error(opened.message);
  open.push(opened.value);
  return opened.value;
}

/** The Debian client, or undefined where it may be missing. */
const kamcmd = existsSync('/usr/sbin/kamcmd') ? '/usr/sbin/kamcmd' : undefined;
const withKamcmd = it.skipIf(kamcmd === undefined && process.env.KTS_REQUIRE_PEERS !== '1');

async function ask(address: string, ...command: string[]): Promise<string> {
  const { stdout, stderr } = await run(kamcmd as string, ['-D', directory, '-s', address, ...command]);
  return stdout + stderr;
}

describe('kamcmd', () => {
  withKamcmd('reads our answers over a unix stream (needs kamailio)', async () => {
    const { address } = keep(await listenUnixStream(path(), { mode: 0o600 }, binrpc));
    const to = `unix:${address}`;
    expect(await ask(to, 'core.version')).toBe('kamailio 5.6.3 (x86_64/linux) \n');
    expect(await ask(to, 'core.echo', 'a', '1', 's:3')).toBe('a\n1\n3\n');
    expect(await ask(to, 'core.echo', 'a', '1', '2.5', 's:3')).toBe('a\n1\n');
    expect(await ask(to, 'core.ps')).toBe('10\nmain process - attendant\n11\nslow timer\n');
    expect(await ask(to, 'core.shmmem')).toContain('\ttotal: 67108864\n');
    expect(await ask(to, 'core.sockets_list')).toContain('{\n\tsocket: {\n\t\tproto: udp\n');
    expect(await ask(to, 'core.aliases_list')).toContain('\taliases: {\n\t\talias: {\n\t\t\tproto: tcp\n');
    expect(await ask(to, 'test.values')).toContain('2.5');
    expect(await ask(to, 'core.prints', '5')).toBe(
      "error: 400 - error at parameter 0: expected string type but record doesn't match type\n",
    );
    expect(await ask(to, 'no.such')).toBe('error: 500 - command no.such not found\n');
    expect(await ask(to, 'system.methodHelp', 'nope')).toBe('error: 400 - command not found\n');
  });

  withKamcmd('reads them over datagrams, TCP and UDP too (needs kamailio)', async () => {
    const datagram = keep(await listenUnixDatagram(path(), { mode: 0o600 }, binrpc));
    const tcp = keep(await listenTcp('127.0.0.1', 0, binrpc));
    const udp = keep(await listenUdp('127.0.0.1', 0, binrpc));
    for (const address of [`unixd:${datagram.address}`, `tcp:${tcp.address}`, `udp:${udp.address}`]) {
      expect(await ask(address, 'core.echo', 'hello'), address).toBe('hello\n');
    }
  });
});

describe('our client', () => {
  it('speaks both protocols over streams and datagrams', async () => {
    const at = [
      [parseAddress(`unix:${keep(await listenUnixStream(path(), {}, json)).address}`), callJsonRpc],
      [parseAddress(`unixd:${keep(await listenUnixDatagram(path(), {}, json)).address}`), callJsonRpc],
      [parseAddress(`tcp:${keep(await listenTcp('127.0.0.1', 0, json)).address}`), callJsonRpc],
      [parseAddress(keep(await listenUnixStream(path(), {}, binrpc)).address), callBinrpc],
      [parseAddress(`unixd:${keep(await listenUnixDatagram(path(), {}, binrpc)).address}`), callBinrpc],
      [parseAddress(`tcp:${keep(await listenTcp('127.0.0.1', 0, binrpc)).address}`), callBinrpc],
    ] as const;
    for (const [address, call] of at) {
      if (address === undefined) throw new Error('bad address');
      expect(await call(address, 'core.version', [], options)).toMatchObject({
        ok: true,
        values: ['kamailio 5.6.3 (x86_64/linux) '],
      });
      expect(await call(address, 'test.fault', [], options)).toMatchObject({
        fault: { code: 404, message: 'No such thing' },
      });
      expect(await call(address, 'test.needs', ['x', 2], options)).toMatchObject({ ok: true, values: ['x/2'] });
    }
  });

  it('says what went wrong', async () => {
    const nobody = { transport: 'unix' as const, path: path() };
    expect(await callJsonRpc(nobody, 'x', [], options)).toMatchObject({ ok: false, fault: undefined });
    expect(await callBinrpc({ transport: 'unixd', path: path() }, 'x', [], options)).toMatchObject({
      fault: undefined,
    });
    for (const text of ['tcp:host', 'tcp:host:0', 'tcp:host:99999', 'udp:x:1', 'relative', '']) {
      expect(parseAddress(text), text).toBeUndefined();
    }
    expect(parseAddress('tcp:[::1]:2046')).toEqual({ transport: 'tcp', host: '::1', port: 2046 });
  });
});

describe('sockets in the file system', () => {
  it('have the mode asked for, replace what a former run left, and go away', async () => {
    const name = path();
    const first = keep(await listenUnixStream(name, { mode: 0o620 }, json));
    expect(statSync(name).mode & 0o777).toBe(0o620);
    expect(first.connections()).toEqual([]);
    const second = keep(await listenUnixDatagram(name, { mode: 0o600, user: process.getuid?.() }, json));
    expect(statSync(name).isSocket()).toBe(true);
    await second.close();
    expect(existsSync(name)).toBe(false);
  });

  it('do not replace other files, and refuse what cannot be', async () => {
    const name = path();
    writeFileSync(name, 'precious');
    expect(await listenUnixStream(name, {}, json)).toMatchObject({ ok: false });
    expect(await listenUnixDatagram(name, {}, json)).toMatchObject({ ok: false });
    expect(readFileSync(name, 'utf8')).toBe('precious');
    const unknown = path();
    expect(await listenUnixDatagram(unknown, { user: 'no-such-user' }, json)).toMatchObject({ ok: false });
    expect(existsSync(unknown)).toBe(false);
    expect(await listenUnixDatagram(`/tmp/${'x'.repeat(200)}`, {}, json)).toMatchObject({ ok: false });
    expect(await listenUnixStream('/no/such/directory/s', {}, json)).toMatchObject({ ok: false });
  });

  it('close a stream that speaks something else', async () => {
    const { address, connections } = keep(await listenUnixStream(path(), {}, binrpc));
    const socket = connect(address);
    const got: Buffer[] = [];
    socket.on('data', (bytes) => got.push(bytes));
    socket.write('GET / HTTP/1.0\r\n\r\n');
    await new Promise((resolve) => socket.once('end', resolve));
    expect(Buffer.concat(got).toString('latin1')).toContain('bad request');
    expect(connections().length).toBeLessThanOrEqual(1);
    socket.destroy();
  });
});

describe('the FIFO', () => {
  it('answers into the reply FIFO that a request names', async () => {
    const name = path();
    const errors: string[] = [];
    keep(
      listenFifo(name, table, {
        pretty: false,
        access: { mode: 0o622 },
        replyDir: `${directory}/`,
        onError: (message) => errors.push(message),
        wait: (_ms, then) => setTimeout(then, 5),
      }),
    );
    expect(statSync(name).isFIFO()).toBe(true);
    expect(statSync(name).mode & 0o777).toBe(0o622);
    const request = (extra: string) => `{"jsonrpc":"2.0","method":"core.pwd"${extra},"id":1}`;
    await run('mkfifo', [join(directory, 'reply')]);
    const send = (text: string) =>
      run('sh', ['-c', 'printf %s "$1" > "$2"; cat "$3"', 'sh', text, name, join(directory, 'reply')]);
    expect((await send(request(',"reply_name":"reply"'))).stdout).toBe('{"jsonrpc":"2.0","result":["/"],"id":1}');
    const stored = join(directory, 'stored');
    expect((await send(request(`,"reply_name":"reply","store_path":"${stored}"`))).stdout).toContain('Stored');
    expect(readFileSync(stored, 'utf8')).toBe('{"jsonrpc":"2.0","result":["/"],"id":1}');

    writeFileSync(join(directory, 'plain'), '');
    for (const reply of ['../reply', 'a/b', 'absent', 'plain', 'x'.repeat(200)])
      writeFileSync(name, request(`,"reply_name":"${reply}"`));
    writeFileSync(name, request(''));
    // Requests are answered in turn, so the answer to the last one follows all refusals.
    expect((await send(request(',"reply_name":"reply"'))).stdout).toContain('"result"');
    expect(errors).toHaveLength(6);
    expect(readFileSync(join(directory, 'plain'), 'utf8')).toBe('');
    await open.splice(0)[0]?.close();
    expect(existsSync(name)).toBe(false);
  });
});
