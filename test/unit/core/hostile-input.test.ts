/** Whatever comes in over the wire, nothing is thrown out of the message loop and the next good request is answered. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../../src/clock/clock.js';
import { Peer, request, sipServer } from '../sip-server.js';

/** Everything that a proxy and registrar does with a message, without asking the DNS. */
const SCRIPT = (port: number) => `
loadmodule "kex.so"
loadmodule "tmx.so"
loadmodule "rr.so"
loadmodule "maxfwd.so"
loadmodule "sanity.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "acc.so"
modparam("acc", "log_flag", 1)
modparam("registrar", "use_path", 1)
modparam("registrar", "method_filtering", 1)
modparam("rr", "append_fromtag", 1)
request_route {
  if ($rm == "OPTIONS" && $hdr(X-Good) == "1") { sl_send_reply("200", "Still here"); exit; }
  xlog("L_DBG", "$ru $fu $tu $ci $cs $ct $rU $rd $fn $tn $fd $td $ua $rb $ml $hdr(Via) $(hdr(Route)[0]) $(ct{nameaddr.uri}) $(ru{uri.params}) $(rb{s.len}) $cT $pr $ai $pu $di $re $Tf\\n");
  sanity_check("17895", "7");
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  setflag(1);
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (!is_method("ACK")) t_check_trans();
  if (has_totag()) { loose_route(); }
  else { remove_hf("Route"); if (is_method("INVITE|SUBSCRIBE")) record_route(); }
  if (is_method("REGISTER")) { if (!save("location")) sl_reply_error(); exit; }
  append_hf("X-Seen: 1\\r\\n");
  subst("/Subject: (.*)/Subject: <\\1>/");
  if (is_method("SUBSCRIBE")) { lookup("location"); $ru = "sip:x@127.0.0.1"; }
  if (is_method("PUBLISH")) { t_newtran(); t_reply("489", "No"); exit; }
  $du = "sip:127.0.0.1:${port}";
  if (!t_relay()) sl_reply_error();
}
onreply_route { xlog("L_DBG", "$rs $rr $(hdr(Via)[1])\\n"); if (!t_check_trans()) drop; }
`;

const CRLF = '\r\n';
const bit = fc.constantFrom(
  ...[
    '',
    ' ',
    '\t',
    '\0',
    '\r\n',
    '\n',
    '\r\n ',
    '"',
    '\\',
    '<',
    '>',
    ';',
    ',',
    ':',
    '=',
    '@',
    '?',
    '/',
    '[',
    ']',
    '%',
    '*',
  ],
  ...[
    'sip:',
    'sips:',
    'tel:+1',
    'SIP/2.0',
    'SIP/2.0/UDP 1.2.3.4',
    ';tag=',
    ';rport',
    ';branch=z9hG4bK',
    ';lr',
    '\xff\xfe',
  ],
  ...['-1', '0', '4294967296', '99999999999999999999', '1e9', '0x10', '%00', '%zz', '[::1]', '[::', '127.0.0.1:99999'],
);
const junk = fc.array(bit, { maxLength: 12 }).map((bits) => bits.join(''));
const bytes = fc.uint8Array({ maxLength: 400 }).map((a) => Buffer.from(a).toString('latin1'));
const method = fc.constantFrom(
  ...[
    'INVITE',
    'REGISTER',
    'CANCEL',
    'ACK',
    'BYE',
    'OPTIONS',
    'SUBSCRIBE',
    'PUBLISH',
    'MESSAGE',
    'invite',
    'X'.repeat(300),
  ],
);
const count = fc.constantFrom(0, 1, 2, 30, 300);
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: junk },
  { weight: 1, arbitrary: fc.constant('a'.repeat(3000)) },
);

