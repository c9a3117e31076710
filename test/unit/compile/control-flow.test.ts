import { describe, expect, test } from 'vitest';
import { Bench, says, script } from '../core/script-bench.js';

describe('break', () => {
  test('leaves the innermost loop or switch only', async () => {
    const body = `
      $var(i) = 0;
      while ($var(i) < 2) {
        $var(i) = $var(i) + 1;
        switch ($var(i)) { case 1: if (1 > 0) { break; } say("never"); case 2: say("two"); break; }
        $var(j) = 0;
        while ($var(j) < 5) { $var(j) = $var(j) + 1; if ($var(j) == 2) break; }
        say("$var(i) $var(j)");
      }
      say("end");`;
    expect(await says(body)).toEqual(['1 2', 'two', '2 2', 'end']);
  });

  test('inside a switch inside a loop does not leave the loop', async () => {
    const body =
      '$var(i)=0; while($var(i)<3) { $var(i)=$var(i)+1; switch($var(i)) { default: break; case 9: break; } }';
    expect(await says(`${body} say("$var(i)");`)).toEqual(['3']);
  });

  test('outside of loops ends the route with 0, which does not end the script', async () => {
    const post = 'route[A] { if (1 > 0) { break; } say("never"); }';
    expect(await says('route(A); say("rc=$rc");', post)).toEqual(['rc=0']);
  });
});

describe('return, exit and drop, nested in everything', () => {
  const nested = (statement: string) => `route[A] {
    while (1 > 0) { switch ("x" + $var(none)) { case "x": case "x0": if (1 > 0) { ${statement}; say("never"); } } say("never"); }
    say("never");
  }`;

  test.each([
    ['return', ['1', 'after']],
    ['return 7', ['7', 'after']],
    ['return -3', ['-3', 'after']],
    ['return 1 - 4', ['-3', 'after']],
    ['return 0', []],
    ['return $var(zero)', []],
    ['exit', []],
    ['exit 5', []],
    ['drop', []],
  ])('%s', async (statement, expected) => {
    expect(await says('route(A); say("$rc"); say("after");', nested(statement))).toEqual(expected);
  });

  test.each([
    ['exit', 1, 1],
    ['exit 5', 1, 5],
    ['exit(-2)', 1, -2],
    ['drop', 3, 0],
    ['drop 4', 3, 4],
    ['return 0', 1, 0],
    ['return', 0, 1],
  ])('%s: stop bits %i, code %i', (statement, stop, code) => {
    const bench = new Bench(script(`${statement};`));
    const seen: number[][] = [];
    bench.thread.hooks.postRequest.push((ctx) => seen.push([ctx.stop, ctx.rc]));
    bench.receive();
    expect(seen).toEqual([[stop, statement === 'return' ? 0 : code]]);
  });

  test('a function that gives 0 ends the script', async () => {
    expect(await says('route(A); say("never");', 'route[A] { code(0); say("never"); }')).toEqual([]);
  });

  test('exit inside a condition runs no branch', async () => {
    const post = 'route[A] { exit; }';
    expect(await says('if (route(A)) say("then"); else say("else");', post)).toEqual([]);
  });

  test('exit on the right side of an assignment still assigns', async () => {
    const bench = new Bench(script('$slot(a) = route(A); say("never");', 'route[A] { exit(5); }\nroute[B] { exit; }'));
    await bench.run();
    expect(bench.said).toEqual([]);
  });

  test('a condition of while that exits with a positive code lets one statement run', async () => {
    expect(await says('while (route(A)) { say("one"); say("two"); } say("end");', 'route[A] { exit; }')).toEqual([
      'one',
    ]);
    expect(await says('while (route(A)) { say("one"); } say("end");', 'route[A] { exit(-1); }')).toEqual([]);
  });
});

describe('what a route gives back', () => {
  test.each([
    ['$var(a) = 1;', 1],
    ['code(-4);', -4],
    ['code(4); setflag(1);', 1],
    ['isflagset(3);', -1],
    ['if (1 > 2) { code(5); }', 1],
    ['if (1 > 0) { code(5); }', 5],
    ['if (1 > 2) { code(5); } else { code(-6); }', -6],
    ['$var(i) = 0; while ($var(i) < 2) { $var(i) = $var(i) + 1; code($var(i)); }', 2],
    ['while (1 > 2) { code(5); }', 1],
    ['switch ($var(none)) { case 5: code(5); }', 1],
    ['switch ($var(none)) { case 0: code(5); case 1: code(-7); }', -7],
    ['switch ($var(none)) { case 0: code(5); break; }', 0],
    ['route(B);', 9],
    ['$var(x) = 1 / $var(none);', -1],
  ])('%s → %i', async (body, code) => {
    const post = `route[A] { ${body} }\nroute[B] { return 9; }`;
    expect(await says('$var(r) = route(A); say("$var(r) $rc");', post)).toEqual([`${code} ${code}`]);
  });

  test('in an expression only the sign counts, in an assignment the code', async () => {
    const body =
      'if (route(A) == -7) say("equal"); else say("not"); $var(x) = route(A); say("$var(x)"); $var(y) = route(A) + 0 + 10; say("$var(y)");';
    expect(await says(body, 'route[A] { return -7; }')).toEqual(['not', '-7', '10']);
  });
});

