import { describe, expect, test } from 'vitest';
import { bare, codes, items, parse, places } from './parsing.js';

const item = (text: string) => bare(items(text)[0]);

describe('parameters', () => {
  test.each([
    ['debug=-3', { name: 'debug', value: { kind: 'int', value: -3 } }],
    ['fork=yes', { name: 'fork', value: { kind: 'int', value: 1, word: 'yes' } }],
    ['log_name="a" "b"', { name: 'log_name', value: { kind: 'string', value: 'ab' } }],
    ['log_facility=LOG_LOCAL0', { name: 'log_facility', value: { kind: 'word', value: 'LOG_LOCAL0' } }],
    ['user=kamailio', { name: 'user', value: { kind: 'word', value: 'kamailio' } }],
    ['uid="kamailio"', { name: 'uid', value: { kind: 'string', value: 'kamailio' } }],
    ['tos=0x10', { name: 'tos', value: { kind: 'int', value: 16 } }],
    ['advertised_address=sip-1.example.com', { value: { kind: 'word', value: 'sip-1.example.com' } }],
    ['tcp_source_ipv4=1.2.3.4', { value: { kind: 'word', value: '1.2.3.4' } }],
    ['tcp_source_ipv6=[::1]', { value: { kind: 'word', value: '::1' } }],
    ['udp_mtu_try_proto=TCP', { value: { kind: 'word', value: 'TCP' } }],
    ['tls_method=TLSv1', { value: { kind: 'word', value: 'TLSv1' } }],
    ['tcp_accept_protocols="sip"', { value: { kind: 'string', value: 'sip' } }],
    ['force_rport=yes', { name: 'force_rport' }],
    ['kemi.reply_route_callback="x"', { name: 'kemi.reply_route_callback', value: { value: 'x' } }],
    ['coreparam[iuid]="x"', { name: 'iuid', value: { value: 'x' } }],
    ['cfgengine "lua"', { name: 'cfgengine', value: { value: 'lua' } }],
  ])('%s', (text, expected) => expect(item(text)).toMatchObject({ kind: 'core-param', ...expected }));

  test.each([
    ['max_while_loops="5"', 'KTS0006 1:17'],
    ['log_name=5', 'KTS0006 1:10'],
    ['children=-3', 'KTS0006 1:10'],
    ['max_while_loops=2+3', 'KTS0001 1:18'],
    ['nosuchparam=5', 'KTS0005 1:1'],
    ['DEBUG=3', 'KTS0005 1:1'],
    ['debug=$var(x)', 'KTS0001 1:7'],
    ['grp.port=1', 'KTS0004 1:5'],
    ['grp.a=-1', 'KTS0001 1:7'],
    ['modparam("tm","x",10*10)', 'KTS0001 1:21'],
    ['tcp_source_ipv4=1.2.3.400', 'KTS0010 1:17'],
  ])('%s is refused', (text, place) => expect(places(parse(`${text}\ndebug=1\n`))).toEqual([place]));
});

describe('sockets', () => {
  test.each([
    ['listen=127.0.0.1', { sockets: [{ proto: '', addresses: ['127.0.0.1'], port: 0 }] }],
    ['listen=udp:127.0.0.1:5060', { sockets: [{ proto: 'udp', addresses: ['127.0.0.1'], port: 5060 }] }],
    ['listen=TLS:[::1]:5061', { sockets: [{ proto: 'tls', addresses: ['::1'], port: 5061 }] }],
    ['listen=tcp:eth0.10:*', { sockets: [{ proto: 'tcp', addresses: ['eth0.10'], port: -1 }] }],
    ['listen=udp:a-b.c udp:lo:5', { sockets: [{ addresses: ['a-b.c'] }, { addresses: ['lo'], port: 5 }] }],
    ['listen=(127.0.0.1, "b"):5', { sockets: [{ addresses: ['127.0.0.1', 'b'], port: 5 }] }],
    ['listen=*:lo', { sockets: [{ proto: '', addresses: ['lo'] }] }],
    [
      'listen=lo ADVERTISE "e.com":1 NAME "s" virtual',
      { advertise: { host: 'e.com', port: 1 }, name: 's', virtual: true },
    ],
    ['listen=lo advertise tls:1.2.3.4:5061', { advertise: { proto: 'tls', host: '1.2.3.4', port: 5061 } }],
  ])('%s', (text, expected) => expect(item(text)).toMatchObject({ kind: 'listen', ...expected }));

  test('aliases and domains', () => {
    expect(item('alias="a.com" b.com:5060')).toMatchObject({
      kind: 'alias',
      sockets: [{ addresses: ['a.com'] }, { port: 5060 }],
    });
    expect(item('domain=a.com')).toMatchObject({ kind: 'alias' });
  });

  test('socket blocks', () => {
    const text =
      'socket = {\n bind = udp:1.2.3.4:5060-5070;\n advertise = 5.6.7.8:5080\n name = "s"; agname="g"; workers=4; virtual=yes }';
    expect(item(text)).toMatchObject({
      kind: 'socket',
      fields: [
        { name: 'bind', value: { proto: 'udp', port: 5060, portEnd: 5070 } },
        { name: 'advertise', value: { addresses: ['5.6.7.8'], port: 5080 } },
        { name: 'name', value: { value: 's' } },
        { name: 'agname' },
        { name: 'workers', value: { value: 4 } },
        { name: 'virtual', value: { value: 1, word: 'yes' } },
      ],
    });
  });

  test('a star is no address', () => expect(places(parse('listen=*\ndebug=1\n'))).toEqual(['KTS0001 1:8']));
});

