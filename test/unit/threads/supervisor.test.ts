import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Log } from '../../../src/observe/log.js';
import { TALLIES, type ThreadGroupSpec } from '../../../src/registry/threads.js';
import { Exchange } from '../../../src/threads/exchange.js';
import { membersOf, Supervisor } from '../../../src/threads/supervisor.js';

const GROUPS: readonly ThreadGroupSpec[] = [{ name: 'w', workers: 2, nonblock: false, usleep: 0, queue: 5 }];

let supervisor: Supervisor;
afterEach(() => supervisor.stop(2000));

function supervised(refuses: string | null = null) {
  const records: string[] = [];
  const log = new Log({ write: (r) => records.push(r.text) }, 3);
  const members = membersOf(GROUPS);
  const loads = new Int32Array(new SharedArrayBuffer(12));
  const exchange = new Exchange({
    index: 0,
    group: '',
    groups: GROUPS,
    members,
    count: 3,
    loads,
    tallies: new Float64Array(3 * TALLIES),
    log,
    later: (work) => queueMicrotask(work),
    after: (ms, work) => void setTimeout(work, ms),
  });
  const refusals = new Int32Array(new SharedArrayBuffer(4));
  let starts = 0;
  const lost: number[] = [];
  const letGo: number[] = [];
  exchange.whenLost((thread) => lost.push(thread));
  supervisor = new Supervisor({
    groups: GROUPS,
    members,
    exchange,
    log,
    entry: fileURLToPath(new URL('./frail-worker.ts', import.meta.url)),
    shared: { refuses, refusals },
    present: () => ++starts,
    onLost: (threadId) => letGo.push(threadId),
  });
  return { exchange, records, lost, letGo, loads, refusals };
}

/** Asks until the thread is there again. */
async function answersAgain(exchange: Exchange, thread: number): Promise<boolean> {
  for (const limit = Date.now() + 10_000; Date.now() < limit; ) {
    if ((await exchange.ask<string>(thread, 'echo', 'again')) === 'again') return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}

describe('worker threads', () => {
  it.each(['exit', 'throw'])(
    'that die (%s) are started again; others go on, what was asked gets its non-answer',
    async (how) => {
      const { exchange, records, lost, letGo, loads } = supervised();
      expect(await supervisor.start()).toBeNull();
      expect(await exchange.ask(1, 'echo', 'one')).toBe('one');
      exchange.reserve('w', 'x');
      loads[1] = 4;
      exchange.send(1, how, null);
      expect(await exchange.ask(1, 'echo', 'never')).toBeUndefined();
      expect([lost, letGo.length, loads[1]]).toEqual([[1], 1, 0]);
      expect(await exchange.ask(2, 'echo', 'two')).toBe('two');
      expect(await answersAgain(exchange, 1)).toBe(true);
      expect(records.filter((text) => text.includes('died'))).toEqual([
        expect.stringMatching(/^script thread 1 \(w\) died: .*; it is started again$/),
      ]);
    },
  );

  it('that die and cannot serve at once are started until they can', async () => {
    const { exchange, records, refusals } = supervised();
    expect(await supervisor.start()).toBeNull();
    refusals[0] = 1;
    exchange.send(1, 'exit', null);
    const died = (): string[] => records.filter((text) => text.includes('script thread 1 '));
    for (const limit = Date.now() + 10_000; died().length < 3 && Date.now() < limit; )
      await new Promise((done) => setTimeout(done, 20));
    expect(died()).toEqual([
      expect.stringContaining('died'),
      'script thread 1 cannot serve: not yet',
      expect.stringMatching(/died: it ended.*; it is started again$/),
    ]);
    expect(await answersAgain(exchange, 1)).toBe(true);
  });

  it('begin with what holds when they are started', async () => {
    const { exchange } = supervised();
    expect(await supervisor.start()).toBeNull();
    expect(await exchange.ask(1, 'present', null)).toBe(1);
    exchange.send(1, 'exit', null);
    expect(await answersAgain(exchange, 1)).toBe(true);
    expect(await exchange.ask(1, 'present', null)).toBe(3);
  });

  it('that cannot serve keep the server from starting, with their reason', async () => {
    supervised('no sockets');
    expect(await supervisor.start()).toBe('no sockets');
  });

  it('that throw at once keep it from starting too', async () => {
    supervised('throws');
    expect(await supervisor.start()).toMatch(/^script thread \d \(w\) did not start: .*nothing works here/);
  });
});
