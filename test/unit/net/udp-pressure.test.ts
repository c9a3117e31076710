import { describe, expect, it } from 'vitest';
import { EAGAIN, EINTR, ENOBUFS, type Libc } from '../../../src/net/libc.js';
import { networkStatistics } from '../../../src/net/statistics.js';
import { UDP_DEFAULTS } from '../../../src/net/udp.js';
import { UdpBatchEngine } from '../../../src/net/udp-batch.js';

/** What the kernel answers to one sendmmsg: how many it took, or an errno (negative). */
type Answer = number;

const EMSGSIZE = 90;

/** A kernel that follows a script, then takes everything. */
function engine(script: Answer[]) {
  const calls: string[] = [];
  const log: string[] = [];
  let errno = 0;
  const kernel = {
    sendmmsg: (_fd: number, _headers: Uint8Array, count: number) => {
      const answer = script.length > 0 ? script.shift()! : count;
      calls.push(`send ${count}: ${answer}`);
      errno = answer < 0 ? -answer : 0;
      return answer < 0 ? -1 : answer;
    },
    poll: (_set: Uint8Array, count: number) => {
      calls.push(`poll ${count}`);
      return 1;
    },
    errno: () => errno,
  } as unknown as Libc;
  const statistics = networkStatistics();
  const made = new UdpBatchEngine(kernel, UDP_DEFAULTS, statistics, (level, text) => log.push(`${level} ${text}`));
  const port = made.adopt(9, 4);
  const send = (n: number): void => {
    for (let i = 0; i < n; i++) expect(port.send('192.0.2.1', 5060 + i, 'x'.repeat(10))).toBe(true);
  };
  return { engine: made, port, send, calls, log, statistics };
}

describe('a kernel under pressure', () => {
  it('is given the rest when it took a part', () => {
    const { engine: e, send, calls, statistics } = engine([3]);
    send(10);
    e.flush();
    expect(calls).toEqual(['send 10: 3', 'send 7: 7']);
    expect(statistics).toMatchObject({ sent: 10, sentBytes: 100, sendDropped: 0, sendErrors: 0 });
  });

  it('is waited for while its queue is full', () => {
    const { engine: e, send, calls, statistics } = engine([2, -EAGAIN, -EINTR, -ENOBUFS]);
    send(5);
    e.flush();
    expect(calls).toEqual(['send 5: 2', 'send 3: -11', 'poll 1', 'send 3: -4', 'send 3: -105', 'poll 0', 'send 3: 3']);
    expect(statistics).toMatchObject({ sent: 5, sendDropped: 0 });
  });

  it('is not waited for without end: what is dropped is counted and logged', () => {
    const { engine: e, send, calls, log, statistics } = engine([1, ...new Array<Answer>(100).fill(-EAGAIN)]);
    send(5);
    e.flush();
    expect(statistics).toMatchObject({ sent: 1, sendDropped: 4 });
    expect(log).toEqual(["error udp: the kernel's send queue stays full, dropped 4 datagrams"]);
    expect(calls.length).toBeLessThan(50);
  });

  it('may refuse one datagram, the others leave', () => {
    const { engine: e, send, log, statistics } = engine([1, -EMSGSIZE]);
    send(4);
    e.flush();
    expect(statistics).toMatchObject({ sent: 3, sendErrors: 1, sendDropped: 0 });
    expect(log).toEqual(['error udp: sending 10 bytes to 192.0.2.1 port 5061: message too long (EMSGSIZE)']);
  });

  it('gets a batch as soon as it is full, the rest with the flush', () => {
    const { engine: e, send, calls } = engine([]);
    send(150);
    expect(calls).toEqual(['send 64: 64', 'send 64: 64']);
    e.flush();
    expect(calls.at(-1)).toBe('send 22: 22');
    e.flush();
    expect(calls).toHaveLength(3);
  });

  it('gets what one turn sent together, without being asked', async () => {
    const { send, calls } = engine([]);
    send(3);
    await Promise.resolve().then(() => send(2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls.reduce((sum, call) => sum + Number(call.split(': ')[1]), 0)).toBe(5);
  });
});
