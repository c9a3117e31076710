import { describe, expect, test } from 'vitest';
import type { If } from '../../../grammar/ast.js';
import { bare, body, codes, parse, places, shape } from './parsing.js';

describe('control flow', () => {
  test('conditions need no parentheses and bodies no braces', () => {
    const [first, second] = body('if $rU == "bob" drop; while 0 { ; }');
    expect((first as If).then).toMatchObject([{ kind: 'drop' }]);
    expect(second).toMatchObject({ kind: 'while', body: [{ kind: 'empty' }] });
  });

  test('a dangling else binds to the nearest if', () => {
    const [outer] = body('if (1) if (0) f(); else g();') as [If];
    expect(outer.else).toBeUndefined();
    expect(outer.then[0]).toMatchObject({ kind: 'if', else: [{ kind: 'call-statement' }] });
  });

  test('a chain of else if nests to the right', () => {
    const [first] = body('if (1) { f(); } else if (2) g(); else { h(); }') as [If];
    const second = first.else![0] as If;
    expect(shape(second.condition)).toBe('2');
    expect(second.else).toMatchObject([{ call: { name: 'h' } }]);
  });

  test('switch with values, regexes, fall through and default', () => {
    const [statement] = body('switch ($rU) { case "a": case /"^b": f(); break; default: g(); }');
    expect(bare(statement)).toMatchObject({
      kind: 'switch',
      cases: [
        { label: { kind: 'value', value: { kind: 'string', value: 'a' } }, body: [] },
        { label: { kind: 'regex', value: { kind: 'string', value: '^b' } }, body: [{}, { kind: 'break' }] },
        { label: { kind: 'default' }, body: [{}] },
      ],
    });
  });

  test('return, exit and drop with and without a value', () => {
    const kinds = body('return; return 1 + 1; exit(); exit(0); drop;').map((s) => [s.kind, 'value' in s]);
    expect(kinds).toEqual([
      ['return', false],
      ['return', true],
      ['exit', false],
      ['exit', true],
      ['drop', false],
    ]);
  });

  test('calls without parentheses only for the functions that allow it', () => {
    expect(body('revert_uri; force_rport(); add_tcp_alias(5);').map((s) => shape('call' in s ? s.call : s))).toEqual([
      'revert_uri',
      'force_rport()',
      'add_tcp_alias(5)',
    ]);
    expect(codes(parse('route { clear_branches; }'))).toEqual(['KTS0008']);
  });

  test('words as arguments of functions of the core', () => {
    const calls = body(
      'forward(uri:host, uri:port); forward(127.0.0.1, 5060); forward_tcp(sip.example.com); setflag(NAT); ' +
        'force_send_socket(udp:127.0.0.1:5060); udp_mtu_try_proto(TCP); set_advertised_address("a.b"); log(1, "x"); ' +
        'setavpflag("x", f1); cfg_select("g", $var(i)); force_send_socket([::1]:5060);',
    );
    expect(calls.map((s) => shape('call' in s ? s.call : s))).toEqual([
      'forward(uri:host, uri:port)',
      'forward(127.0.0.1, 5060)',
      'forward_tcp(sip.example.com)',
      'setflag(NAT)',
      'force_send_socket(udp:127.0.0.1:5060)',
      'udp_mtu_try_proto(TCP)',
      'set_advertised_address("a.b")',
      'log(1, "x")',
      'setavpflag("x", f1)',
      'cfg_select("g", $var(i))',
      'force_send_socket([::1]:5060)',
    ]);
  });
});

describe('asynchronous statements', () => {
  test('async with an operation, a route and a timeout', () => {
    expect(bare(body('async(rest_get("http://x", "$var(b)"), DONE, 5);'))).toEqual([
      {
        kind: 'async',
        operations: [expect.objectContaining({ name: 'rest_get' })],
        route: 'DONE',
        timeout: 5,
      },
    ]);
  });

  test('launch with and without a route', () => {
    expect(bare(body('launch(f("a")); launch(f("a"), R, "p");'))).toMatchObject([
      { kind: 'launch', operations: [{ name: 'f' }] },
      { kind: 'launch', route: 'R', param: { value: 'p' } },
    ]);
  });

  test('the block form', () => {
    expect(bare(body('async(R) { f("a"); g(); }'))).toMatchObject([
      { kind: 'async', route: 'R', operations: [{ name: 'f' }, { name: 'g' }] },
    ]);
  });

  test('without the shape it is an ordinary call', () => {
    expect(body('async("x", 4); async_route("R", 2);').map(({ kind }) => kind)).toEqual([
      'call-statement',
      'call-statement',
    ]);
  });
});

describe('going on after errors', () => {
  test('each broken statement gives one error and the others are kept', () => {
    const result = parse(
      'route {\n  f(;\n  $var(a) = ;\n  good();\n  if ($x == ) { a(); b(); }\n  g("x" "y";\n}\nroute[B] { h(); }\n',
    );
    expect(places(result)).toEqual(['KTS0001 2:5', 'KTS0001 3:13', 'KTS0001 5:13', 'KTS0001 6:12']);
    expect(result.ast.items).toMatchObject([{ body: [{ call: { name: 'good' } }] }, { name: 'B', body: [{}] }]);
  });

  test('a missing semicolon is reported where it belongs and mended', () => {
    const result = parse('route {\n  f("a")\n  g();\n  $var(a) = 1\n}\n');
    expect(places(result)).toEqual(['KTS0002 2:8', 'KTS0002 4:13']);
    expect(result.diagnostics[0]?.fix?.replacement).toBe(');');
    expect(result.ast.items[0]).toMatchObject({ body: [{}, {}, {}] });
  });

  test('a missing brace is reported once, with the block it belongs to', () => {
    const result = parse('route[A] {\n  if (1) {\n    f();\n}\nroute[B] {\n  g();\n}\n');
    expect(places(result)).toEqual(['KTS0001 5:1']);
    expect(result.diagnostics[0]?.related?.[0]?.span.at.line).toBe(1);
    expect(result.ast.items).toMatchObject([{ name: 'B' }]);
  });

  test('a missing brace at the end of the file', () => {
    expect(places(parse('route {\n  if (1) {\n    f();\n'))).toEqual(['KTS0001 3:9']);
  });

  test('errors inside a switch do not hide what follows', () => {
    const result = parse('route { switch ($rU) { case /"^b"/: f(); break; } g(); }');
    expect(codes(result)).toEqual(['KTS0001']);
    expect(result.ast.items[0]).toMatchObject({ body: [{ call: { name: 'g' } }] });
  });
});
