import { describe, expect, test } from 'vitest';
import { Log, type LogRecord } from '../../../src/observe/log.js';
import { Refused, TALLIES, type ThreadGroupSpec } from '../../../src/registry/threads.js';
import { Exchange } from '../../../src/threads/exchange.js';

const GROUP: ThreadGroupSpec = { name: 'w', workers: 2, nonblock: false, usleep: 0, queue: 2 };

/** Threads of one process, joined as workers are to thread 0; letters cross as structured clones. */
function threads(spec: Partial<ThreadGroupSpec> = {}) {
  const groups = [{ ...GROUP, ...spec }];
  const members = new Map([['w', [1, 2]]]);
  const loads = new Int32Array(new SharedArrayBuffer(12));
  const tallies = new Float64Array(3 * TALLIES);
  const logged: LogRecord[] = [];
  const paused: { ms: number; work: () => void }[] = [];
  const make = (index: number): Exchange =>
    new Exchange({
      index,
      group: index === 0 ? '' : 'w',
      groups,
      members,
      count: 3,
      loads,
      tallies,
      log: new Log({ write: (record) => logged.push(record) }, 3),
      later: (work) => queueMicrotask(work),
      after: (ms, work) => paused.push({ ms, work }),
    });
  const all = [make(0), make(1), make(2)] as const;
  for (const worker of [1, 2] as const) {
    all[0].connect(worker, { post: (letters) => all[worker].receive(structuredClone(letters)) });
    all[worker].connect(0, { post: (letters) => all[0].receive(structuredClone(letters)) });
  }
  return { all, loads, logged, paused };
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('letters', () => {
  test('arrive in order, also between two workers, and answers come back', async () => {
    const { all } = threads();
    const got: unknown[] = [];
    all[2].handle<number>('n', (n, from) => {
      got.push([n, from]);
      return n * 2;
    });
    for (let n = 0; n < 5; n++) all[1].send(2, 'n', n);
    expect(await all[1].ask(2, 'n', 21)).toBe(42);
    expect(got).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [21, 1],
    ]);
  });

  test('to oneself are handled in a later turn', async () => {
    const { all } = threads();
    const got: string[] = [];
    all[0].handle<string>('own', (text) => got.push(text));
    all[0].send(0, 'own', 'second');
    got.push('first');
    await settled();
    expect(got).toEqual(['first', 'second']);
  });

  test('a handler that throws or rejects is logged and answers nothing', async () => {
    const { all, logged } = threads();
    all[1].handle('throws', () => {
      throw new Error('broken');
    });
    all[1].handle('rejects', async () => {
      throw new Error('broken later');
    });
    expect(await all[0].ask(1, 'throws', null)).toBeUndefined();
    expect(await all[0].ask(1, 'rejects', null)).toBeUndefined();
    expect(await all[0].ask(1, 'unheard', null)).toBeUndefined();
    const texts = logged.map((record) => record.text);
    expect(texts[0]).toContain('a task (throws) failed: Error: broken');
    expect(texts[1]).toContain('a task (rejects) failed: Error: broken later');
    expect(texts[2]).toBe('nothing here takes letters of kind unheard');
  });
});

describe('letters that cannot arrive', () => {
  test('a question of one worker to another that is gone is answered there, and no other question is', async () => {
    const { all } = threads();
    all[1].handle('slow', () => new Promise(() => {}));
    all[0].lost(2);
    all[0].givenUp(2);
    let answered = 0;
    void all[0].ask(1, 'slow', null).then(() => answered++);
    expect(await all[1].ask(2, 'gone', null)).toBeUndefined();
    await settled();
    expect(answered).toBe(0);
  });

  test('a worker hears of another that dies before it has answered', async () => {
    const { all } = threads();
    all[2].handle('slow', () => new Promise(() => {}));
    const lost: number[] = [];
    all[1].whenLost((thread) => lost.push(thread));
    const asked = all[1].ask(2, 'slow', null);
    await settled();
    all[0].lost(2);
    expect(await asked).toBeUndefined();
    expect(lost).toEqual([2]);
  });

  test('what cannot be copied is lost alone; what left with it arrives once', async () => {
    const { all, loads, logged } = threads();
    const got: unknown[] = [];
    for (const worker of [1, 2] as const) {
      all[worker].handle('n', (n) => got.push(n));
      all[worker].handle('uncopied', () => () => 1);
    }
    all[0].send(1, 'n', 1);
    all[0].send(2, 'n', 2);
    all[0].send(2, 'n', () => 3);
    all[0].dispatch('w', 'n', () => 4);
    const asked = all[0].ask(2, 'n', () => 5);
    all[0].send(2, 'n', 6);
    expect(await asked).toBeUndefined();
    expect(got).toEqual([1, 2, 6]);
    expect([...loads]).toEqual([0, 0, 0]);
    expect(await all[0].ask(2, 'uncopied', null)).toBeUndefined();
    all[0].send(1, 'n', 7);
    await settled();
    expect(got).toEqual([1, 2, 6, 7]);
    expect(logged[0]?.text).toContain('it cannot be copied');
  });
});

