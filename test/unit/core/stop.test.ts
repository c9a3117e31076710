import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Peer, replyTo, request, sipServer } from '../sip-server.js';

const SCRIPT = (port: number) => `
request_route {
  if ($rm == "OPTIONS") { sl_send_reply("200", "OK"); exit; }
  $du = "sip:127.0.0.1:${port}"; t_relay();
}`;

describe('a stop', () => {
  let caller: Peer;
  let callee: Peer;
  let server: Awaited<ReturnType<typeof sipServer>>;

  beforeEach(async () => {
    caller = await Peer.open();
    callee = await Peer.open();
    server = await sipServer(SCRIPT(callee.port));
    expect(server.exit, server.log.join('\n')).toBe(null);
  });
  afterEach(async () => {
    await server.close();
    await caller.close();
    await callee.close();
  });

  it('lets a call that rings come to its end, and routes nothing new', async () => {
    caller.send(request('INVITE', caller), server.port);
    const invite = await callee.until((text) => text.startsWith('INVITE'));
    const began = performance.now();
    const closing = server.close(5000);
    caller.send(request('OPTIONS', caller, undefined, '', 2), server.port);
    caller.send(request('CANCEL', caller), server.port);
    expect(await caller.until((text) => text.includes('CANCEL'))).toMatch(/^SIP\/2.0 200 canceling/);
    callee.send(replyTo(invite, 180, 'Ringing'), server.port);
    await callee.until((text) => text.startsWith('CANCEL'), 'the CANCEL');
    callee.send(replyTo(invite, 487, 'Terminated'), server.port);
    expect(await caller.until((text) => text.includes(' 487 '))).toContain('INVITE');
    await callee.until((text) => text.startsWith('ACK'), 'the ACK');
    await closing;
    expect(performance.now() - began).toBeLessThan(4000);
    expect(caller.received.filter((text) => text.includes('OPTIONS'))).toEqual([]);
  });

  it('does not wait longer than it may', async () => {
    caller.send(request('INVITE', caller), server.port);
    await callee.until((text) => text.startsWith('INVITE'));
    const began = performance.now();
    await server.close(100);
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(90);
    expect(took).toBeLessThan(3000);
  });

  it('does not wait when nothing is in progress', async () => {
    caller.send(request('MESSAGE', caller), server.port);
    callee.send(replyTo(await callee.next(), 200, 'OK'), server.port);
    await caller.next();
    const began = performance.now();
    await server.close(60_000);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
