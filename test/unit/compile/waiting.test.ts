import { describe, expect, test } from 'vitest';
import { Bench, request, says, script } from '../core/script-bench.js';

/** A bench whose messages wait in a function until they are released by name. */
const bench = (body: string, post = '', pre = '') => new Bench(script(body, post, pre));

const from = (callId: string) => request({ 'Call-ID': callId, Via: `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${callId}` });

describe('a function that waits gives its code wherever it stands', () => {
  test.each([
    ['a statement', 'soon(-3); say("$rc");', ['-3']],
    ['an assignment', '$var(x) = soon(7); say("$var(x) $rc");', ['7 7']],
    ['an assignment of a sum', '$var(x) = 10 + soon(7); say("$var(x)");', ['11']],
    ['an assignment to another variable', '$slot(a) = soon(7); say("$rc");', ['7']],
    ['a condition', 'if (soon(1)) say("T"); if (soon(-1)) say("T"); else say("F");', ['T', 'F']],
    ['logic', 'if (soon(-1) || soon(1) && !soon(-1)) say("T"); else say("F");', ['T']],
    ['a loop', '$var(i)=0; while ($var(i) < 3 && soon(1)) { $var(i) = $var(i) + 1; soon(1); } say("$var(i)");', ['3']],
    ['a switch', 'switch (soon(-1)) { case 0: soon(1); say("0"); break; default: say("d"); }', ['0']],
    ['a choice', '$var(x) = selval(soon(1), "yes", "no"); say("$var(x)");', ['yes']],
    ['a block', '$var(x) = { soon(1); return 4; } + 1; say("$var(x)");', ['2']],
    ['an assignment inside a condition', 'if (($var(x) = soon(3))) say("$var(x)");', ['3']],
    ['an argument that fails', '$var(x) = soon(1 / $var(none)); say("$var(x)");', ['-1']],
    ['a code of 0', 'soon(0); say("never");', []],
    ['one that did not wait', 'maybe(5); say("$rc"); $var(x) = maybe(6); say("$var(x)");', ['5', '6']],
  ])('%s', async (_where, body, expected) => {
    expect(await says(body)).toEqual(expected);
  });

  test.each([
    ['route()', 'route(A); say("$rc");', ['7']],
    ['a chain', 'route(B); say("$rc");', ['8']],
    ['an assignment', '$var(x) = route(A); say("$var(x)");', ['7']],
    ['a condition', 'if (route(A)) say("T $rc");', ['T 7']],
    [
      'a computed name',
      '$var(n) = "A"; route($var(n)); say("$rc"); $var(x) = route("" + $var(n)); say("$var(x)");',
      ['7', '7'],
    ],
    ['exit on the way', 'route(C); say("never");', []],
    ['a route that a function runs', 'run("A"); say("$rc"); $var(x) = 1; run("D"); say("$var(x)");', ['7', '2']],
  ])('a route that waits: %s', async (_where, body, expected) => {
    const post = `route[A] { soon(1); return 7; }
      route[B] { if (route(A)) { return $rc + 1; } }
      route[C] { if (soon(1)) { exit; } }
      route[D] { soon(1); $var(x) = 2; }`;
    expect(await says(body, post)).toEqual(expected);
  });

  test('recursion through waiting routes is bounded as well', async () => {
    const b = bench(
      'route(A); say("$var(n)");',
      'route[A] { $var(n) = $var(n) + 1; soon(1); route(A); }',
      'max_recursive_level=5',
    );
    expect(await b.run()).toEqual(['4']);
    expect(b.log.at(-1)).toContain('too many recursive');
  });
});