test('letters that a thread has not read yet are counted', async () => {
  const { all } = threads();
  all[1].handle('n', () => {});
  for (let n = 0; n < 3; n++) all[0].send(1, 'n', n);
  expect([all[0].backlog(1), all[0].backlog(2)]).toEqual([3, 0]);
  await settled();
  expect(all[0].backlog(1)).toBe(0);
  all[0].lost(1);
  all[0].send(1, 'n', 4);
  all[0].connect(1, { post: () => {} });
  expect(all[0].backlog(1)).toBe(1);
});

describe('tasks', () => {
  test('that a thread took with it when it died are given back once', async () => {
    const { all, loads } = threads();
    all[1].reserve('w');
    all[0].lost(1);
    all[1].release(1);
    expect([...loads]).toEqual([0, 0, 0]);
  });

  test('of one call go to another worker when theirs is not started again', () => {
    for (const gone of [1, 2] as const) {
      const { all } = threads();
      all[0].lost(gone);
      all[0].givenUp(gone);
      for (const call of ['a', 'b', 'c', 'd']) {
        const thread = all[0].reserve('w', call);
        expect(thread).toBe(3 - gone);
        all[0].release(thread);
      }
      expect(all[0].depth('w')).toBe(0);
    }
  });

  test('go to the least busy worker until the queues are full, and places come back', async () => {
    const { all, loads } = threads();
    const waits: (() => void)[] = [];
    for (const worker of [1, 2] as const)
      all[worker].handle('work', () => new Promise<void>((done) => waits.push(done)));
    expect([1, 2, 3, 4].map(() => all[0].dispatch('w', 'work', null))).toEqual([1, 2, 1, 2]);
    expect(all[0].dispatch('w', 'work', null)).toBe(Refused.FULL);
    expect(all[0].depth('w')).toBe(4);
    await settled();
    for (const done of waits) done();
    await settled();
    expect([...loads]).toEqual([0, 0, 0]);
    expect(all[0].dispatch('w', 'work', null)).toBe(1);
  });

  test('of an unknown group are refused', () => {
    expect(threads().all[0].dispatch('none', 'work', null)).toBe(Refused.UNKNOWN);
  });

  test('of one call go to one worker', () => {
    const { all } = threads({ queue: 1000 });
    const of = (call: string): Set<number> => new Set([1, 2, 3].map(() => all[0].dispatch('w', 'work', null, call)));
    const calls = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(of);
    expect(calls.every((workers) => workers.size === 1)).toBe(true);
    expect(new Set(calls.flatMap((workers) => [...workers]))).toEqual(new Set([1, 2]));
  });

  test('with usleep run one after the other, each behind its pause', async () => {
    const { all, paused } = threads({ usleep: 5000 });
    const got: number[] = [];
    all[1].handle<number>('work', (n) => got.push(n));
    for (const n of [1, 2, 3]) {
      all[0].reserve('w', 'same');
      all[0].dispatchTo(1, 'w', 'work', n);
    }
    await settled();
    expect(got).toEqual([]);
    for (let i = 0; i < 3; i++) {
      const { ms, work } = paused.shift()!;
      expect(ms).toBe(5);
      work();
    }
    expect(got).toEqual([1, 2, 3]);
    expect(paused.map(({ work }) => work()).length).toBe(0);
  });

  test('of a thread that is lost give their places back, and nobody waits for its answers', async () => {
    const { all, loads } = threads();
    all[1].handle('work', () => new Promise(() => {}));
    all[0].dispatch('w', 'work', null);
    const asked = all[0].ask(1, 'work', null);
    await settled();
    const lost: number[] = [];
    all[0].whenLost((thread) => lost.push(thread));
    all[0].lost(1);
    expect(await asked).toBeUndefined();
    expect(lost).toEqual([1]);
    expect([...loads]).toEqual([0, 0, 0]);
  });

  test('wait for a thread that is being started again, and are refused when it is given up', async () => {
    const { all, loads, logged } = threads();
    const got: number[] = [];
    all[1].handle<number>('work', (n) => got.push(n));
    expect(all[0].reserve('w')).toBe(1);
    expect(all[0].lost(1)).toBe(1);
    expect(all[0].dispatch('w', 'work', 1)).toBe(1);
    await settled();
    expect(got).toEqual([]);
    all[0].connect(1, { post: (letters) => all[1].receive(structuredClone(letters)) });
    await settled();
    expect(got).toEqual([1]);
    all[0].lost(1);
    all[0].dispatch('w', 'work', 2);
    all[0].givenUp(1);
    expect(logged.at(-1)?.text).toBe('script thread 1 is not there: a letter (work) is lost');
    expect([1, 2, 3].map(() => all[0].dispatch('w', 'work', null))).toEqual([2, 2, Refused.FULL]);
    expect(loads[2]).toBe(2);
  });
});
