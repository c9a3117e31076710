import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Caller, firstLine } from './call-parties.js';
import { ScriptedServer } from './scripted-server.js';

/** Names in variables, where no check sees them; bytes of all kinds; groups and queues with hardly any room. */
const CONFIG = `#!KAMAILIO
debug=1
log_stderror=yes
auto_aliases=no
async_workers=1
async_workers_group="name=tiny;workers=1;queue=2;usleep=400000"
async_workers_group=";;=;workers;name=odd;workers=x"
async_workers_group="NAME=loose; Workers=1 ;unknown=7;"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "htable.so"
loadmodule "mqueue.so"
loadmodule "async.so"
loadmodule "sworker.so"
modparam("htable", "htable", "t=>size=4;")
modparam("mqueue", "mqueue", "name=q")
modparam("mqueue", "mqueue", "name=small;size=2")
modparam("async", "ms_timer", 10)
modparam("sworker", "xdata", "$var(xdata)")

event_route[core:pre-routing] {
  $var(group) = $hdr(X-Group);
  if ($rU == "delegate") {
    $var(xdata) = $(hdr(X-Hex){s.decode.hexa});
    if (sworker_task("$var(group)")) { drop; }
    $var(refused) = 1;
  }
}
request_route {
  $var(group) = $hdr(X-Group);
  $var(route) = $hdr(X-Route);
  $var(bytes) = $(hdr(X-Hex){s.decode.hexa});
  switch ($rU) {
    case "delegate":
      if (sworker_active()) { sl_send_reply("200", "worker $(var(xdata){s.encode.hexa}) $(hdr(X-Raw){s.encode.hexa})"); }
      else { sl_send_reply("200", "here"); }
      exit;
    case "data":
      if ($hdr(X-Group) == $null) { $var(rc) = async_task_data("$var(route)", "$var(bytes)"); }
      else { $var(rc) = async_task_group_data("$var(route)", "$var(group)", "$var(bytes)"); }
      sl_send_reply("200", "rc=$var(rc)");
      exit;
    case "suspend":
      if ($hdr(X-Group) == $null) { $var(rc) = async_task_route("$var(route)"); }
      else { $var(rc) = async_task_group_route("$var(route)", "$var(group)"); }
      if ($var(rc) < 0) { sl_send_reply("480", "rc=$var(rc)"); }
      exit;
    case "later":
      $var(rc) = async_ms_route("$var(route)", "$hdr(X-Wait)");
      if ($var(rc) < 0) { sl_send_reply("480", "rc=$var(rc)"); }
      exit;
    case "queue":
      $var(a) = mq_add("$var(route)", "k", "v"); $var(f) = mq_fetch("$var(route)"); $var(s) = mq_size("$var(route)");
      sl_send_reply("200", "$var(a) $var(f) $var(s)");
      exit;
    case "bytes":
      mq_add("q", "$var(bytes)", "$var(bytes)"); mq_fetch("q");
      sl_send_reply("200", "$(mqk(q){s.encode.hexa}) $(mqv(q){s.encode.hexa})");
      exit;
    case "full":
      mq_add("small", "a", "1"); mq_add("small", "b", "2"); mq_add("small", "c", "3");
      mq_fetch("small");
      sl_send_reply("200", "$mqk(small) $mq_size(small)");
      exit;
  }
  sl_send_reply("200", "$(sht(t=>data){s.encode.hexa})");
}
route[KEEP] { $sht(t=>data) = $async(data); }
route[ANSWER] { t_reply("200", "$async(gname)"); }
`;

/** NUL, quotes, line ends, everything that is no ASCII; without what would end a header. */
const BYTES = '00ff01e4c3a4227c5c';

let server: ScriptedServer;
let caller: Caller;
beforeAll(async () => {
  server = await ScriptedServer.start(CONFIG, { target: 'kts' });
  caller = await Caller.open(server, 'udp');
});
afterAll(async () => {
  await caller.close();
  expect(await server.stop()).toBe(0);
});

async function answer(user: string, headers: Readonly<Record<string, string>>, status = 200): Promise<string> {
  const request = caller.request('OPTIONS', user, headers);
  caller.send(request);
  return firstLine(await caller.reply(request, status)).slice('SIP/2.0 200 '.length);
}
/** Lines take a way of their own: they may come behind the reply. */
async function logged(text: string): Promise<boolean> {
  for (let tries = 0; tries < 100 && !server.log.includes(text); tries++) await sleep(10);
  return server.log.includes(text);
}