describe('messages that overtake each other', () => {
  test('each keeps its own variables while it waits', async () => {
    const b = bench(
      '$var(x) = $ci; hold("$ci"); say("$ci has $var(x)"); $var(x) = "later"; hold("$ci"); say("$ci has $var(x)");',
    );
    b.receive(from('one'));
    b.receive(from('two'));
    await b.fake.release('two');
    await b.fake.release('one');
    await b.fake.release('one');
    await b.fake.release('two');
    expect(b.said).toEqual(['two has two', 'one has one', 'one has later', 'two has later']);
  });

  test('what is assigned from a call that waited stays with the message', async () => {
    const b = bench('$var(x) = hold("$ci"); hold("$ci"); say("$ci $var(x)"); $vn(y) = hold("$ci"); say("$ci $vn(y)");');
    b.receive(from('one'));
    b.receive(from('two'));
    await b.fake.release('one', 11);
    await b.fake.release('two', 22);
    await b.fake.release('one');
    await b.fake.release('two');
    await b.fake.release('one', 111);
    await b.fake.release('two', 222);
    expect(b.said).toEqual(['one 11', 'two 22', 'one 111', 'two 222']);
  });

  test('a message that does not wait sees the variables of the thread, and those of a run that has ended', async () => {
    const b = bench('if ($ci == "slow") { $var(x) = "slow"; hold("a"); exit; } say("$var(x)"); $var(x) = "quick";');
    b.receive(from('q1'));
    b.receive(from('slow'));
    b.receive(from('q2'));
    await b.fake.release('a');
    b.receive(from('q3'));
    expect(b.said).toEqual(['0', 'slow', 'slow']);
  });

  test('a route that a function runs belongs to the run around it: its variables are not given up early', async () => {
    const b = bench(
      'if ($ci == "other") { say("other $var(x)"); exit; } run("A"); $var(x) = "mine"; hold("b"); say("$var(x)");',
      'route[A] { hold("a"); $var(x) = "inner"; }',
    );
    b.receive(from('one'));
    await b.fake.release('a');
    b.receive(from('other'));
    await b.fake.release('b');
    b.receive(from('other'));
    expect(b.said).toEqual(['other 0', 'mine', 'other mine']);
  });

  test('log records carry the prefix of the message that is being worked on', async () => {
    const b = bench(
      'log(1, "before"); hold("$ci"); log(1, "after"); route(A); log(1, "end"); $var(n) = "A"; route($var(n)); log(1, "last");',
      'route[A] { hold("$ci"); log(1, "in A"); }',
      'debug=3\nlog_prefix="[$ci] "',
    );
    b.receive(from('one'));
    b.receive(from('two'));
    for (const name of ['one', 'two', 'two', 'one', 'two', 'one']) await b.fake.release(name);
    const of = (id: string) => b.log.filter((l) => l.includes(`[${id}]`)).map((l) => l.replace(/^NOTICE: /, ''));
    for (const id of ['one', 'two'])
      expect(of(id)).toEqual(['before', 'after', 'in A', 'end', 'in A', 'last'].map((t) => `[${id}] ${t}`));
    expect(b.thread.log.context).toBeNull();
  });

  test('promises that settle in the same turn do not mix the prefixes of two runs', async () => {
    const b = bench(
      'route(A); log(1, "one"); route(A); log(1, "two"); $var(x) = { soon(1); }; log(1, "three");',
      'route[A] { route(B); log(1, "A"); }\nroute[B] { soon(1); log(1, "B"); }',
      'debug=3\nlog_prefix="[$ci] "',
    );
    b.receive(from('x'));
    b.receive(from('y'));
    await b.run(from('z'));
    for (const id of ['x', 'y', 'z'])
      expect(b.log.filter((l) => l.includes(`[${id}]`)).map((l) => l.slice(l.indexOf(']') + 2))).toEqual([
        'B',
        'A',
        'one',
        'B',
        'A',
        'two',
        'three',
      ]);
  });
});

describe('a function that throws loses its message only', () => {
  test.each(['boom', 'boom_later'])('%s', async (name) => {
    const b = bench(`if ($ci == "bad") { ${name}(); say("never"); } say("$ci");`);
    b.receive(from('good'));
    await b.run(from('bad'));
    await b.run(from('next'));
    expect(b.said).toEqual(['good', 'next']);
    expect(b.log).toEqual([expect.stringMatching(/^CRITICAL: a message was lost: Error: boom.*\[OPTIONS sip:bob/s)]);
    expect(b.counter('err_requests')).toBe(1);
    expect(b.thread.log.context).toBeNull();
  });

  test('modules end what they began for the request all the same', async () => {
    const b = bench('boom();');
    let ended = 0;
    b.thread.hooks.postRequest.push(() => ended++);
    await b.run();
    expect(ended).toBe(1);
    const later = bench('boom_later();');
    later.thread.hooks.postRequest.push(() => ended++);
    await later.run();
    expect(ended).toBe(2);
  });

  test('a promise that fails while others wait', async () => {
    const b = bench('hold("$ci"); say("$ci");');
    b.receive(from('one'));
    b.receive(from('two'));
    await b.fake.release('one', new Error('gone'));
    await b.fake.release('two');
    expect(b.said).toEqual(['two']);
    expect(b.log[0]).toContain('a message was lost: Error: gone');
  });
});
