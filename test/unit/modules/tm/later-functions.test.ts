/** Functions that 5.6 does not have, so that no recording shows them. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Peer, replyTo, request, sipServer } from '../../sip-server.js';

let caller: Peer;
let first: Peer;
let second: Peer;
let server: Awaited<ReturnType<typeof sipServer>>;

beforeEach(async () => {
  [caller, first, second] = [await Peer.open(), await Peer.open(), await Peer.open()];
});

afterEach(async () => {
  await server.close();
  for (const peer of [caller, first, second]) await peer.close();
});

async function start(config: string): Promise<number> {
  server = await sipServer(config);
  expect(server.exit, server.log.join('\n')).toBe(null);
  return server.port;
}

it('t_cell_append_branches: a request gives its destinations to another transaction', async () => {
  const port = await start(`
loadmodule "tmx.so"
request_route {
  if ($rm == "MESSAGE") {
    append_branch("sip:bob@127.0.0.1:${second.port}");
    $var(r) = t_cell_append_branches("$shv(index)", "$shv(label)"); xlog("appended $var(r)\\n");
    append_branch("sip:bob@127.0.0.1:${second.port}");
    $var(r) = t_cell_append_branches("$shv(index)", "1"); xlog("unknown $var(r)\\n");
    sl_send_reply("200", "OK");
    exit;
  }
  $du = "sip:127.0.0.1:${first.port}";
  t_relay();
  $shv(index) = $T(id_index); $shv(label) = $T(id_label);
}`);
  caller.send(request('INVITE', caller), port);
  const invite = await first.next('the INVITE');
  caller.send(request('MESSAGE', caller, undefined, '', 2), port);
  const appended = await second.next('the INVITE of the branch that was added');
  expect(appended).toMatch(new RegExp(`^INVITE sip:bob@127.0.0.1:${second.port} SIP/2.0`));
  expect(appended).toContain('Call-ID: call-1');
  expect(server.script()).toEqual(['appended 1', 'unknown -1']);
  second.send(replyTo(appended, 200, 'OK'), port);
  expect(await caller.until((text) => text.startsWith('SIP/2.0 200') && text.includes('INVITE'))).toContain('tag=peer');
  first.send(replyTo(invite, 180, 'Ringing'), port);
  expect(await first.until((text) => text.startsWith('CANCEL'), 'the CANCEL of the other branch')).toContain('call-1');
});

it('msg_vbflag_*: flags that a Via parameter brings', async () => {
  const port = await start(`
request_route {
  $var(p) = msg_vbflag_parse("vf"); $var(n) = msg_vbflag_parse("none");
  $var(a) = msg_vbflag_is_set("1"); $var(b) = msg_vbflag_is_set("3");
  msg_vbflag_set("3"); msg_vbflag_reset("1");
  $var(c) = msg_vbflag_is_set("1"); $var(d) = msg_vbflag_is_set("3"); $var(e) = msg_vbflag_set("32");
  xlog("$var(p) $var(n) | $var(a) $var(b) | $var(c) $var(d) | $var(e)\\n");
  sl_send_reply("200", "OK");
}`);
  caller.send(request('OPTIONS', caller).replace(';branch', ';vf=2;branch'), port);
  await caller.next();
  expect(server.script()).toEqual(['1 -1 | 1 -1 | -1 1 | -1']);
});