describe('modules, flags and variables', () => {
  test.each([
    ["loadmodule 'tm.so'", { kind: 'loadmodule', module: 'tm.so', expand: false }],
    ['loadmodule("tm", "opts")', { module: 'tm', options: 'opts' }],
    ['loadmodulex "$def(M)"', { module: '$def(M)', expand: true }],
    ['mpath="/a:/b"', { kind: 'loadpath', path: '/a:/b' }],
    ['modparam("a|b", "p", -5)', { kind: 'modparam', module: 'a|b', param: 'p', value: { kind: 'int', value: -5 } }],
    ['modparamx("a", "p", $var(x))', { expand: true, value: { kind: 'string', value: '$var(x)' } }],
    [
      'flags A:1, "B", C',
      { kind: 'flags', of: 'message', flags: [{ name: 'A', position: 1 }, { name: 'B' }, { name: 'C' }] },
    ],
    ['avpflags f1, f2', { kind: 'flags', of: 'avp' }],
    ['grp.a=1 desc "an a"', { kind: 'custom-variable', group: 'grp', name: 'a', value: { value: 1 }, desc: 'an a' }],
    ['grp[2].default="x"', { kind: 'custom-variable', group: 'grp', instance: 2, name: 'default' }],
  ])('%s', (text, expected) => expect(item(text)).toMatchObject(expected));
});

describe('route blocks', () => {
  test.each([
    ['route { ; }', 'request_route', ''],
    ['request_route { ; }', 'request_route', ''],
    ['route[0] { ; }', 'request_route', ''],
    ['route[A] { ; }', 'route', 'A'],
    ['route["a b:c"] { ; }', 'route', 'a b:c'],
    ['route[17] { ; }', 'route', '17'],
    ['route[socket] { ; }', 'route', 'socket'],
    ['reply_route { ; }', 'reply_route', ''],
    ['onreply_route { ; }', 'reply_route', ''],
    ['onreply_route[0] { ; }', 'reply_route', ''],
    ['onreply_route[R] { ; }', 'onreply_route', 'R'],
    ['failure_route[F] { ; }', 'failure_route', 'F'],
    ['branch_route[B] { ; }', 'branch_route', 'B'],
    ['onsend_route { ; }', 'onsend_route', ''],
    ['event_route [ tm:local-request ] { ; }', 'event_route', 'tm:local-request'],
    ['event_route["my:own-event_x"] { ; }', 'event_route', 'my:own-event_x'],
  ])('%s', (text, route, name) => expect(item(text)).toMatchObject({ kind: 'route-block', route, name }));

  test.each([
    ['route { }', ['KTS0003']],
    ['reply_route[R] { f(); }', ['KTS0001']],
    ['route[my-name] { f(); }', ['KTS0001']],
    ['route[log] { f(); }', ['KTS0004']],
    ['event_route[myown] { f(); }', ['KTS0011']],
    ['event_route { f(); }', ['KTS0001']],
    ['{ f(); }', ['KTS0001']],
  ])('%s is refused', (text, expected) => {
    const result = parse(`${text}\nroute[NEXT] { f(); }\n`);
    expect(codes(result)).toEqual(expected);
    expect(result.ast.items.at(-1)).toMatchObject({ name: 'NEXT' });
  });
});

test('positions count from one, a tab is one column, the end is the last character', () => {
  const [first] = items('\tdebug = \t-3\n');
  expect(first?.span).toEqual({
    at: { file: 'test.cfg', line: 1, column: 2 },
    end: { file: 'test.cfg', line: 1, column: 12 },
  });
});
