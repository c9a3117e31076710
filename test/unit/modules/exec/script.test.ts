import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runConfig } from '../mqueue/run-config.js';

const MODULES = `
loadmodule "exec.so"
loadmodule "rtimer.so"
modparam("rtimer", "timer", "name=t;mode=1;interval=1")
modparam("rtimer", "exec", "timer=t;route=T")
`;

it('lets others run while a command does', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kts-exec-'));
  const run = await runConfig(
    `${MODULES}
modparam("rtimer", "timer", "name=u;mode=1;interval=1")
modparam("rtimer", "exec", "timer=u;route=U")
route[T] { exec_avp("while [ ! -e ${dir}/gate ]; do sleep 0.01; done; echo passed", "$avp(x)"); xlog("T $avp(x)\\n"); }
route[U] { exec_cmd("touch ${dir}/gate"); xlog("U $rc\\n"); }
`,
    dir,
  );
  run.clock.advance(1000);
  await run.wrote('T passed');
  await run.close();
  run.remove();
  expect(run.script()).toEqual(['U 1', 'T passed']);
});

it('ends a command after time_to_kill seconds and says so', async () => {
  const run = await runConfig(`${MODULES}modparam("exec", "time_to_kill", 3)
route[T] { exec_cmd("sleep 1000"); xlog("code $rc\\n"); }`);
  run.clock.advance(1000);
  await new Promise((later) => setTimeout(later, 20));
  run.clock.advance(3000);
  await run.wrote('code -1');
  await run.close();
  run.remove();
  expect(run.log.join('\n')).toMatch(/exec.*cmd sleep 1000 failed\. killed after 3 seconds/);
});

it('ends commands that run when the server stops', async () => {
  const run = await runConfig(`${MODULES}route[T] { exec_cmd("sleep 1000"); xlog("code $rc\\n"); }`);
  run.clock.advance(1000);
  await new Promise((later) => setTimeout(later, 20));
  await run.close();
  run.remove();
  expect(run.log.join('\n')).not.toContain('Unhandled');
});

it('answers -1 for commands that cannot be run', async () => {
  const run = await runConfig(`${MODULES}
route[T] {
  exec_cmd("eval if then 2>/dev/null"); xlog("1 $rc\\n");
  $var(nul) = "610062"; exec_cmd("echo $(var(nul){s.decode.hexa})"); xlog("2 $rc\\n");
  exec_avp("cat /dev/zero"); xlog("3 $rc $avp(i:1)\\n");
  xlog("done\\n");
}`);
  run.clock.advance(1000);
  await run.wrote('done');
  await run.close();
  run.remove();
  expect(run.script()).toEqual(['1 -1', '2 -1', '3 -1 <null>', 'done']);
});
