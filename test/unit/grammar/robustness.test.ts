import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codes, parse, places } from './parsing.js';

const many = (count: number, text: string) => text.repeat(count);
const DEEP = 100_000;

describe('nesting', () => {
  test.each([
    ['parentheses', `route { $var(a) = ${many(DEEP, '(')}1${many(DEEP, ')')}; }`],
    ['blocks', `route { ${many(DEEP, 'if (1) { ')} f(); ${many(DEEP, '}')} }`],
    ['ifs without braces', `route { ${many(DEEP, 'if (1) ')} f(); }`],
    ['else without braces', `route { ${many(DEEP, 'if 1 f(); else while 1 ')} f(); }`],
    ['not', `route { $var(a) = ${many(DEEP, '!')}1; }`],
    ['minus', `route { $var(a) = ${many(DEEP, '- ')}$var(b); }`],
    ['calls', `route { ${many(DEEP, 'f(')} }`],
    ['comparisons', `route { if (${many(DEEP, 'src_port == ')} 1) drop; }`],
    ['switches', `route { ${many(DEEP, 'switch 1 { case 1: ')} }`],
    ['braces at the top', many(DEEP, '{')],
    ['a chain of operators', `route { $var(a) = 1${many(DEEP, ' + 1')}; }`],
    ['a chain of else if', `route { if 1 f(); ${many(DEEP, 'else if 1 f(); ')} }`],
    ['expressions of the preprocessor', `#!ifexp ${many(DEEP, '(')}1\n#!endif\n`],
    ['powers', `#!ifexp 2 ${many(500, '** 2 ')}\n#!endif\n`],
  ])('%s: too much is an error and not an overflow', (_, text) => {
    const result = parse(`${text}\nroute[NEXT] { g(); }\n`);
    expect(result.diagnostics.length).toBeGreaterThan(0);
    expect(result.diagnostics.length).toBeLessThan(5);
  });

  test('what comes after is still there', () => {
    const result = parse(`route[A] { f(); }\nroute { $var(a) = ${many(DEEP, '(')}1; }\nroute[NEXT] { g(); }\n`);
    expect(codes(result)).toEqual(['KTS0009']);
    expect(result.ast.items).toMatchObject([{ name: 'A' }, { name: 'NEXT' }]);
  });

  test('what people write is far from the limit', () => {
    expect(codes(parse(`route { ${many(50, 'if (1) { ')} f(); ${many(50, '}')} }`))).toEqual([]);
    expect(codes(parse(`route { $var(a) = ${many(100, '(')}1${many(100, ')')}; }`))).toEqual([]);
    expect(codes(parse(`route { if 1 f(); ${many(500, 'else if 1 { f(); } ')} }`))).toEqual([]);
    expect(codes(parse(`route { $var(a) = 1${many(500, ' + 1')}; }`))).toEqual([]);
  });
});

