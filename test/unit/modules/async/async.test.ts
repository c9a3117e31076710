import { afterEach, describe, expect, test } from 'vitest';
import { Peer, replyTo, request, sipServer } from '../../sip-server.js';

let server: Awaited<ReturnType<typeof sipServer>>;
let peer: Peer;
let serial = 0;

async function start(config: string): Promise<void> {
  peer = await Peer.open();
  server = await sipServer(`loadmodule "tmx.so"\nloadmodule "async.so"\n${config}`);
  expect(server.exit).toBeNull();
}

afterEach(async () => {
  await server.close();
  await peer.close();
});

function send(method = 'OPTIONS', uri?: string): string {
  const text = request(method, peer, uri, '', ++serial);
  peer.send(text, server.port);
  return text;
}

const status = (text: string): string => text.split('\r\n')[0]!;

/** Waits until the script has said so much. */
async function said(lines: number): Promise<string[]> {
  while (server.script().length < lines) await new Promise((later) => setImmediate(later));
  return server.script();
}

describe('what is refused suspends nothing', () => {
  test('a group that is not there, or whose queue is full', async () => {
    await start(`async_workers=1
      async_workers_group="name=narrow;workers=1;queue=1;usleep=1000000"
      request_route {
        $var(g) = $rU;
        $var(rc) = async_task_group_route("WORK", "$var(g)");
        sl_send_reply("200", "rc=$var(rc)");
      }
      route[WORK] { t_reply("200", "worked"); }`);
    send('OPTIONS', 'sip:none@example.com');
    expect(status(await peer.next())).toBe('SIP/2.0 200 rc=-1');
    send('OPTIONS', 'sip:narrow@example.com');
    send('OPTIONS', 'sip:narrow@example.com');
    expect(status(await peer.next())).toBe('SIP/2.0 200 rc=-1');
    server.clock.advance(1000);
    expect(status(await peer.next())).toBe('SIP/2.0 200 worked');
    expect(
      server.log.filter((line) => line.includes('ERROR: async:')).map((line) => line.replace(/.*async: /, '')),
    ).toEqual([
      'cannot give a task to [none]: there is no such group of workers',
      'cannot give a task to [narrow]: its queue is full',
    ]);
  });

  test('more waits than max_tasks', async () => {
    await start(`modparam("async", "max_tasks", 1)
      request_route { async_route("LATER", "5"); sl_send_reply("200", "refused"); }
      route[LATER] { t_reply("200", "later"); }`);
    send();
    send();
    expect(status(await peer.next())).toBe('SIP/2.0 200 refused');
    server.clock.advance(5000);
    expect(status(await peer.next())).toBe('SIP/2.0 200 later');
  });

  test('a suspension without module tm', async () => {
    peer = await Peer.open();
    server = await sipServer(`async_workers=1\nloadmodule "async.so"\nmodparam("async", "mode", 1)
      request_route { $var(rc) = async_route("LATER", "5"); $var(d) = async_task_data("LATER", "data"); sl_send_reply("200", "$var(rc) $var(d)"); }
      route[LATER] { xlog("$async(data)\\n"); }`);
    expect(server.exit).toBeNull();
  });
});

describe('a retransmission of a suspended request', () => {
  test('is absorbed and suspends nothing again', async () => {
    await start(`request_route { xlog("run\\n"); async_route("LATER", "2"); xlog("not suspended\\n"); }
      route[LATER] { xlog("later\\n"); t_reply("200", "once"); }`);
    const invite = send('INVITE');
    expect(status(await peer.next())).toBe('SIP/2.0 100 trying -- your call is important to us');
    peer.send(invite, server.port);
    expect(status(await peer.next())).toBe('SIP/2.0 100 trying -- your call is important to us');
    server.clock.advance(2000);
    expect(status(await peer.next())).toBe('SIP/2.0 200 once');
    expect(server.script()).toEqual(['run', 'run', 'later']);
  });
});

describe('async_tkv_emit()', () => {
  test('has a worker run the event route with what it was given', async () => {
    await start(`async_workers=1
      async_tkv_gname="default"
      async_tkv_evcb="app:event"
      request_route { $var(rc) = async_tkv_emit("7", "key of $rm", "value"); xlog("rc=$var(rc)\\n"); }
      event_route[app:event] { xlog("$atkv(type)|$atkv(key)|$atkv(val)|$async(gname)\\n"); }`);
    send();
    expect(await said(2)).toEqual(['rc=1', '7|key of OPTIONS|value|default']);
  });

  test('fails without its core parameters, and for a value that is too long', async () => {
    await start(`async_workers=1
      request_route { $var(rc) = async_tkv_emit("7", "key", "value"); xlog("rc=$var(rc)\\n"); }`);
    send();
    expect(await said(1)).toEqual(['rc=-1']);
  });
});

describe('continuation=1', () => {
  test('goes on in loops, blocks and called routes, with the variables of the run', async () => {
    await start(`modparam("async", "continuation", 1)
      request_route {
        $var(i) = 0;
        while ($var(i) < 2) { if (is_method("OPTIONS")) { route(PAUSE); xlog("$rU $var(i) $var(who) rc=$rc\\n"); } $var(i) = $var(i) + 1; }
        t_reply("200", "$rU");
      }
      route[PAUSE] { $var(who) = $rU; async_sleep("1"); return 5; }`);
    send('OPTIONS', 'sip:one@example.com');
    send('OPTIONS', 'sip:two@example.com');
    for (let i = 0; i < 2; i++) {
      // Both runs must have come to their pause.
      while (server.log.length < i * 2) await new Promise((later) => setImmediate(later));
      for (let turn = 0; turn < 20; turn++) await new Promise((later) => setImmediate(later));
      server.clock.advance(1000);
      await said(2 * (i + 1));
    }
    expect([status(await peer.next()), status(await peer.next())]).toEqual(['SIP/2.0 200 one', 'SIP/2.0 200 two']);
    expect(server.script()).toEqual(['one 0 one rc=5', 'two 0 two rc=5', 'one 1 one rc=5', 'two 1 two rc=5']);
  });

  test('a relay behind a pause has the changes of both sides', async () => {
    const callee = await Peer.open();
    await start(`modparam("async", "continuation", 1)
      request_route { append_hf("X-Before: 1\\r\\n"); async_sleep("1"); append_hf("X-After: 2\\r\\n"); $du = "sip:127.0.0.1:${callee.port}"; t_relay(); }`);
    send('MESSAGE');
    for (let turn = 0; turn < 50; turn++) await new Promise((later) => setImmediate(later));
    server.clock.advance(1000);
    const relayed = await callee.next();
    expect(relayed).toContain('X-Before: 1\r\n');
    expect(relayed).toContain('X-After: 2\r\n');
    callee.send(replyTo(relayed, 202, 'Accepted'), server.port);
    expect(status(await peer.next())).toBe('SIP/2.0 202 Accepted');
    await callee.close();
  });
});
