import { describe, expect, it } from 'vitest';
import { RealClock, VirtualClock } from '../../../src/clock/clock.js';

describe('VirtualClock', () => {
  it('runs timers in the order in which they fall due, each at its own moment', () => {
    const clock = new VirtualClock(1000);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
    clock.after(500, note('late'));
    clock.after(100, note('early'));
    clock.after(100, note('early too'));
    clock.advance(300);
    clock.after(50, note('started later'));
    clock.advance(1000);
    expect(seen).toEqual(['early@1100', 'early too@1100', 'started later@1350', 'late@1500']);
    expect(clock.now()).toBe(2300);
    expect(clock.pending).toBe(0);
  });

  it('orders timers of different durations that meet in one millisecond by age', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.after(100, () => seen.push(0));
    clock.after(200, () => seen.push(1));
    clock.advance(100);
    clock.after(100, () => seen.push(2));
    clock.advance(100);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('never runs what was cancelled, also when a callback of the same moment cancels it', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const victim = { cancel: () => {} };
    clock.after(10, () => victim.cancel());
    const second = clock.after(10, () => seen.push('second'));
    victim.cancel = () => second.cancel();
    const third = clock.after(10, () => seen.push('third'));
    expect(third.active).toBe(true);
    clock.advance(10);
    expect(seen).toEqual(['third']);
    expect(third.active).toBe(false);
    third.cancel();
    second.cancel();
    expect(clock.pending).toBe(0);
  });

  it('unlinks from the middle, head and tail of a list', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const timers = [0, 1, 2, 3, 4].map((i) => clock.after(32_000, () => seen.push(i)));
    for (const i of [2, 0, 4]) timers[i]!.cancel();
    clock.after(32_000, () => seen.push(5));
    clock.advance(32_000);
    expect(seen).toEqual([1, 3, 5]);
  });

  it('repeats intervals until cancelled, from within too', () => {
    const clock = new VirtualClock();
    let count = 0;
    const interval = clock.every(1000, () => {
      if (++count === 3) interval.cancel();
    });
    clock.advance(10_000);
    expect(count).toBe(3);
    expect(interval.active).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('lets timers that callbacks start run within the same advance', () => {
    const clock = new VirtualClock(0);
    const fired: number[] = [];
    const retransmit = (wait: number): void => {
      clock.after(wait, () => {
        fired.push(clock.now());
        if (wait < 4000) retransmit(wait * 2);
      });
    };
    retransmit(500);
    clock.advance(32_000);
    expect(fired).toEqual([500, 1500, 3500, 7500]);
  });

  it('does not hang on a callback that starts itself again without waiting', () => {
    const clock = new VirtualClock();
    let count = 0;
    const again = (): void => {
      count++;
      clock.after(0, again);
    };
    again();
    clock.advance(5);
    expect(count).toBe(6);
  });

  it('lets promises continue between moments in advanceAsync', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
    const done = (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(100);
        seen.push(clock.now());
      }
    })();
    await clock.advanceAsync(300);
    await done;
    expect(seen).toEqual([100, 200, 300]);
  });

  it('goes on after a callback that throws', () => {
    const errors: unknown[] = [];
    const clock = new VirtualClock(0, (error) => errors.push(error));
    let ran = false;
    clock.after(1, () => {
      throw new Error('broken');
    });
    clock.after(1, () => (ran = true));
    clock.advance(1);
    expect(ran).toBe(true);
    expect(errors).toHaveLength(1);
  });

  it('forgets lists of odd durations, and keeps the timers of the others', () => {
    const clock = new VirtualClock();
    let fired = 0;
    for (let i = 1; i <= 1000; i++) {
      const timer = clock.after(i * 7, () => fired++);
      if (i % 10 !== 0) timer.cancel();
    }
    clock.advance(7000);
    expect(fired).toBe(100);
  });
});

describe('RealClock', () => {
  it('starts and cancels a hundred thousand timers and keeps none', () => {
    const clock = new RealClock();
    const timers = Array.from({ length: 100_000 }, () => clock.after(32_000, () => {}));
    expect(clock.pending).toBe(100_000);
    for (const timer of timers) timer.cancel();
    expect(clock.pending).toBe(0);
    clock.close();
  });

  it('runs a short timer before a long one that was started first', async () => {
    const clock = new RealClock();
    const seen: string[] = [];
    const long = clock.after(60_000, () => seen.push('long'));
    const started = clock.now();
    await new Promise<void>((resolve) => clock.after(2, resolve));
    expect(clock.now() - started).toBeGreaterThanOrEqual(2);
    expect(seen).toEqual([]);
    expect(long.active).toBe(true);
    clock.close();
    expect(long.active).toBe(false);
  });

  it('tells wall clock time', () => {
    const clock = new RealClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
    expect(Math.abs(clock.unix() - Date.now() / 1000)).toBeLessThan(2);
  });
});
