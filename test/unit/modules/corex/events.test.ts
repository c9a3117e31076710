import { afterEach, beforeEach, expect, it } from 'vitest';
import { Peer, replyTo, request, type SipServerOptions, sipServer } from '../../sip-server.js';

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

async function start(config: string, options?: SipServerOptions): Promise<number> {
  server = await sipServer(config, options);
  expect(server.exit, server.log.join('\n')).toBe(null);
  return server.port;
}

it('runs event_route[corex:reply-out] for own and relayed replies', async () => {
  const port = await start(`
request_route {
  $avp(a) = $rm;
  if ($rm == "OPTIONS") { sl_send_reply("200", "Stateless"); exit; }
  if ($rm == "INFO") { t_newtran(); t_reply("404", "Stateful"); exit; }
  $du = "sip:127.0.0.1:${callee.port}"; t_relay();
}
event_route[corex:reply-out] {
  xlog("out $rs $rr $rm avp=$avp(a) to=$sndto(ip):$sndto(port)\\n");
  append_hf("X-Out: 1\\r\\n");
  drop;
}`);
  caller.send(request('OPTIONS', caller), port);
  expect(await caller.next()).toMatch(/^SIP\/2.0 200 Stateless/);
  caller.send(request('INFO', caller, undefined, '', 2), port);
  expect(await caller.next()).toMatch(/^SIP\/2.0 404 Stateful/);
  caller.send(request('MESSAGE', caller, undefined, '', 3), port);
  callee.send(replyTo(await callee.next(), 202, 'Accepted'), port);
  const relayed = await caller.next();
  expect(relayed).toMatch(/^SIP\/2.0 202 Accepted/);
  expect(relayed).toContain('X-Out: 1\r\n');
  const to = `to=127.0.0.1:${caller.port}`;
  expect(server!.script()).toEqual([
    `out 200 Stateless OPTIONS avp=OPTIONS ${to}`,
    `out 404 Stateful INFO avp=INFO ${to}`,
    `out 202 Accepted MESSAGE avp=MESSAGE ${to}`,
  ]);
});

const EVERYTHING = `
modparam("corex", "nio_intercept", 1)
modparam("corex", "nio_msg_avp", "$avp(m)")
request_route { xlog("main $rm [$avp(m)]\\n"); sl_send_reply("200", "OK"); }
`;

it('takes the text of the AVP in place of a packet, and the AVP away', async () => {
  const port = await start(`${EVERYTHING}
event_route[network:msg] {
  if (is_incoming()) { $avp(m) = $(mb{re.subst,/^BLAH/OPTIONS/}); xlog("from $si:$sp\\n"); }
  else { $avp(m) = $mb + "tail"; }
}`);
  caller.send(request('OPTIONS', caller).replace('OPTIONS', 'BLAH'), port);
  expect(await caller.next()).toMatch(/^SIP\/2.0 200 OK.*\r\n\r\ntail$/s);
  expect(server!.script()).toEqual([`from 127.0.0.1:${caller.port}`, 'main OPTIONS [<null>]']);
});

it('lets packets wait on their way in, but not on their way out', async () => {
  const port = await start(
    `loadmodule "cfgutils.so"\n${EVERYTHING}
event_route[network:msg] { usleep("1"); $avp(m) = $(mb{re.subst,/OK/No/}); }`,
    { clock: undefined },
  );
  caller.send(request('OPTIONS', caller), port);
  const later = setInterval(() => (server!.clock as { advance?(ms: number): void }).advance?.(10), 5);
  expect(await caller.next()).toMatch(/^SIP\/2.0 200 OK/);
  clearInterval(later);
  expect(server!.log.join('\n')).toContain('a packet that leaves cannot');
});

it('puts fields of xavps into Vias', async () => {
  const port = await start(`
xavp_via_fields="own"
xavp_via_reply_params="back"
request_route {
  $xavp(own=>address) = "192.0.2.7"; $xavp(own[0]=>port) = "5999"; $xavp(own[0]=>proto) = "tcp";
  $xavp(back=>srv) = "7";
  via_use_xavp_fields("1"); via_reply_add_xavp_params("1");
  if ($rm == "OPTIONS") { sl_send_reply("200", "OK"); exit; }
  $du = "sip:127.0.0.1:${callee.port}"; t_on_reply("R"); t_relay();
}
onreply_route[R] { via_reply_add_xavp_params("1"); }`);
  caller.send(request('OPTIONS', caller), port);
  expect(await caller.next()).toContain(';branch=z9hG4bKOPTIONS1;srv=7\r\n');
  caller.send(request('MESSAGE', caller), port);
  const forwarded = await callee.next();
  expect(forwarded).toMatch(/\r\nVia: SIP\/2.0\/TCP 192.0.2.7:5999;branch=/);
  callee.send(replyTo(forwarded, 200, 'OK'), port);
  expect(await caller.next()).toContain(';branch=z9hG4bKMESSAGE1;srv=7\r\n');
});
