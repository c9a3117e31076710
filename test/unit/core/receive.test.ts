import { describe, expect, test, vi } from 'vitest';
import { Bench, request, script } from './script-bench.js';

const reply = (code: number, vias: string) =>
  `SIP/2.0 ${code} Words\r\n${vias}From: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;
const OURS = 'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKours\r\n';
const THEIRS = 'Via: SIP/2.0/UDP 192.0.2.9:5071;branch=z9hG4bKtheirs\r\n';
const REPLY = reply(200, OURS + THEIRS);

describe('messages that cannot be parsed', () => {
  const PARSE_ERROR = 'event_route[core:receive-parse-error] { say("error from $si:$sp, $ml bytes: $mb"); }';
  const NO_VIA = request({ Via: '' });
  const BAD_VIA = request({ Via: 'SIP/2.0' });
  const BAD_FIRST = request({ Via: 'SIP/2.0/UDP 192.0.2.1' }).replace('Via:', 'Via SIP\r\nVia:');

  test.each([
    ['no first line', 'this is no SIP message at all, but long\r\n\r\n'],
    ['a Via that cannot be read', BAD_VIA],
    ['something unreadable in front of the Via', BAD_FIRST],
  ])('%s: counted, logged, and the parse error route sees its bytes', async (_what, raw) => {
    const b = new Bench(script('say("never");', PARSE_ERROR));
    expect(await b.run(raw)).toEqual([`error from 192.0.2.1:5070, ${raw.length} bytes: ${raw}`]);
    expect(b.counter('bad_msg_hdr')).toBe(1);
    expect(b.log[0]).toContain('core parsing of SIP message failed (192.0.2.1:5070/1)');
  });

  test.each([
    ['request', NO_VIA],
    ['reply', reply(200, '')],
  ])('a %s without any Via is dropped without that route', async (kind, raw) => {
    const b = new Bench(script('say("never");', `${PARSE_ERROR}\nreply_route { say("never"); }`));
    expect(await b.run(raw)).toEqual([]);
    expect(b.log).toEqual([`ERROR: no via found in ${kind}`]);
    expect(b.counter('bad_msg_hdr')).toBe(1);
  });

  test('another protocol or version is not routed', async () => {
    const b = new Bench(script('say("never");'));
    expect(await b.run(request({}, 'GET / HTTP/1.1'))).toEqual([]);
    expect(await b.run(request({}, 'OPTIONS sip:a@b SIP/3.0'))).toEqual([]);
  });

  test('the parse error route may wait, and may fail', async () => {
    const b = new Bench(
      script('say("ok");', 'event_route[core:receive-parse-error] { soon(1); say("waited"); boom(); }'),
    );
    await b.run('garbage garbage garbage\r\n\r\n');
    expect(await b.run()).toEqual(['waited', 'ok']);
    expect(b.log.at(-1)).toContain('a message was lost: Error: boom');
  });

  test('what is logged of a message is bounded and has no line ends', async () => {
    const b = new Bench(script('exit;'));
    await b.run(`${'x'.repeat(5000)}\r\n\x00\x1b`);
    expect(b.log[0]!.length).toBeLessThan(1300);
    expect(b.log[0]).not.toMatch(/[\r\n\x00\x1b]/);
  });
});

describe('a request', () => {
  test('a config without request_route logs it and goes on', async () => {
    const b = new Bench('loadmodule "fake.so"\nroute[A] { exit; }');
    await b.run();
    expect(b.log).toEqual(['ERROR: no config routing engine registered']);
    expect(b.counter('err_requests')).toBe(1);
  });

  test.each([
    ['at once', 'boom();'],
    ['after waiting', 'soon(1); boom();'],
  ])('a function that throws %s: that message is lost, the next is not', async (_when, body) => {
    const b = new Bench(script(`say("routed"); ${body} say("not reached");`));
    const ended = vi.fn();
    b.thread.hooks.postRequest.push(ended);
    await b.run();
    await b.run();
    expect(b.counter('err_requests')).toBe(2);
    expect(b.said).toEqual(['routed', 'routed']);
    expect(b.log.filter((line) => line.startsWith('CRITICAL: a message was lost'))).toHaveLength(2);
    expect(ended).toHaveBeenCalledTimes(2);
  });

  test('a negative result is a warning', async () => {
    const b = new Bench(script('code(-1);'));
    await b.run();
    expect(b.log).toEqual(['WARNING: error while trying script']);
  });

  test('hooks: one before the route may drop it, all after it run', async () => {
    const b = new Bench(script('say("routed");'));
    const order: string[] = [];
    let pass = true;
    b.thread.hooks.preRequest.push(() => order.push('pre') > 0 && pass);
    b.thread.hooks.postRequest.push(() => order.push('post 1'));
    b.thread.hooks.postRequest.push(() => order.push('post 2'));
    await b.run();
    pass = false;
    await b.run();
    expect(order).toEqual(['pre', 'post 1', 'post 2', 'pre']);
    expect(b.said).toEqual(['routed']);
    expect([b.counter('rcv_requests'), b.counter('drop_requests')]).toEqual([2, 1]);
  });

  test.each([
    ['goes on', 'say("early");', ['early', 'routed']],
    ['exit goes on', 'say("early"); exit;', ['early', 'routed']],
    ['drop ends', 'say("early"); drop;', ['early']],
    ['waits, then goes on', 'soon(1); say("early");', ['early', 'routed']],
    ['waits, then drops', 'soon(1); say("early"); drop;', ['early']],
  ])('core:pre-routing: %s', async (_what, body, expected) => {
    const b = new Bench(script('say("routed");', `event_route[core:pre-routing] { ${body} }`));
    expect(await b.run()).toEqual(expected);
  });
});

describe('a reply', () => {
  test.each([
    ['no route at all', null, true],
    ['a positive end', 'say("x");', true],
    ['exit', 'exit;', true],
    ['exit(5)', 'exit(5);', true],
    ['return 0', 'return 0;', false],
    ['exit(0)', 'exit(0);', false],
    ['break', 'break;', false],
    ['drop', 'drop;', false],
    ['drop(1)', 'drop(1);', false],
    ['a failing last statement', 'code(-1);', false],
    ['waiting', 'soon(1);', true],
    ['waiting and dropping', 'soon(1); drop;', false],
    ['a function that throws', 'boom();', false],
  ])('%s', async (_what, body, forwarded) => {
    const b = new Bench(script('exit;', body === null ? '' : `reply_route { ${body} }`));
    await b.run(REPLY);
    expect(b.sent.length).toBe(forwarded ? 1 : 0);
    expect(b.counter('fwd_replies')).toBe(forwarded ? 1 : 0);
    expect(b.log.includes('WARNING: error while trying onreply script')).toBe(body === 'code(-1);');
    if (_what === 'a function that throws') expect(b.counter('err_replies')).toBe(1);
  });

  test('a module may consume it; its answer may take a while', async () => {
    const b = new Bench(script('exit;'));
    const answers: (boolean | Promise<boolean>)[] = [true, Promise.resolve(true), Promise.resolve(false), false];
    let ended = 0;
    b.thread.hooks.onReply.push(() => answers.shift()!);
    b.thread.hooks.postReply.push(() => ended++);
    for (let i = 1; i <= 4; i++) {
      await b.run(REPLY);
      expect([b.sent.length, ended]).toEqual([Math.max(0, i - 2), i]);
    }
  });

  test('hooks before the route may drop it', async () => {
    const b = new Bench(script('exit;', 'reply_route { say("never"); }'));
    b.thread.hooks.preReply.push(() => false);
    expect(await b.run(REPLY)).toEqual([]);
    expect(b.counter('drop_replies')).toBe(1);
  });
});

describe('forwarding a reply: by its second Via', () => {
  const to = async (via: string, sockets = [{ proto: 'udp', address: '127.0.0.1', port: 5060 } as const]) => {
    const b = new Bench(script('exit;'), { sockets });
    await b.run(reply(200, OURS + via));
    return b.sent.map(({ to: d }) => `${d.proto}:${d.address}:${d.port}`);
  };

  test.each([
    ['sent-by', 'Via: SIP/2.0/UDP 192.0.2.9:5071\r\n', 'udp:192.0.2.9:5071'],
    ['sent-by without port', 'Via: SIP/2.0/UDP 192.0.2.9\r\n', 'udp:192.0.2.9:5060'],
    ['received', 'Via: SIP/2.0/UDP 10.0.0.1:5071;received=192.0.2.9\r\n', 'udp:192.0.2.9:5071'],
    ['received and rport', 'Via: SIP/2.0/UDP 10.0.0.1;rport=4444;received=192.0.2.9\r\n', 'udp:192.0.2.9:4444'],
    ['an empty rport', 'Via: SIP/2.0/UDP 192.0.2.9:5071;rport\r\n', 'udp:192.0.2.9:5071'],
    ['an rport that is no port', 'Via: SIP/2.0/UDP 192.0.2.9:5071;rport=99999\r\n', 'udp:192.0.2.9:5071'],
    ['an rport that is no number', 'Via: SIP/2.0/UDP 192.0.2.9:5071;rport=abc\r\n', 'udp:192.0.2.9:5071'],
    ['two Vias in one header', 'Via: SIP/2.0/UDP 192.0.2.9:5071, SIP/2.0/UDP 192.0.2.8\r\n', 'udp:192.0.2.9:5071'],
  ])('%s', async (_what, via, expected) => {
    expect(await to(via)).toEqual([expected]);
  });

  test('IPv6, in brackets and in received', async () => {
    const sockets = [{ proto: 'udp', address: '::1', port: 5060 } as const];
    expect(await to('Via: SIP/2.0/UDP [2001:db8::9]:5071\r\n', sockets)).toEqual(['udp:2001:db8::9:5071']);
    expect(await to('Via: SIP/2.0/UDP host.invalid;received=2001:db8::8;rport=7\r\n', sockets)).toEqual([
      'udp:2001:db8::8:7',
    ]);
  });

  test('none: dropped; a transport that is not here: dropped', async () => {
    expect(await to('')).toEqual([]);
    expect(await to('Via: SIP/2.0/SCTP 192.0.2.9\r\n')).toEqual([]);
  });

  test('our own Via is gone, the rest is as it was', async () => {
    const b = new Bench(script('exit;'));
    await b.run(REPLY);
    expect(b.sent[0]!.text).toBe(REPLY.replace(OURS, ''));
  });
});

describe('forwarding a request without state', () => {
  const FORWARD = '$du = "sip:192.0.2.50:5090"; forward(); say("$rc");';
  const forwarded = async (raw: string, body = FORWARD, post = '', pre = '') => {
    const b = new Bench(script(body, post, pre));
    await b.run(raw);
    return b;
  };
  const branch = (text: string) => /branch=([^;\r]+)/.exec(text)![1]!;

  test('a Via of ours on top, received where it differs, to the destination URI', async () => {
    const b = await forwarded(request({ Via: 'SIP/2.0/UDP 10.0.0.1:5071;rport;branch=z9hG4bKx' }));
    expect(b.said).toEqual(['0']);
    expect(b.sent.map(({ to: d }) => `${d.proto}:${d.address}:${d.port}`)).toEqual(['udp:192.0.2.50:5090']);
    const [line, ours, theirs] = b.sent[0]!.text.split('\r\n');
    expect(line).toBe('OPTIONS sip:bob@example.com SIP/2.0');
    expect(ours).toMatch(/^Via: SIP\/2\.0\/UDP 127\.0\.0\.1;branch=z9hG4bK[0-9a-f]{16}$/);
    expect(theirs).toContain(';received=192.0.2.1;rport=5070;');
  });

  test('retransmissions, CANCEL and ACK get the same branch, other requests another', async () => {
    const b = new Bench(script(FORWARD));
    const via = (id: string, host = '192.0.2.1') => ({ Via: `SIP/2.0/UDP ${host};branch=${id}` });
    const of = async (headers: Record<string, string>, line?: string) => {
      await b.run(request(headers, line));
      return branch(b.sent.at(-1)!.text);
    };
    const first = await of(via('z9hG4bKa'), 'INVITE sip:bob@b SIP/2.0');
    expect(await of(via('z9hG4bKa'), 'INVITE sip:bob@b SIP/2.0')).toBe(first);
    expect(await of(via('z9hG4bKa'), 'CANCEL sip:bob@b SIP/2.0')).toBe(first);
    expect(await of({ ...via('z9hG4bKa'), To: '<sip:b@b>;tag=9' }, 'ACK sip:bob@b SIP/2.0')).toBe(first);
    expect(await of(via('z9hG4bKb'), 'INVITE sip:bob@b SIP/2.0')).not.toBe(first);
    expect(await of(via('z9hG4bKa', '192.0.2.2'), 'INVITE sip:bob@b SIP/2.0')).not.toBe(first);
    const old = await of(via('1'), 'INVITE sip:bob@b SIP/2.0');
    expect(await of(via('1'), 'INVITE sip:bob@b SIP/2.0')).toBe(old);
    expect(await of({ ...via('1'), 'Call-ID': 'other' }, 'INVITE sip:bob@b SIP/2.0')).not.toBe(old);
  });

  test('what cannot be resolved or sent is a negative code and does not end the script', async () => {
    const none = await forwarded(
      request(),
      '$du = "sip:[::9]:5090"; if (forward()) say("sent"); else say("not sent");',
    );
    expect(none.said).toEqual(['not sent']);
    expect(none.sent).toEqual([]);
  });

  test('onsend_route sees where it goes and may drop it', async () => {
    const onsend = 'onsend_route { say("$rm to $snd(ip):$snd(port)"); if ($rm == "MESSAGE") drop; }';
    const b = await forwarded(request(), FORWARD, onsend);
    await b.run(request({}, 'MESSAGE sip:bob@example.com SIP/2.0'));
    expect(b.said).toEqual(['OPTIONS to 192.0.2.50:5090', '0', 'MESSAGE to 192.0.2.50:5090', '0']);
    expect(b.sent).toHaveLength(1);
  });

  test('onsend_route sees replies only when onsend_route_reply says so', async () => {
    const onsend = 'onsend_route { say("$rs"); if ($rs == 486) drop; }';
    const silent = new Bench(script('exit;', onsend));
    await silent.run(REPLY);
    expect([silent.said, silent.sent.length]).toEqual([[], 1]);
    const b = new Bench(script('exit;', onsend, 'onsend_route_reply=yes'));
    await b.run(REPLY);
    await b.run(reply(486, OURS + THEIRS));
    expect([b.said, b.sent.length]).toEqual([['200', '486'], 1]);
  });

  test('who looks at packets that left sees them, and no others', async () => {
    const b = new Bench(script(FORWARD, 'onsend_route { if ($rm == "MESSAGE") drop; }'));
    const seen: string[] = [];
    b.thread.hooks.onSent.push((text) => seen.push(text.slice(0, 7)));
    await b.run();
    await b.run(request({}, 'MESSAGE sip:bob@example.com SIP/2.0'));
    expect(seen).toEqual(['OPTIONS']);
  });
});
