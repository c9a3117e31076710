import { afterEach, expect, it } from 'vitest';
import { runConfig } from '../mqueue/run-config.js';

type Run = Awaited<ReturnType<typeof runConfig>>;
let run: Run;
afterEach(async () => {
  await run.close();
  run.remove();
});

it('ticks while it is enabled; a disabled timer takes notice at its next tick', async () => {
  run = await runConfig(`loadmodule "timer.so"
modparam("timer", "declare_timer", "a=A,1000,slow,enable")
modparam("timer", "declare_timer", "b=B,400")
route[A] { xlog("a [$sel(timer.timer.b.enabled)] [$sel(timer.executed)]\\n"); if ($shv(n) == 1) timer_enable("b", 0); else timer_enable("b", 1); $shv(n) = 1; }
route[B] { xlog("b\\n"); }`);
  expect(`${run.exit} ${run.log}`).toMatch(/^null/);
  run.clock.advance(3000);
  // Enabled at 1 s, disabled at 2 s: the tick at 2.2 s runs nothing.
  expect(run.script()).toEqual(['a [0] [a]', 'b', 'b', 'a [1] [a]', 'a [0] [a]']);
});

it('names the line of a timer whose route is not there', async () => {
  run = await runConfig('loadmodule "timer.so"\nmodparam("timer", "declare_timer", "t=NOSUCH,1000,slow,enable")');
  expect(run.warnings().join()).toMatch(/x\.cfg:7: timer t is to run route\[NOSUCH\]/);
});
