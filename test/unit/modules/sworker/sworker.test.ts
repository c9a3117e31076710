import { afterEach, describe, expect, test } from 'vitest';
import { Peer, request, sipServer } from '../../sip-server.js';

let server: Awaited<ReturnType<typeof sipServer>>;
let peer: Peer;

/** A server that routes as the config says, groups served inside it. */
async function start(config: string): Promise<void> {
  peer = await Peer.open();
  server = await sipServer(`loadmodule "sworker.so"\nloadmodule "siputils.so"\n${config}`);
  expect(server.exit).toBeNull();
}

afterEach(async () => {
  await server.close();
  await peer.close();
});

async function statusLine(user: string): Promise<string> {
  peer.send(request('OPTIONS', peer, `sip:${user}@example.com`), server.port);
  return (await peer.next()).split('\r\n')[0]!;
}

const GROUPS = 'async_workers=1\nasync_workers_group="name=w;workers=1;queue=1"\n';

describe('sworker_task()', () => {
  test('hands the message over once, past pre-routing, and xdata crosses as text', async () => {
    await start(`${GROUPS}modparam("sworker", "xdata", "$var(x)")
      event_route[core:pre-routing] { $var(n) = $var(n) + 1; $var(x) = 42; $avp(a) = "lost"; setflag(3); if (sworker_task("w")) drop; }
      request_route {
        if (sworker_active()) $var(active) = "yes"; else $var(active) = "no";
        sl_send_reply("200", "active=$var(active) x=$var(x) a=$avp(a) flags=$mf n=$var(n)");
      }`);
    expect(await statusLine('a')).toBe('SIP/2.0 200 active=yes x=42 a=<null> flags=0 n=1');
    expect(await statusLine('a')).toBe('SIP/2.0 200 active=yes x=42 a=<null> flags=0 n=2');
  });

  test('what xdata is not set to is null in the worker, not what it was before', async () => {
    await start(`${GROUPS}modparam("sworker", "xdata", "$vn(x)")
      event_route[core:pre-routing] { if ($rU == "set") $vn(x) = "text"; else $vn(x) = $null; if (sworker_task("w")) drop; }
      request_route { sl_send_reply("200", "x=$vn(x)"); }`);
    expect(await statusLine('set')).toBe('SIP/2.0 200 x=text');
    expect(await statusLine('unset')).toBe('SIP/2.0 200 x=<null>');
  });

  test('refuses a group that is not there, logs it, and the message is routed here', async () => {
    await start(`${GROUPS}event_route[core:pre-routing] { $var(g) = "none"; $var(rc) = sworker_task("$var(g)"); if ($var(rc) > 0) drop; }
      request_route { if (sworker_active()) drop; sl_send_reply("200", "here rc=$var(rc)"); }`);
    expect(await statusLine('a')).toBe('SIP/2.0 200 here rc=-1');
    expect(
      server.log.some((line) => line.includes('cannot hand a message to group [none]: there is no such group')),
    ).toBe(true);
  });

  test('a full queue refuses too, and takes messages again afterwards', async () => {
    await start(`${GROUPS}loadmodule "cfgutils.so"
      event_route[core:pre-routing] { if (sworker_task("w")) drop; }
      request_route { if (sworker_active()) { if ($rU == "slow") sleep("1"); sl_send_reply("200", "worker"); } else sl_send_reply("200", "here"); }`);
    peer.send(request('OPTIONS', peer, 'sip:slow@example.com'), server.port);
    while (!server.log.some((line) => line.includes('queue is full'))) {
      expect(await statusLine('quick')).toMatch(/here|worker/);
    }
    server.clock.advance(1000);
    await peer.until((text) => text.startsWith('SIP/2.0 200 worker'), 'the slow reply');
    expect(await statusLine('quick')).toBe('SIP/2.0 200 worker');
  });

  test('is for pre-routing alone, also in a worker', async () => {
    await start(`${GROUPS}event_route[core:pre-routing] { if (sworker_task("w")) drop; }
      request_route { $var(g) = "w"; $var(rc) = sworker_task("$var(g)"); sl_send_reply("200", "rc=$var(rc)"); }`);
    expect(await statusLine('a')).toBe('SIP/2.0 200 rc=-1');
  });

  test('xdata that cannot be written keeps the server from starting', async () => {
    peer = await Peer.open();
    server = await sipServer('loadmodule "sworker.so"\nmodparam("sworker", "xdata", "$rm")\nrequest_route { drop; }');
    expect(server.exit).not.toBeNull();
    expect(server.log.join('\n')).toContain('xdata must name a variable that can be written, not $rm');
  });
});