/** A message put together from parts any of which may be wrong. */
const composed = fc
  .record({
    method,
    reply: fc.integer({ min: 0, max: 5 }),
    uri: fc.oneof(fc.constant('sip:bob@127.0.0.1'), junk),
    via: fc.oneof(fc.constant('SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx;rport'), junk),
    vias: count,
    routes: count,
    contacts: count,
    from: fc.oneof(fc.constant('<sip:a@127.0.0.1>;tag=1'), junk),
    to: fc.oneof(fc.constantFrom('<sip:b@127.0.0.1>', '<sip:b@127.0.0.1>;tag=2'), junk),
    contact: fc.oneof(fc.constantFrom('<sip:c@127.0.0.1:9>;expires=60;q=0.5', '*'), junk),
    expires: fc.constantFrom('60', '0', '-1', '99999999999999', 'x', ''),
    hops: fc.constantFrom('70', '0', '-1', '256', 'x', ''),
    cseq: fc.constantFrom('1', '0', '-1', '4294967296', 'x', '1 1', ''),
    length: fc.constantFrom('', '0', '5', '-1', '99999999', 'x', '0x5'),
    extra: word,
    body: word,
  })
  .map((m) => {
    const first = m.reply === 0 ? `SIP/2.0 ${m.cseq}00 ${m.extra}` : `${m.method} ${m.uri} SIP/2.0`;
    const repeated = (name: string, value: string, n: number): string => `${name}: ${value}${CRLF}`.repeat(n);
    return (
      `${first}${CRLF}Via: ${m.via}${CRLF}${repeated('Via', 'SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKy', m.vias)}` +
      `From: ${m.from}${CRLF}To: ${m.to}${CRLF}Call-ID: ${m.extra}x${CRLF}CSeq: ${m.cseq} ${m.method}${CRLF}` +
      `${repeated('Route', '<sip:127.0.0.1;lr>', m.routes)}${repeated('Contact', m.contact, m.contacts)}` +
      `${repeated('Record-Route', '<sip:127.0.0.2;lr>', m.routes)}Path: ${m.contact}${CRLF}Subject: ${m.extra}${CRLF}` +
      `Expires: ${m.expires}${CRLF}Max-Forwards: ${m.hops}${CRLF}` +
      `${m.length === '' ? '' : `Content-Length: ${m.length}${CRLF}`}${CRLF}${m.body}`
    );
  });

/** A good message with a piece of it replaced, or its end missing. */
const mutated = fc
  .tuple(composed, fc.nat({ max: 700 }), fc.nat({ max: 60 }), fc.oneof(junk, bytes, fc.constant(null)))
  .map(([text, at, length, piece]) =>
    piece === null ? text.slice(0, at) : text.slice(0, at) + piece + text.slice(at + length),
  );

const packet = fc.oneof({ weight: 4, arbitrary: composed }, { weight: 4, arbitrary: mutated }, bytes, junk);
const packets = fc.array(packet, { minLength: 10, maxLength: 30 });

describe('hostile input', () => {
  let peer: Peer;
  let sink: Peer;
  let server: Awaited<ReturnType<typeof sipServer>>;
  let serial = 0;

  beforeAll(async () => {
    peer = await Peer.open();
    sink = await Peer.open();
    server = await sipServer(SCRIPT(sink.port), { tcp: true });
    expect(server.exit, server.log.join('\n')).toBe(null);
  });
  afterAll(async () => {
    await server.close();
    await peer.close();
    await sink.close();
  });

  /** Nothing was lost, and the server goes on. */
  async function goesOn(): Promise<void> {
    const good = request('OPTIONS', peer, 'sip:127.0.0.1', 'X-Good: 1\r\n', ++serial);
    peer.send(good, server.port);
    await peer.until(
      (text) => text.includes(`CSeq: ${serial} OPTIONS`) && text.startsWith('SIP/2.0 200 Still'),
      'a reply',
    );
    sink.received.length = 0;
    // Timers of what was taken for transactions run as well.
    (server.clock as VirtualClock).advance(40_000);
    const lost = server.log.filter((line) => /CRITICAL|was lost|TypeError|RangeError/.test(line));
    server.log.length = 0;
    expect(lost).toEqual([]);
  }

  it('over UDP', async () => {
    await fc.assert(
      fc.asyncProperty(packets, async (hostile) => {
        for (const text of hostile) peer.send(text, server.port);
        await goesOn();
      }),
      { numRuns: 80 },
    );
  });

  it('over TCP, however the stream is cut', async () => {
    const cuts = fc.array(fc.nat({ max: 3000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(packets, cuts, async (hostile, at) => {
        const stream = hostile.join('');
        const socket: Socket = connect({ host: '127.0.0.1', port: server.port });
        socket.on('error', () => {}).resume();
        await once(socket, 'connect');
        let from = 0;
        for (const cut of [...at.sort((a, b) => a - b), stream.length]) {
          socket.write(Buffer.from(stream.slice(from, cut), 'latin1'));
          from = Math.max(from, cut);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await goesOn();
        socket.destroy();
      }),
      { numRuns: 40 },
    );
  });
});