describe('return_mode=1', () => {
  const post = 'route[MINUS] { return -5; } route[TWO] { return 2; }';
  const body = `
    $var(r) = route(MINUS) + 1; say("$var(r)");
    if (route(MINUS)) say("T"); else say("F");
    if (route(MINUS) < 0) say("below");
    if (!route(TWO)) say("none"); else say("some");
    if (-1) say("T"); else say("F");
    $var(i) = -2; while ($var(i)) { $var(i) = $var(i) + 1; say("$var(i)"); }
    $var(s) = ($var(x) = 3) + route(TWO); say("$var(s)");
    if (route(TWO) == 2 && route(MINUS) == -5) say("codes");`;

  test('what an expression runs gives its code, and a condition holds when it is not 0', async () => {
    const expected = ['-4', 'T', 'below', 'some', 'T', '-1', '0', '3', 'codes'];
    expect(await new Bench(script(body, post, 'return_mode=1')).run()).toEqual(expected);
  });

  test('without it a code below 0 is false', async () => {
    expect(await new Bench(script(body, post)).run()).toEqual(['1', 'F', 'some', 'F', '2']);
  });
});

describe('limits', () => {
  test('recursion: too deep a block is not run, logged, and the script goes on', async () => {
    const bench = new Bench(
      script(
        'route(A); say("end $var(n)");',
        'route[A] { $var(n) = $var(n) + 1; route(A); }',
        'max_recursive_level=10',
      ),
    );
    expect(await bench.run()).toEqual(['end 9']);
    expect(bench.log).toContain('ERROR: too many recursive routing table lookups (11) giving up!');
  });

  test('blocks of routes that are not recursive count as well', async () => {
    const nested = 'if (1 > 0) { say("two"); if (1 > 0) { say("three"); route(A); say("rc=$rc"); } }';
    const post = 'route[A] { say("four"); if (1 > 0) { say("five"); } return 7; }';
    const bench = new Bench(script(nested, post, 'max_recursive_level=3'));
    expect(await bench.run()).toEqual(['two', 'three', 'rc=-1']);
    expect(bench.log).toContain('ERROR: too many recursive routing table lookups (4) giving up!');
    expect(await new Bench(script(nested, post, 'max_recursive_level=4')).run()).toEqual([
      'two',
      'three',
      'four',
      'rc=7',
    ]);
  });

  test('recursion: blocks between the routes count too', async () => {
    const bench = new Bench(
      script(
        'route(A); say("end $var(n)");',
        'route[A] { $var(n) = $var(n) + 1; if (1 > 0) { if (1 > 0) { route(A); } } }',
        'max_recursive_level=10',
      ),
    );
    await bench.run();
    expect(bench.log.filter((l) => l.includes('too many recursive'))).toHaveLength(1);
  });

  test('depth is given back: the next message recurses as deep', async () => {
    const bench = new Bench(
      script(
        '$var(n) = 0; route(A); say("$var(n)");',
        'route[A] { $var(n) = $var(n) + 1; if ($var(n) < 40) route(A); }',
      ),
    );
    await bench.run();
    expect(await bench.run()).toEqual(['40', '40']);
    expect(bench.log).toEqual([]);
  });

  test('max_while_loops: the loop ends, the script goes on', async () => {
    const bench = new Bench(
      script('while (1 > 0) { $var(n) = $var(n) + 1; } say("$var(n)");', '', 'max_while_loops=5'),
    );
    expect(await bench.run()).toEqual(['5']);
    expect(bench.log).toEqual(['ERROR: runaway while (5, 5): more then 5 loops']);
  });

  test('max_while_loops=0 is no limit', async () => {
    const bench = new Bench(
      script('while ($var(n) < 500) { $var(n) = $var(n) + 1; } say("$var(n)");', '', 'max_while_loops=0'),
    );
    expect(await bench.run()).toEqual(['500']);
  });
});

