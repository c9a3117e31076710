import { describe, expect, test } from 'vitest';
import type { CallStatement } from '../../../grammar/ast.js';
import { body, codes, items, parse, places, shape } from './parsing.js';

const files = (texts: Readonly<Record<string, string>>) => ({ read: (path: string) => texts[path] ?? null });
const calls = (text: string, options = {}) => {
  const result = parse(`#!KAMAILIO\n${text}`, options);
  expect(result.diagnostics).toEqual([]);
  const blocks = result.ast.items.flatMap((item) => (item.kind === 'route-block' ? item.body : []));
  return blocks.filter((s): s is CallStatement => s.kind === 'call-statement').map(({ call }) => shape(call));
};

describe('defines', () => {
  test('are text: operators, statements and other defines', () => {
    expect(calls('#!define A 1+2\n#!def B A\n#!define S f("s");\nroute { f(B*2); S }')).toEqual([
      'f((1 + (2 * 2)))',
      'f("s")',
    ]);
  });

  test('strings and comments may begin in a value and end after it', () => {
    expect(calls('#!define X f("a); f(\nroute { X b"); }')).toEqual(['f("a); f( b")']);
    expect(calls('#!define X f("a"); /* gone\nroute { X f("b"); */ g(); }')).toEqual(['f("a")', 'g()']);
  });

  test('a comment in a value comments out the line of use', () => {
    expect(calls('#!define X f("a"); # c\nroute { X f("b");\n g(); }')).toEqual(['f("a")', 'g()']);
  });

  test('adjacent strings join only when the define comes first', () => {
    expect(calls('#!define X "b"\nroute { f(X "c"); }')).toEqual(['f("bc")']);
    expect(codes(parse('#!define X "b"\nroute { f("a" X); }'))).toEqual(['KTS0001']);
  });

  test('continued lines, trailing blanks and Windows line ends', () => {
    expect(calls('#!define X f("a"); \\\n  f("b"); \nroute { X }')).toEqual(['f("a")', 'f("b")']);
    expect(calls('#!define X f("a"); \\\r\n  f("b");\r\nroute { X }\r\n')).toEqual(['f("a")', 'f("b")']);
  });

  test('keywords, strings and pseudo-variables are not replaced', () => {
    expect(calls('#!define log 5\n#!define x 7\nroute { log("x"); f($var(x)); }')).toEqual(['log("x")', 'f($var(x))']);
  });

  test('redefinition', () => {
    expect(calls('#!define A 1\n#!redef A 2\n#!trydef A 3\nroute { f(A); }')).toEqual(['f(2)']);
    expect(places(parse('#!define A 1\n#!define A 2\n'))).toEqual(['KTS0030 2:10']);
    expect(calls('#!trydef A 2\nroute { f(A); }', { defines: new Map([['A', '1']]) })).toEqual(['f(1)']);
  });

  test('undef is a comment for 5.6', () => {
    const text = '#!define A 1\n#!undef A\n#!ifdef A\nroute { f(); }\n#!endif\n';
    expect(items(text, { compat: '5.6' })).toHaveLength(1);
    expect(items(text)).toHaveLength(0);
  });

  test('positions: the place of use, and where the value was written', () => {
    const [statement] = body('#!define V 1 + \\\n   $var(x)\n\n  f(V);') as [CallStatement];
    expect(statement.call.args[0]).toMatchObject({
      span: { at: { line: 6, column: 5 }, end: { line: 6, column: 5 }, definedAt: { line: 3, column: 12 } },
      right: { span: { at: { line: 6, column: 5 }, definedAt: { line: 4, column: 4 } } },
    });
    const [other] = body('#!define W f(1, $var(x))\n  W;') as [CallStatement];
    expect(other.call.args[1]?.span).toMatchObject({ at: { line: 4, column: 3 }, definedAt: { line: 3, column: 17 } });
  });

  test('recursion and growth end with an error', () => {
    expect(codes(parse('#!define A B\n#!define B x A\nroute { f(A); }\n'))).toContain('KTS0033');
    const bomb = ['#!define X0 "xxxxxxxxxxxxxxxx",'];
    for (let n = 1; n < 40; n++) bomb.push(`#!define X${n} X${n - 1} X${n - 1}`);
    expect(codes(parse(`${bomb.join('\n')}\nroute { f(X39); }\n`))).toContain('KTS0034');
  });

  test('predefined ids', () => {
    expect([...parse('', { compat: '5.6' }).defines]).toEqual([
      ['KAMAILIO_5', null],
      ['KAMAILIO_5_6', null],
      ['KAMAILIO_5_6_3', null],
    ]);
    expect(parse('').defines.get('KAMAILIO_VERSION')).toBe('6002000');
    expect(parse('').defines.get('OS_NAME')).toBe('"linux"');
  });

  test('environment', () => {
    const env = { A: '7', B: 'text' };
    expect(calls('#!defenv A\n#!defenvs X=B\n#!trydefenv NO\nroute { f(A, X); }', { env })).toEqual(['f(7, "text")']);
    expect(places(parse('#!defenv NO\n'))).toEqual(['KTS0035 1:10']);
  });
});