it('a group that does not exist: -1 and a line, and the message is not lost', async () => {
  expect(await answer('delegate', { 'X-Group': 'nobody' })).toBe('here');
  expect(await answer('delegate', { 'X-Group': 'odd' })).toBe('here');
  expect(await answer('suspend', { 'X-Group': 'nobody', 'X-Route': 'ANSWER' }, 480)).toBe('rc=-1');
  expect(await answer('data', { 'X-Group': 'nobody', 'X-Route': 'KEEP', 'X-Hex': '61' })).toBe('rc=-1');
  expect(await logged('cannot hand a message to group [nobody]: there is no such group')).toBe(true);
  expect(await logged('cannot give a task to [nobody]: there is no such group of workers')).toBe(true);
  expect(await answer('suspend', { 'X-Group': 'loose', 'X-Route': 'ANSWER' })).toBe('loose');
});

it('a route that does not exist: -1 and a line', async () => {
  for (const route of ['NOWHERE', '', 'x'.repeat(500), '\xff\xfe']) {
    expect(await answer('suspend', { 'X-Route': route }, 480)).toBe('rc=-1');
    expect(await answer('data', { 'X-Route': route, 'X-Hex': '61' })).toBe('rc=-1');
    expect(await answer('later', { 'X-Route': route, 'X-Wait': '20' }, 480)).toBe('rc=-1');
  }
  for (const wait of ['0', '-1', '30000', '99999999999']) {
    expect(await answer('later', { 'X-Route': 'ANSWER', 'X-Wait': wait }, 480)).toBe('rc=-1');
  }
  expect(await logged('route block not found: NOWHERE')).toBe(true);
});

it('a queue that does not exist: error codes and lines', async () => {
  expect(await answer('queue', { 'X-Route': 'nobody' })).toBe('-1 -1 -2');
  expect(await logged('mqueue not found: nobody')).toBe(true);
});

it('bytes of all kinds pass through queues, tasks and delegated messages', async () => {
  expect(await answer('bytes', { 'X-Hex': BYTES })).toBe(`${BYTES} ${BYTES}`);
  expect(await answer('data', { 'X-Route': 'KEEP', 'X-Hex': BYTES })).toBe('rc=1');
  let kept = '';
  for (let tries = 0; tries < 100 && kept !== BYTES; tries++) {
    kept = await answer('kept', {});
    await sleep(10);
  }
  expect(kept).toBe(BYTES);
  const raw = 'a\x01\xff\xe4 b';
  const hex = Buffer.from(raw, 'latin1').toString('hex');
  expect(await answer('delegate', { 'X-Group': 'default', 'X-Hex': BYTES, 'X-Raw': raw })).toBe(
    `worker ${BYTES} ${hex}`,
  );
});

it('a full group refuses, and takes tasks again when there is room', async () => {
  const requests = Array.from({ length: 6 }, () =>
    caller.request('OPTIONS', 'suspend', { 'X-Group': 'tiny', 'X-Route': 'ANSWER' }),
  );
  for (const request of requests) caller.send(request);
  const replies = await Promise.all(
    requests.map(async (request) => {
      const own = (text: string) => text.includes(`Call-ID: ${/^Call-ID: (.*)\r$/m.exec(request)![1]}\r\n`);
      for (let tries = 0; tries < 300; tries++) {
        const found = caller.received.find(own);
        if (found !== undefined) return firstLine(found);
        await sleep(10);
      }
      return 'none';
    }),
  );
  expect(replies.filter((line) => line === 'SIP/2.0 200 tiny')).toHaveLength(2);
  expect(replies.filter((line) => line === 'SIP/2.0 480 rc=-1')).toHaveLength(4);
  expect(await logged('cannot give a task to [tiny]: its queue is full')).toBe(true);
  expect(await answer('suspend', { 'X-Group': 'tiny', 'X-Route': 'ANSWER' })).toBe('tiny');
});

it('a full queue drops its oldest item, and says so', async () => {
  expect(await answer('full', {})).toBe('b 1');
  expect(await logged('small is full (size=2): its oldest item was dropped')).toBe(true);
});
