import { expect, it } from 'vitest';
import { runConfig } from './run-config.js';

const DURABLE = `
loadmodule "db_sqlite.so"
loadmodule "mqueue.so"
loadmodule "rtimer.so"
modparam("mqueue", "db_url", "sqlite://q.sqlite")
modparam("mqueue", "mqueue", "name=q;dbmode=4")
modparam("mqueue", "mqueue", "name=m")
modparam("rtimer", "timer", "name=t;mode=1;interval=1")
modparam("rtimer", "exec", "timer=t;route=T")
`;

it('waits for the disk where the queue is durable, and keeps what was accepted', async () => {
  const first = await runConfig(`${DURABLE}
route[T] {
  mq_add("q", "a", "1"); xlog("add $rc\\n");
  $var(q) = "q"; mq_add("$var(q)", "b", "2"); xlog("add $rc\\n");
  mq_add("m", "c", "3"); xlog("memory $rc\\n");
  mq_peek("q"); xlog("peek $rc $mqk(q)=$mqv(q) left $mq_size(q)\\n");
  mq_requeue("q"); xlog("requeue $rc $mqk(q) left $mq_size(q)\\n");
  mq_requeue("q"); xlog("nothing $rc\\n");
  mq_peek("q"); mq_ack("q"); xlog("ack $rc $mqk(q)\\n");
  mq_ack("q"); xlog("again $rc\\n");
  mq_peek("nosuch"); xlog("unknown $rc\\n");
  mq_peek("q"); mq_peek("q"); xlog("same $mqk(q) left $mq_size(q)\\n");
  xlog("done\\n");
}`);
  expect(first.exit).toBe(null);
  first.clock.advance(1000);
  await first.wrote('done');
  await first.close();
  expect(first.script()).toEqual([
    'add 1',
    'add 1',
    'memory 1',
    'peek 1 a=1 left 1',
    'requeue 1 <null> left 2',
    'nothing -3',
    'ack 1 a',
    'again -3',
    'unknown -1',
    'same b left 0',
    'done',
  ]);
  const second = await runConfig(
    `${DURABLE}route[T] { while (mq_fetch("q")) { xlog("got $mqk(q)=$mqv(q)\\n"); } xlog("rc $rc\\n"); }`,
    first.dir,
  );
  second.clock.advance(1000);
  await second.wrote('rc ');
  await second.close();
  expect(second.script()).toEqual(['got b=2', 'rc -2']);
  second.remove();
});

it('keeps a run’s own item while others take theirs', async () => {
  const run = await runConfig(`${DURABLE}
modparam("rtimer", "timer", "name=u;interval=1;mode=2")
modparam("rtimer", "exec", "timer=u;route=U")
route[T] { mq_add("m", "1", "a"); mq_add("m", "2", "b"); }
route[U] { mq_fetch("m"); $avp(k) = $mqk(m); mq_add("q", "x", "x"); xlog("$avp(k) $mqk(m)\\n"); }
`);
  run.clock.advance(1000);
  await run.wrote('2 2');
  await run.close();
  expect(run.script().sort()).toEqual(['1 1', '2 2']);
  run.remove();
});

it('refuses dbmode without db_url, at its line', async () => {
  const run = await runConfig('loadmodule "mqueue.so"\nmodparam("mqueue", "mqueue", "name=q;dbmode=1")');
  expect(run.exit).toBe(255);
  expect(run.log.join()).toMatch(/line 7.*queue q has dbmode=1, and there is no db_url/);
  run.remove();
});