describe('conditions', () => {
  test.each([
    ['#!ifdef A\nf(1);\n#!else\nf(2);\n#!endif\n', ['f(2)']],
    ['#!ifndef A\nf(1);\n#!ifdef B\nf(2);\n#!endif\n#!endif\n', ['f(1)']],
    ['#!ifdef A\n this is ( not { valid " code\n#!endif\nf(1);', ['f(1)']],
    ['#!ifdef A\nf(1);\n#!else\nf(2);\n#!else\nf(3);\n#!endif\n', ['f(2)']],
    ['!!ifdef A\nf(1);\n  !!endif  \nf(2);', ['f(2)']],
    ['f(1\n#!ifdef A\n, 2\n#!endif\n);', ['f(1)']],
    ['f(1); #!define Z 3\nf(Z);', ['f(1)', 'f(3)']],
    ['#!foo bar\nf(1); //!define X 1', ['f(1)']],
  ])('%j', (text, expected) => expect(calls(`route {\n${text}\n}`)).toEqual(expected));

  test('ifexp', () => {
    const on = (expr: string) =>
      calls(`#!define N 3\n#!define S "abc"\n#!define E\nroute {\n;\n#!ifexp ${expr}\nf();\n#!endif\n}`).length === 1;
    expect(
      ['N == 3', 'N == "3"', 'S == "abc" && E', '!NOPE', '1 + 2 * 3 == 7', '(1 | 2) == 3', '2 ** 3 == 8'].filter(
        (e) => !on(e),
      ),
    ).toEqual([]);
    expect(['N > 5', 'NOPE', 'N + 1 == 4', '"a" == "b"', '1 - 1', '""'].filter(on)).toEqual([]);
    expect(on('KAMAILIO_VERSION >= 5006000 && OS_NAME == "linux"')).toBe(true);
    expect(codes(parse('#!ifexp 1 +\n#!endif\n'))).toEqual(['KTS0036']);
    expect(codes(parse('#!ifexp 1 +\n#!endif\n', { compat: '5.6' }))).toEqual(['KTS0041']);
  });

  test('defexp', () => {
    expect(calls('#!defexp A 7 / 2\n#!defexps B "x" + 1\nroute { f(A, B); }')).toEqual(['f(3, "x1")']);
  });

  test('a module is defined from the line after its loadmodule', () => {
    const text = '#!ifdef MOD_tm\nf(0);\n#!endif\nloadmodule "x/tm.so"\n#!ifdef MOD_tm\nroute { f(1); }\n#!endif\n';
    expect(calls(text)).toEqual(['f(1)']);
    expect(items(text, { onLoadModule: () => false })).toHaveLength(1);
    expect(parse('loadmodule("sl.so")\nloadmodulex "a" ').defines.has('MOD_sl')).toBe(true);
  });

  test('unbalanced ones are errors at their place', () => {
    expect(places(parse('\n#!ifdef A\nroute'))).toEqual(['KTS0040 2:1']);
    expect(places(parse('\n#!endif\n'))).toEqual(['KTS0041 2:1']);
    expect(places(parse('#!else\n'))).toEqual(['KTS0042 1:1']);
    expect(codes(parse('#!ifdef A\n#!endif'))).toEqual(['KTS0040']);
    expect(codes(parse('#!ifndef A\n#!endif A\n#!endif\n'))).toEqual(['KTS0043']);
  });
});