describe('long and odd texts', () => {
  const MEGABYTES = 10_000_000;

  test('lines of ten megabytes', () => {
    const long = many(MEGABYTES, 'x');
    expect(codes(parse(`route { f("${long}"); }`))).toEqual([]);
    expect(codes(parse(`# ${long}\nroute { f(); }`))).toEqual([]);
    expect(codes(parse(`#!define A "${long}"\nroute { f(A); }`))).toEqual(['KTS0034']);
    expect(codes(parse(`${many(MEGABYTES, ' ')}debug=1`))).toEqual([]);
    expect(codes(parse(`debug=${many(MEGABYTES, '9')}`))).toEqual([]);
  });

  test('ten megabytes of bytes that mean nothing are one finding', () => {
    expect(places(parse(`debug=1\n${many(MEGABYTES, '\xe9')}\n`))).toEqual(['KTS0013 2:1']);
  });

  test('a text that is nothing but mistakes is given up on', () => {
    const result = parse(`route { ${many(DEEP, 'f(; ')} }\n${many(DEEP, '? x ')}`);
    expect(result.diagnostics.length).toBeGreaterThan(100);
    expect(result.diagnostics.length).toBeLessThan(1000);
  });

  test('NUL bytes', () => {
    expect(places(parse('debug\0=1\nlog_name="a\0b"\n'))).toEqual(['KTS0013 1:6', 'KTS0023 2:10']);
  });

  test('Windows line ends and a byte order mark', () => {
    const result = parse('\xef\xbb\xbfdebug=1\r\n#!define A 5\r\nroute {\r\n  f(A);\r\n}\r\n#!ifdef A\r\n#!endif\r\n');
    expect(result.diagnostics).toEqual([]);
    expect(result.ast.items[1]).toMatchObject({ body: [{ span: { at: { line: 4, column: 3 } } }] });
  });

  test('what never ends', () => {
    expect(places(parse('debug=1\nlog_name="abc\n\n'))).toEqual(['KTS0020 2:10']);
    expect(places(parse("debug=1\nlog_name='abc\n\n"))).toEqual(['KTS0020 2:10']);
    expect(places(parse('debug=1 /* abc\n'))).toEqual(['KTS0021 1:9']);
    expect(codes(parse('route { f($var((a); }\n'))).toContain('KTS0022');
    expect(codes(parse('route { f($'))).not.toEqual([]);
    expect(codes(parse('event_route[a'))).not.toEqual([]);
    expect(codes(parse('#!define'))).toEqual([]);
    expect(codes(parse('#!define '))).toEqual(['KTS0032']);
    expect(codes(parse('include_file'))).toEqual(['KTS0051']);
    expect(codes(parse('#!ifdef A\n"'))).toEqual(['KTS0040']);
  });
});

describe('any text', () => {
  const pieces = [
    ...['route', 'request_route', 'event_route', '[', ']', '{', '}', '(', ')', ';', ',', ':', '.', '=', '==', '!', '-'],
    ...['if', 'else', 'while', 'switch', 'case', 'default', 'return', 'break', 'method', 'uri', 'src_ip', 'myself'],
    ...['"a"', "'b'", '"', "'", '$var(x)', '$', '$(', '@a.b', '%x', '%', 'A', 'B', 'f', '1', '0x1', '1.2.3.4', '::1'],
    ...[
      'listen',
      'alias',
      'socket',
      'flags',
      'debug',
      'loadmodule',
      'modparam',
      'async',
      'launch',
      'forward',
      'uri:host',
    ],
    ...['#!define A B', '#!define B "x', '#!redef A A', '#!ifdef A', '#!else', '#!endif', '#!ifexp A + 1', '#!undef A'],
    ...['#!subst "/a/b/g"', 'include_file "i"', '/*', '*/', '#', '//', '\\', '\n', '\r\n', '\0', '\xff', '?', 'tm:x'],
  ];
  const script = fc
    .array(fc.constantFrom(...pieces), { maxLength: 60 })
    .chain((words) =>
      fc
        .array(fc.constantFrom(' ', '\n', ''), { minLength: words.length, maxLength: words.length })
        .map((gaps) => words.map((word, n) => word + gaps[n]).join('')),
    );
  const read = (path: string) => (path === 'i' ? 'f();\ninclude_file "i"\n#!ifdef B\n' : null);

  test('neither throws nor hangs, and every finding has a place in a file', () => {
    fc.assert(
      fc.property(script, fc.constantFrom('5.6' as const, '6.x' as const), (text, compat) => {
        const result = parse(text, { read, compat });
        return result.diagnostics.every(({ code, title, span }) => {
          const { at, end } = span;
          const inFile = result.files.includes(at.file) && at.line >= 1 && at.column >= 1;
          const inOrder =
            at.file !== end.file || at.line < end.line || (at.line === end.line && at.column <= end.column);
          return /^KTS\d{4}$/.test(code) && title !== '' && !/\{\d\}/.test(title) && inFile && inOrder;
        });
      }),
      { numRuns: 1500 },
    );
  });

  test('the same text gives the same result', () => {
    fc.assert(
      fc.property(script, (text) => {
        const { substs: _, ...first } = parse(text, { read });
        expect(parse(text, { read })).toMatchObject(first);
      }),
      { numRuns: 50 },
    );
  });

  test('bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parse(Buffer.from(bytes).toString('latin1'));
      }),
      { numRuns: 500 },
    );
  });
});
