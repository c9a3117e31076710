import { afterEach, expect, it } from 'vitest';
import { runConfig } from '../mqueue/run-config.js';

type Run = Awaited<ReturnType<typeof runConfig>>;
let run: Run;
afterEach(async () => {
  await run.close();
  run.remove();
});

const start = async (config: string): Promise<void> => {
  run = await runConfig(`loadmodule "rtimer.so"\n${config}`);
  expect(`${run.exit} ${run.log}`).toMatch(/^null/);
};

it('first runs after one interval, then at each', async () => {
  await start(
    'modparam("rtimer", "timer", "name=t;interval=10")\nmodparam("rtimer", "exec", "timer=t;route=T")\nroute[T] { xlog("tick\\n"); }',
  );
  run.clock.advance(9999);
  expect(run.script()).toEqual([]);
  run.clock.advance(1);
  expect(run.script()).toEqual(['tick']);
  run.clock.advance(30_000);
  expect(run.script()).toHaveLength(4);
});

it('runs all routes in every worker, the last one first, and says so', async () => {
  await start(`modparam("rtimer", "timer", "name=t;interval=1;mode=2")
modparam("rtimer", "exec", "timer=t;route=A")
modparam("rtimer", "exec", "timer=t;route=B")
route[A] { xlog("A$rtimer_worker\\n"); }
route[B] { xlog("B$rtimer_worker\\n"); drop; }`);
  expect(run.warnings().join()).toMatch(/x\.cfg:9: the routes of timer t run in reverse order of their lines: B, A/);
  run.clock.advance(1000);
  expect(run.script()).toEqual(['B0', 'A0', 'B1', 'A1']);
});

it('names the line of a route that is not there, and of a timer without one', async () => {
  await start(`modparam("rtimer", "timer", "name=t;interval=1")
modparam("rtimer", "exec", "timer=t;route=NOSUCH")
modparam("rtimer", "timer", "name=u;interval=1")`);
  expect(run.warnings().join()).toMatch(/x\.cfg:8: timer t is to run route\[NOSUCH\]/);
  expect(run.warnings().join()).toMatch(/x\.cfg:9: timer u runs no route/);
});

it('takes microseconds, a millisecond at least', async () => {
  await start(`modparam("rtimer", "timer", "name=t;interval=2500u")
modparam("rtimer", "exec", "timer=t;route=T")
modparam("rtimer", "timer", "name=s;interval=1u")
modparam("rtimer", "exec", "timer=s;route=S")
route[T] { xlog("t\\n"); }
route[S] { xlog("s\\n"); }`);
  run.clock.advance(6);
  expect(run.script().filter((line) => line === 't')).toHaveLength(2);
  expect(run.script().filter((line) => line === 's')).toHaveLength(6);
});

it('does not overlap itself, and adds the time of a run to the interval unless it is steady', async () => {
  await start(`loadmodule "cfgutils.so"
modparam("rtimer", "timer", "name=t;interval=2;mode=1")
modparam("rtimer", "exec", "timer=t;route=T")
modparam("rtimer", "timer", "name=s;interval=2;mode=1;steady=1")
modparam("rtimer", "exec", "timer=s;route=S")
route[T] { xlog("t\\n"); sleep("3"); }
route[S] { xlog("s\\n"); sleep("3"); }`);
  const times = new Map<string, number[]>([
    ['t', []],
    ['s', []],
  ]);
  for (let second = 1; second <= 14; second++) {
    const before = run.script().length;
    await run.clock.advanceAsync(1000);
    for (const line of run.script().slice(before)) times.get(line)!.push(second);
  }
  expect(times.get('t')).toEqual([2, 7, 12]);
  expect(times.get('s')).toEqual([2, 6, 10, 14]);
});
