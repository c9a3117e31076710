import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Peer } from '../unit/sip-server.js';

const KTS = fileURLToPath(new URL('../../bin/kts', import.meta.url));

/** Worker threads that are slow on purpose: what comes meanwhile meets a suspended transaction. */
const config = (callee: number): string => `
debug=2
log_stderror=yes
listen=udp:127.0.0.1:0
async_workers=2
async_workers_group="name=slow;workers=1;usleep=300000"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "htable.so"
loadmodule "sworker.so"
loadmodule "async.so"
loadmodule "rtimer.so"
modparam("rtimer", "threads", 1)
modparam("rtimer", "timer", "name=own;interval=50000u;mode=2")
modparam("rtimer", "exec", "timer=own;route=TICK")
loadmodule "cfg_rpc.so"
loadmodule "jsonrpcs.so"
version.one = 1 desc "a number that changes at run time"
modparam("htable", "htable", "n=>size=4;initval=0;")
modparam("sworker", "xdata", "$var(from)")

event_route[core:pre-routing] {
  $var(from) = "main";
  if ($rU =~ "^worker-" && sworker_task("default")) { drop; }
  if ($rU == "delegate" && sworker_task("default")) { drop; }
}
request_route {
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay_cancel(); exit; }
  if (is_method("ACK")) { if (!t_check_trans()) { loose_route(); t_relay(); } exit; }
  if ($rU == "delegate") {
    $var(n) = $shtinc(n=>all);
    sl_send_reply("200", "n=$var(n) from=$var(from) active=$null");
    exit;
  }
  if ($rU == "worker-rpc") {
    jsonrpc_exec('{"jsonrpc":"2.0","method":"tm.stats","id":1}');
    append_to_reply("X-Stats: $jsonrpl(body)\\r\\n");
    sl_send_reply("200", "stats");
    exit;
  }
  if ($rU == "worker-set") {
    jsonrpc_exec('{"jsonrpc":"2.0","method":"cfg.seti","params":["version","one",2],"id":1}');
    sl_send_reply("200", "set");
    exit;
  }
  if ($rU == "worker-get") { sl_send_reply("200", "$async(gname) $sel(cfg_get.version.one) reload=0"); exit; }
  if ($rU == "ticks") { sl_send_reply("200", "ticks $sht(n=>ticks-0) $sht(n=>ticks-1) $sht(n=>ticks-2)"); exit; }
  if ($rU == "total") { sl_send_reply("200", "total=$sht(n=>all)"); exit; }
  if (has_totag()) { loose_route(); t_relay(); exit; }
  if ($rU == "resume") { async_task_data("CONTINUE", "go"); sl_send_reply("200", "OK"); exit; }
  $avp(kept) = "kept-" + $ci;
  append_hf("X-Before: yes\\r\\n");
  record_route();
  t_on_reply("REPLY");
  t_on_failure("FAILED");
  $ru = "sip:callee@127.0.0.1:${callee}";
  if ($tU == "suspend") { t_suspend(); $shv(i) = $T(id_index); $shv(l) = $T(id_label); exit; }
  async_task_group_route("WORK", "slow");
}
route[WORK] { append_hf("X-Kept: $avp(kept)\\r\\n"); append_hf("X-Group: $async(gname)\\r\\n"); t_relay(); }
route[TICK] {
  if ($var(ticks) > 0 && $var(worker) != $rtimer_worker) xerr("two workers share a thread\\n");
  $var(worker) = $rtimer_worker;
  $var(ticks) = $var(ticks) + 1;
  $sht(n=>ticks-$rtimer_worker) = $var(ticks);
}
route[CONTINUE] { t_continue("$shv(i)", "$shv(l)", "WORK"); }
onreply_route[REPLY] { append_hf("X-Seen: $rs\\r\\n"); }
failure_route[FAILED] { if (t_check_status("486")) { t_reply("480", "Busy elsewhere"); } }
`;

/** A reply to a request, made of the headers that every reply repeats (RFC 3261 section 8.2.6.2). */
function replyTo(request: string, status: string, contact = ''): string {
  const lines = request.split('\r\n');
  const kept = lines.filter((line) => /^(Via|From|Call-ID|CSeq|Record-Route):/i.test(line));
  const to = lines.find((line) => /^To:/i.test(line))!;
  const tagged = to.includes('tag=') ? to : `${to};tag=callee`;
  return [`SIP/2.0 ${status}`, ...kept, tagged, ...(contact ? [contact] : []), 'Content-Length: 0', '', ''].join(
    '\r\n',
  );
}

const header = (message: string, name: string): string | undefined =>
  message
    .split('\r\n')
    .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    ?.slice(name.length + 1)
    .trim();

const first = (message: string): string => message.split('\r\n')[0]!;