describe('an expression that cannot be evaluated', () => {
  const ZERO = '$var(z) = 0; ';

  test.each(['5.6', '6.x'] as const)('%s: division by zero abandons the statement only', async (compat) => {
    const body = `${ZERO} $var(x) = 5; $var(x) = 1 / $var(z); say("x=$var(x)");
      if (1 / $var(z)) say("then"); else say("else");
      while (1 mod $var(z)) { say("loop"); }
      switch (1 / $var(z)) { case 0: say("zero"); break; default: say("default"); }
      show(1 / $var(z)); say("end $rc");`;
    const bench = new Bench(script(body), { compat });
    expect(await bench.run()).toEqual(['x=5', 'else', 'default', 'end 1']);
    expect(bench.log.filter((l) => l === 'ERROR: rv div by 0')).toHaveLength(4);
    expect(bench.log.filter((l) => l === 'ERROR: rv mod by 0')).toHaveLength(1);
  });

  test('a switch over texts takes its default then, also with expressions as labels', async () => {
    const body = `${ZERO} switch ("" + 1 / $var(z)) { case "a": say("a"); break; case /"^b": say("b"); break; default: say("d"); } say("end");`;
    expect(await says(body)).toEqual(['d', 'end']);
  });

  test('a call whose arguments fail counts as failed, wherever it stands', async () => {
    const body = `${ZERO}
      if (show(1 / $var(z))) say("then"); else say("else");
      if (!show(1 / $var(z))) say("not");
      $var(x) = show(1 / $var(z)); say("x=$var(x)");
      $var(y) = 10 + show(1 / $var(z)); say("y=$var(y)");
      if (soon(1 / $var(z)) || 5 > 4) say("or");
      matches($var(none) + "(", "x"); say("end");`;
    expect(await says(body)).toEqual(['else', 'not', 'x=-1', 'y=10', 'or', 'end']);
  });

  test('5.6 goes on with 0 after a text that is no number, 6.x gives up', async () => {
    const body =
      '$var(s) = "2x"; $var(r) = 7; $var(r) = $var(s) * 2; say("$var(r)"); if ($var(s)) say("T"); else say("F"); switch ($var(s)) { case 0: say("0"); break; default: say("d"); }';
    const old = new Bench(script(body), { compat: '5.6' });
    expect(await old.run()).toEqual(['0', 'F', '0']);
    expect(old.log).toContain('WARNING: automatic string to int conversion for "2x" failed');
    expect(await says(body, '', { compat: '6.x' })).toEqual(['7', 'F', 'd']);
  });

  test('a bad regular expression at run time is logged and false', async () => {
    const bench = new Bench(script('$var(re) = "("; if ("a" =~ $var(re)) say("T"); else say("F"); say("end");'));
    expect(await bench.run()).toEqual(['F', 'end']);
    expect(bench.log[0]).toBe('ERROR: Bad regular expression "("');
  });

  test('a failed return gives -5, the code upstream has for a bug', async () => {
    expect(await says(`${ZERO} route(A); say("$rc");`, 'route[A] { return 1 / $var(z); }')).toEqual(['-5']);
  });
});

describe('while over a negative number', () => {
  const BODY = '$var(i) = -2; while ($var(i)) { $var(i) = $var(i) + 1; } say("$var(i)");';
  test('loops in 5.6', async () => expect(await says(BODY, '', { compat: '5.6' })).toEqual(['0']));
  test('does not in 6.x', async () => expect(await says(BODY)).toEqual(['-2']));
});

describe('integers', () => {
  const BODY =
    '$var(a) = 2147483647; $var(a) = $var(a) + 1; say("$var(a)"); $var(b) = $var(a) * 65536 * 65536; say("$var(b)"); $var(c) = -2147483648; say("$var(c)");';
  test('have 32 bits in 5.6', async () =>
    expect(await says(BODY, '', { compat: '5.6' })).toEqual(['-2147483648', '0', '-2147483648']));
  test('have 64 in 6.x, also past what a double holds', async () => {
    expect(await says(BODY)).toEqual(['2147483648', '-9223372036854775808', '2147483648']);
  });
  test('a return code has 32 in both', async () => {
    expect(await says('$var(n) = 65536; route(A); say("$rc");', 'route[A] { return $var(n) * $var(n) + 3; }')).toEqual([
      '3',
    ]);
  });
});

test('texts of the script cannot leave their literals in the compiled source', async () => {
  const nasty = '`{1}` \\" */ // \\n \\\\ \u00e2\u0080\u00a8';
  expect(await says(`say("${nasty}"); if ("\\"]; throw 1; //" == "x") say("T"); else say("F");`)).toEqual([
    '`{1}` " */ // \n \\ \u00e2\u0080\u00a8',
    'F',
  ]);
});

test('a block expression is a block of its own: return leaves it alone, exit ends the script', async () => {
  const body =
    '$var(r) = { say("in"); return 7; say("never"); } + 5; say("$var(r)"); $var(q) = { exit; }; say("never");';
  expect(await says(body)).toEqual(['in', '6']);
});
