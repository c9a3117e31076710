import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Peer, replyTo, request, sipServer } from '../sip-server.js';

const script = (callee: number): string => `
loadmodule "async.so"
event_route[core:pre-routing] { $var(early) = $async(gname); }
request_route {
  if ($rm == "OPTIONS") { sl_send_reply("200", "early $var(early) routed by $async(gname)"); exit; }
  if ($rm == "ACK") { t_check_trans(); exit; }
  $du = "sip:127.0.0.1:${callee}";
  append_hf("X-Group: $async(gname)\\r\\n");
  t_on_reply("SEEN");
  t_relay();
}
onreply_route[SEEN] { append_hf("X-Seen: $async(gname)\\r\\n"); }`;

const GROUP = 'async_workers_group="name=udp;workers=2"\n';

describe('udp_receiver_mode', () => {
  let caller: Peer;
  let callee: Peer;
  let server: Awaited<ReturnType<typeof sipServer>> | null = null;

  beforeEach(async () => {
    caller = await Peer.open();
    callee = await Peer.open();
  });
  afterEach(async () => {
    await server?.close();
    server = null;
    await caller.close();
    await callee.close();
  });

  const started = async (config: string, options = {}): Promise<number> => {
    server = await sipServer(config + script(callee.port), options);
    return server.port;
  };

  it('0 leaves messages to thread 0', async () => {
    const port = await started(GROUP);
    caller.send(request('OPTIONS', caller), port);
    expect(await caller.next()).toMatch(/^SIP\/2.0 200 early 0 routed by <null>/);
  });

  it('1 has all of UDP routed by the workers of group udp: requests, replies, what comes again', async () => {
    const port = await started(`${GROUP}udp_receiver_mode=1\n`);
    caller.send(request('OPTIONS', caller), port);
    expect(await caller.next()).toMatch(/^SIP\/2.0 200 early udp routed by udp/);
    const invite = request('INVITE', caller, undefined, '', 2);
    caller.send(invite, port);
    const relayed = await callee.next();
    expect(relayed).toContain('\r\nX-Group: udp\r\n');
    callee.send(replyTo(relayed, 486, 'Busy Here'), port);
    const busy = await caller.until((text) => text.startsWith('SIP/2.0 486'));
    expect(busy).toContain('\r\nX-Seen: udp\r\n');
    await callee.until((text) => text.startsWith('ACK'));
    caller.send(invite, port);
    await caller.until((text) => text.startsWith('SIP/2.0 486'), 'the reply once more');
    expect(callee.received).toEqual([]);
  });

  it('1 is about UDP alone', async () => {
    const port = await started(`${GROUP}udp_receiver_mode=1\n`, { tcp: true });
    const { connect } = await import('node:net');
    const socket = connect(port, '127.0.0.1');
    const reply = new Promise<string>((done) => socket.once('data', (data) => done(data.toString('latin1'))));
    socket.write(request('OPTIONS', caller).replace('/UDP', '/TCP'));
    expect(await reply).toMatch(/^SIP\/2.0 200 early 0 routed by <null>/);
    socket.destroy();
  });

  it('2 asks each socket for its group', async () => {
    const other = await Peer.open();
    const free = other.port;
    await other.close();
    const groups = 'async_workers_group="name=calls;workers=2"\nudp_receiver_mode=2\n';
    const port = await started(`${groups}socket = { bind = udp:127.0.0.2:${free}; agname = "calls" }\n`);
    caller.send(request('OPTIONS', caller), port);
    expect(await caller.next()).toMatch(/ routed by <null>/);
    caller.send(request('OPTIONS', caller, undefined, '', 2), free, '127.0.0.2');
    expect(await caller.next()).toMatch(/^SIP\/2.0 200 early calls routed by calls/);
  });

  it.each([
    ['1', 'udp_receiver_mode=1\nasync_workers=2\n', 'udp_receiver_mode=1 has messages routed by the worker group udp'],
    ['2', 'udp_receiver_mode=2\nsocket = { bind = udp:127.0.0.2:5099; agname = "x" }\n', 'by the worker group x,'],
  ])('%s refuses to start without the group', async (_mode, config, reason) => {
    await started(config);
    expect(server?.exit).toBe(255);
    expect(server?.log.join('\n')).toContain(reason);
  });
});