describe('worker threads', () => {
  let child: ChildProcess;
  let dir: string;
  let port: number;
  let caller: Peer;
  let callee: Peer;
  let log = '';
  let calls = 0;

  beforeAll(async () => {
    caller = await Peer.open();
    callee = await Peer.open();
    dir = mkdtempSync(join(tmpdir(), 'kts-threads-'));
    writeFileSync(join(dir, 'kamailio.cfg'), config(callee.port));
    child = spawn(process.execPath, [KTS, 'run', 'kamailio.cfg'], { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
    port = await new Promise<number>((resolve, reject) => {
      child.stderr!.setEncoding('latin1').on('data', (text: string) => {
        log += text;
        const found = /listening on udp:127\.0\.0\.1:(\d+)/.exec(log);
        if (found) resolve(Number(found[1]));
      });
      child.once('exit', () => reject(new Error(log)));
    });
  });

  afterAll(async () => {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await caller.close();
    await callee.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A request of a new call. */
  function request(method: string, user: string): string {
    const id = `call-${++calls}`;
    return [
      `${method} sip:${user}@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${caller.port};branch=z9hG4bK-${id}`,
      'From: <sip:caller@127.0.0.1>;tag=caller',
      `To: <sip:${user}@127.0.0.1>`,
      `Call-ID: ${id}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:caller@127.0.0.1:${caller.port}>`,
      'Max-Forwards: 70',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  }

  /** Another request of the same transaction. */
  const same = (of: string, method: string): string =>
    of.replace(/^INVITE/, method).replace('CSeq: 1 INVITE', `CSeq: 1 ${method}`);

  const isStatus =
    (status: number, call: string) =>
    (text: string): boolean =>
      text.startsWith(`SIP/2.0 ${status}`) && header(text, 'Call-ID') === header(call, 'Call-ID');

  it('route what they are handed, once each, with state that all share', async () => {
    const sent = Array.from({ length: 40 }, () => request('OPTIONS', 'delegate'));
    for (const text of sent) caller.send(text, port);
    const numbers = new Set<string>();
    for (const text of sent) {
      const reply = await caller.until((r) => r.startsWith('SIP/2.0 200'), `a reply to ${first(text)}`);
      expect(first(reply)).toMatch(/^SIP\/2\.0 200 n=\d+ from=main active=<null>$/);
      numbers.add(first(reply));
    }
    expect(numbers.size).toBe(40);
    caller.send(request('OPTIONS', 'total'), port);
    expect(first(await caller.next())).toBe('SIP/2.0 200 total=40');
  });

  it('take over a call: its replies, its retransmissions, its ACK and its BYE find it', async () => {
    const invite = request('INVITE', 'callee');
    caller.send(invite, port);
    await caller.until(isStatus(100, invite));
    caller.send(invite, port);
    await caller.until(isStatus(100, invite), '100 to the retransmission');
    const relayed = await callee.until((text) => text.startsWith('INVITE'));
    expect(header(relayed, 'X-Before')).toBe('yes');
    expect(header(relayed, 'X-Kept')).toBe(`kept-${header(invite, 'Call-ID')}`);
    expect(header(relayed, 'X-Group')).toBe('slow');
    callee.send(replyTo(relayed, '180 Ringing'), port);
    await caller.until(isStatus(180, invite));
    // A retransmission while it rings is answered by the thread that has the transaction now.
    caller.send(invite, port);
    await caller.until(isStatus(180, invite), '180 to the retransmission');
    callee.send(replyTo(relayed, '200 OK', `Contact: <sip:callee@127.0.0.1:${callee.port}>`), port);
    const ok = await caller.until(isStatus(200, invite));
    expect(header(ok, 'X-Seen')).toBe('200');
    const route = header(ok, 'Record-Route')!;
    const inDialog = (method: string, cseq: number): string =>
      [
        `${method} sip:callee@127.0.0.1:${callee.port} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${caller.port};branch=z9hG4bK-${method}-${calls}`,
        `Route: ${route}`,
        'From: <sip:caller@127.0.0.1>;tag=caller',
        `To: ${header(ok, 'To')}`,
        `Call-ID: ${header(ok, 'Call-ID')}`,
        `CSeq: ${cseq} ${method}`,
        'Max-Forwards: 70',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n');
    caller.send(inDialog('ACK', 1), port);
    await callee.until((text) => text.startsWith('ACK'));
    caller.send(inDialog('BYE', 2), port);
    const bye = await callee.until((text) => text.startsWith('BYE'));
    callee.send(replyTo(bye, '200 OK'), port);
    await caller.until(isStatus(200, bye));
    expect(callee.received.filter((text) => text.startsWith('INVITE'))).toEqual([]);
  });

  it('a call that is canceled while it is suspended never leaves', async () => {
    const invite = request('INVITE', 'callee');
    caller.send(invite, port);
    await caller.until(isStatus(100, invite));
    caller.send(same(invite, 'CANCEL'), port);
    await caller.until(isStatus(487, invite));
    caller.send(same(invite, 'ACK'), port);
    // Long enough for the worker to have come by.
    const probe = request('OPTIONS', 'callee');
    caller.send(probe, port);
    const next = await callee.until(() => true);
    expect(header(next, 'Call-ID')).toBe(header(probe, 'Call-ID'));
    callee.send(replyTo(next, '200 OK'), port);
    await caller.until(isStatus(200, probe));
  });

  it('a CANCEL finds the call in the thread that relayed it', async () => {
    const invite = request('INVITE', 'callee');
    caller.send(invite, port);
    const relayed = await callee.until((text) => text.startsWith('INVITE'));
    callee.send(replyTo(relayed, '180 Ringing'), port);
    await caller.until(isStatus(180, invite));
    caller.send(same(invite, 'CANCEL'), port);
    const cancel = await callee.until((text) => text.startsWith('CANCEL'));
    callee.send(replyTo(cancel, '200 OK'), port);
    callee.send(replyTo(relayed, '487 Request Terminated'), port);
    await callee.until((text) => text.startsWith('ACK'));
    await caller.until(isStatus(487, invite));
    caller.send(same(invite, 'ACK'), port);
  });

  it('a failure route runs in the thread that relayed', async () => {
    const invite = request('INVITE', 'callee');
    caller.send(invite, port);
    const relayed = await callee.until((text) => text.startsWith('INVITE'));
    callee.send(replyTo(relayed, '486 Busy Here'), port);
    await caller.until(isStatus(480, invite));
    caller.send(same(invite, 'ACK'), port);
    await callee.until((text) => text.startsWith('ACK'));
  });

  it('a worker continues what thread 0 has suspended', async () => {
    const invite = request('INVITE', 'suspend');
    caller.send(invite, port);
    await caller.until(isStatus(100, invite));
    const resume = request('OPTIONS', 'resume');
    caller.send(resume, port);
    await caller.until(isStatus(200, resume));
    const relayed = await callee.until((text) => text.startsWith('INVITE'));
    expect(header(relayed, 'X-Group')).toBe('default');
    callee.send(replyTo(relayed, '200 OK', `Contact: <sip:callee@127.0.0.1:${callee.port}>`), port);
    await caller.until(isStatus(200, invite));
  });

  it('an RPC command of a worker speaks for all threads', async () => {
    caller.send(request('OPTIONS', 'worker-rpc'), port);
    const reply = await caller.until((text) => text.startsWith('SIP/2.0 200 stats'));
    const stats = /^X-Stats: (.*?)(?=^[A-Z][A-Za-z-]+: |\r\n\r\n)/ms.exec(reply)?.[1] ?? '';
    expect(JSON.parse(stats).result.total).toBeGreaterThan(4);
  });

  it('workers of a timer have threads of their own', async () => {
    let seen = '';
    while (!/^SIP\/2\.0 200 ticks ([2-9]|\d\d+) ([2-9]|\d\d+) 0$/.test(seen)) {
      caller.send(request('OPTIONS', 'ticks'), port);
      seen = first(await caller.until((text) => text.startsWith('SIP/2.0 200 ticks')));
    }
  });

  it('a variable that is set at run time, and routes that are read again, are so in all threads', async () => {
    const seen = async (): Promise<Set<string>> => {
      const lines = new Set<string>();
      for (let i = 0; i < 8; i++) caller.send(request('OPTIONS', 'worker-get'), port);
      for (let i = 0; i < 8; i++)
        lines.add(first(await caller.until((text) => text.startsWith('SIP/2.0 200 default'))));
      return lines;
    };
    expect(await seen()).toEqual(new Set(['SIP/2.0 200 default 1 reload=0']));
    caller.send(request('OPTIONS', 'worker-set'), port);
    await caller.until((text) => text.startsWith('SIP/2.0 200 set'));
    expect(await seen()).toEqual(new Set(['SIP/2.0 200 default 2 reload=0']));
    writeFileSync(join(dir, 'kamailio.cfg'), config(callee.port).replace('reload=0', 'reload=1'));
    const reloaded = new Promise<void>((done) => {
      child.stderr!.on('data', (text: string) => {
        if (text.includes('reloaded')) done();
      });
    });
    child.kill('SIGHUP');
    await reloaded;
    expect(await seen()).toEqual(new Set(['SIP/2.0 200 default 2 reload=1']));
  });

  it('nothing went wrong on the way', () => {
    expect(log.split('\n').filter((line) => /ERROR|CRITICAL/.test(line))).toEqual([]);
  });
});