describe('substitutions', () => {
  test('run over strings, pseudo-variables and names of included files', () => {
    const text = '#!subst "/FOO/b/g"\ninclude_file "FOO.cfg"\nroute { f("FOO FOO", $var(FOO)); }';
    expect(calls(text, files({ 'b.cfg': '' }))).toEqual(['f("b b", $var(b))']);
  });

  test('only once without g, in order, with groups and flags', () => {
    expect(calls('#!subst "/x/y/"\n#!subst "/y1/z/"\nroute { f("x1 x2"); }')).toEqual(['f("z x2")']);
    expect(calls('#!subst "!(a+)(B)!\\2-\\1!i"\nroute { f("aab"); }')).toEqual(['f("b-aa")']);
    expect(calls('#!subst "/[[:digit:]]+$/N/"\nroute { f("a12"); }')).toEqual(['f("aN")']);
  });

  test('substdef defines as well; values come from the environment', () => {
    const env = { H: 'host' };
    expect(
      calls('#!substdef "!PORT!5060!g"\n#!substdefs "/HO/$env(H)/g"\nroute { f(PORT, "PORT", HO); }', { env }),
    ).toEqual(['f(5060, "5060", "host")']);
  });

  test('from the command line', () => {
    const substs = [{ kind: 'substdef', text: '/A/5/' }] as const;
    expect(calls('route { f(A); }', { substs })).toEqual(['f(5)']);
  });

  test('bad ones are reported; inside of a block they are a syntax error', () => {
    expect(places(parse('#!subst "/a/"\n'))).toEqual(['KTS0060 1:9']);
    expect(codes(parse('#!subst "/(/x/"\n'))).toEqual(['KTS0060']);
    expect(codes(parse('route {\n#!subst "/a/b/"\nf(); }'))).toEqual(['KTS0001']);
  });
});

describe('inclusions', () => {
  test('anywhere, nested, relative to the working directory and then to the including file', () => {
    const read = files({
      '/w/inc/a.cfg': 'f("a");\ninclude_file "b.cfg"\n',
      '/w/inc/b.cfg': 'f("b");',
      '/w/c.cfg': 'f("c");',
    });
    const result = parse(
      'route {\ninclude_file "inc/a.cfg"\nimport_file "c.cfg"\nimport_file "no.cfg"\n#!include_file "c.cfg"\n}',
      {
        ...read,
        cwd: '/w',
      },
    );
    expect(result.diagnostics).toEqual([]);
    expect(result.files).toEqual(['test.cfg', 'inc/a.cfg', 'inc/b.cfg', 'c.cfg']);
    expect(result.ast.items[0]).toMatchObject({
      body: ['a', 'b', 'c', 'c'].map((value) => ({ call: { args: [{ value }] } })),
    });
    expect(result.ast.items[0]).toMatchObject({ body: [{}, { span: { at: { file: 'inc/b.cfg', line: 1 } } }, {}, {}] });
  });

  test('errors', () => {
    expect(places(parse('include_file "no.cfg"\n'))).toEqual(['KTS0050 1:14']);
    expect(places(parse("include_file 'no.cfg'\n"))).toEqual(['KTS0051 1:14']);
    expect(codes(parse('include_file "a.cfg"\n', files({ 'a.cfg': 'include_file "a.cfg"\n' })))).toEqual(['KTS0052']);
    const fork = 'include_file "a.cfg"\n'.repeat(4);
    expect(codes(parse(fork, files({ 'a.cfg': fork })))).toEqual(['KTS0052']);
    expect(places(parse('include_file "a.cfg"\n'.repeat(2005), files({ 'a.cfg': 'debug=1\n' })))).toEqual([
      'KTS0053 2001:14',
    ]);
  });

  test('a define does not stand for a file name', () => {
    expect(codes(parse('#!define F "a.cfg"\ninclude_file F\n', files({ 'a.cfg': '' })))).toEqual(['KTS0051']);
  });
});

describe('modes', () => {
  test.each([
    ['#!KAMAILIO\n', 'kamailio'],
    ['\xef\xbb\xbf#!KAMAILIO\r\n', 'kamailio'],
    ['#!SER\n', 'ser'],
    ['#!ALL\n', 'maxcompat'],
    ['#!KAMAILIO 5\n', 'maxcompat'],
  ])('%j', (text, mode) => expect(parse(text)).toMatchObject({ mode, diagnostics: [] }));

  test('`$f.x` and `$x[1]` are attributes unless the script says it is KAMAILIO', () => {
    const first = (text: string) => {
      const block = parse(text).ast.items[0];
      return block?.kind === 'route-block' && block.body[0]?.kind === 'assign' ? shape(block.body[0].value) : undefined;
    };
    expect(first('route { $var(a) = $f.x; }')).toBe('%f.x');
    expect(first('route { $var(a) = $x[1]; }')).toBe('%x[1]');
    expect(first('route { $var(a) = $fU; }')).toBe('$fU');
    expect(first('#!SER\nroute { %a = $x; }')).toBe('%x');
  });
});

test('comments nest', () => {
  expect(calls('route { f(1); /* a /* b */ nonsense */ f(2); }')).toEqual(['f(1)', 'f(2)']);
});

test('comments are kept with their places', () => {
  const { comments } = parse('# one\nroute { /* two\n lines */ f(); } // three\n');
  expect(comments.map(({ text, span }) => [text, span.at.line, span.end.line])).toEqual([
    ['# one', 1, 1],
    ['/* two\n lines */', 2, 3],
    ['// three', 3, 3],
  ]);
});
