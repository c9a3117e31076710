import { describe, expect, it } from 'vitest';
import { Locks } from '../../../../src/modules/cfgutils/locks.js';
import { ScriptContext } from '../../../../src/script/context.js';
import { fakeHost } from '../fake-host.js';

const run = (): ScriptContext => new ScriptContext(null as never, 0);

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('locks of scripts', () => {
  it('makes a second run wait until the first gives the lock back', async () => {
    const locks = new Locks(fakeHost().host, 16);
    expect(locks.lock(run(), 'a')).toBe(1);
    const waiting = locks.lock(run(), 'a') as Promise<1>;
    expect(await isSettled(waiting)).toBe(false);
    locks.unlock('a');
    expect(await waiting).toBe(1);
  });

  it('lets waiting runs in one at a time, in the order in which they came', async () => {
    const locks = new Locks(fakeHost().host, 16);
    const order: string[] = [];
    locks.lock(run(), 'a');
    const second = (locks.lock(run(), 'a') as Promise<1>).then(() => order.push('second'));
    const third = (locks.lock(run(), 'a') as Promise<1>).then(() => order.push('third'));
    locks.unlock('a');
    await second;
    expect(order).toEqual(['second']);
    locks.unlock('a');
    await third;
    expect(order).toEqual(['second', 'third']);
  });

  it('gives a run the lock that it holds already', () => {
    const locks = new Locks(fakeHost().host, 16);
    const ctx = run();
    locks.lock(ctx, 'a');
    expect(locks.lock(ctx, 'a')).toBe(1);
    expect(locks.tryLock(ctx, 'a')).toBe(false);
  });

  it('waits for a lock that another script thread holds', async () => {
    const { host, clock } = fakeHost();
    const other = new Locks(host, 16);
    const locks = new Locks(host, 16);
    other.lock(run(), 'a');
    const waiting = locks.lock(run(), 'a') as Promise<1>;
    await clock.advanceAsync(10);
    expect(await isSettled(waiting)).toBe(false);
    other.unlock('a');
    await clock.advanceAsync(10);
    expect(await waiting).toBe(1);
  });

  it('knows a lock that another thread gave back, and does not take it for its own', async () => {
    const { host, clock } = fakeHost();
    const locks = new Locks(host, 16);
    const other = new Locks({ ...host, threadIndex: 1 }, 16);
    const ctx = run();
    locks.lock(ctx, 'a');
    const waiting = locks.lock(run(), 'a') as Promise<1>;
    other.unlock('a');
    other.lock(run(), 'a');
    const again = locks.lock(ctx, 'a');
    expect(again).toBeInstanceOf(Promise);
    other.unlock('a');
    await clock.advanceAsync(10);
    expect(await waiting).toBe(1);
    locks.unlock('a');
    expect(await again).toBe(1);
  });

  it('frees what a lost thread held when its successor starts', () => {
    const { host } = fakeHost();
    new Locks({ ...host, threadIndex: 3 }, 16).lock(run(), 'a');
    const locks = new Locks(host, 16);
    expect(locks.tryLock(run(), 'a')).toBe(false);
    new Locks({ ...host, threadIndex: 3 }, 16);
    expect(locks.tryLock(run(), 'a')).toBe(true);
  });
});
