import { expect, it } from 'vitest';
import { runConfig } from '../mqueue/run-config.js';

const MODULES = `
loadmodule "cfgutils.so"
loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;mode=1;interval=1")
modparam("rtimer", "exec", "timer=t;route=T")
`;

const turn = (): Promise<void> => new Promise((later) => setImmediate(later));

it('lets others run meanwhile, each with its own variables', async () => {
  const run = await runConfig(`${MODULES}
modparam("rtimer", "timer", "name=u;mode=1;interval=1")
modparam("rtimer", "exec", "timer=u;route=U")
route[T] { $var(x) = "T"; sleep("2"); xlog("$var(x) $rc\\n"); usleep("500000"); xlog("$var(x) again\\n"); }
route[U] { $var(x) = "U"; xlog("$var(x)\\n"); }
`);
  const seen = async (ms: number): Promise<string[]> => {
    run.clock.advance(ms);
    await turn();
    return run.script().filter((line) => line.startsWith('T'));
  };
  expect(await seen(1000)).toEqual([]);
  expect(run.script()).toEqual(['U']);
  expect(await seen(1999)).toEqual([]);
  expect((await seen(1))[0]).toBe('T 1');
  expect(await seen(499)).not.toContain('T again');
  expect(await seen(1)).toContain('T again');
  await run.close();
  run.remove();
});

it.each(['0', '-1', '$var(none)'])('goes on at once with %s', async (seconds) => {
  const run = await runConfig(`${MODULES}route[T] { sleep("${seconds}"); usleep("${seconds}"); xlog("on $rc\\n"); }`);
  run.clock.advance(1000);
  await run.wrote('on 1');
  await run.close();
  run.remove();
});
