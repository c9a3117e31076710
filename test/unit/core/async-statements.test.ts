import { describe, expect, test } from 'vitest';
import { Bench, bind, script } from './script-bench.js';

const RESUME = 'route[R] { say("resume rc=$rc 0=$async_rc(0) 1=$async_rc(1) $var(x) $rm"); }';

describe('async(operation, route)', () => {
  test('ends the run, waits, and goes on in the route with what the run had', async () => {
    const bench = new Bench(script('$var(x) = "kept"; async(hold("a"), R); say("never");', RESUME));
    expect(await bench.run()).toEqual([]);
    await bench.fake.release('a', 7);
    expect(bench.said).toEqual(['resume rc=7 0=7 1=<null> kept OPTIONS']);
  });

  test('ends the callers of the route that it stands in', async () => {
    const bench = new Bench(
      script('route(A); say("caller");', `route[A] { if (1 == 1) { async(hold("a"), R); } say("never"); } ${RESUME}`),
    );
    await bench.run();
    await bench.fake.release('a', 1);
    expect(bench.said).toEqual(['resume rc=1 0=1 1=<null> 0 OPTIONS']);
  });

  test('keeps the variables of other messages out', async () => {
    const bench = new Bench(script('$var(x) = $rm; async(hold("$rm"), R);', RESUME));
    await bench.run();
    await bench.run(
      'INFO sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKi\r\nFrom: <sip:a@a>;tag=1\r\n' +
        'To: <sip:b@b>\r\nCall-ID: i\r\nCSeq: 1 INFO\r\nContent-Length: 0\r\n\r\n',
    );
    await bench.fake.release('OPTIONS', 1);
    await bench.fake.release('INFO', 2);
    expect(bench.said).toEqual(['resume rc=1 0=1 1=<null> OPTIONS OPTIONS', 'resume rc=2 0=2 1=<null> INFO INFO']);
  });

  test('runs functions that never wait too, and takes the route as well', async () => {
    expect(await new Bench(script('async(code(-3), R); say("never");', RESUME)).run()).toEqual([
      'resume rc=-3 0=-3 1=<null> 0 OPTIONS',
    ]);
  });

  test('goes on with -1 when the operation fails or its arguments cannot be had', async () => {
    const failed = 'resume rc=-1 0=-1 1=<null> 0 OPTIONS';
    expect(await new Bench(script('async(boom(), R);', RESUME)).run()).toEqual([failed]);
    expect(await new Bench(script('async(boom_later(), R);', RESUME)).run()).toEqual([failed]);
    expect(await new Bench(script('async(even($rm), R);', RESUME)).run()).toEqual([failed]);
  });

  test('goes on with -2 when the time is over, and what ends later changes nothing', async () => {
    const bench = new Bench(script('async(hold("a"), R, 2);', RESUME));
    await bench.run();
    bench.clock.advance(1999);
    await bench.run('junk');
    expect(bench.said).toEqual([]);
    bench.clock.advance(1);
    await bench.run('junk');
    await bench.fake.release('a', 1);
    expect(bench.said).toEqual(['resume rc=-2 0=-2 1=<null> 0 OPTIONS']);
    expect(bench.log.some((line) => line.includes('async: not done within 2 s, at test.cfg:'))).toBe(true);
  });

  test('the route may wait again', async () => {
    const bench = new Bench(
      script(
        'async(hold("a"), ONE);',
        'route[ONE] { say("one $rc"); async(hold("b"), TWO); } route[TWO] { say("two $rc"); }',
      ),
    );
    await bench.run();
    await bench.fake.release('a', 1);
    await bench.fake.release('b', 2);
    expect(bench.said).toEqual(['one 1', 'two 2']);
  });
});

describe('async(route) { operations }', () => {
  test('runs all side by side and goes on once, with the code of each', async () => {
    const bench = new Bench(script('async(R) { hold("a"); hold("b"); }', RESUME));
    await bench.run();
    await bench.fake.release('b', 2);
    expect(bench.said).toEqual([]);
    await bench.fake.release('a', 1);
    expect(bench.said).toEqual(['resume rc=2 0=1 1=2 0 OPTIONS']);
  });

  test('$rc is the first code that failed', async () => {
    const bench = new Bench(script('async(R) { code(-5); hold("b"); }', RESUME));
    await bench.run();
    await bench.fake.release('b', 3);
    expect(bench.said).toEqual(['resume rc=-5 0=-5 1=3 0 OPTIONS']);
  });
});

describe('launch(operation)', () => {
  test('goes on at once, and tells the report route of the end', async () => {
    const bench = new Bench(
      script(
        '$avp(mine) = 1; launch(hold("a"), REPORT, "about $rm"); say("on rc=$rc");',
        'route[REPORT] { say("report rc=$rc [$param(1)] [$param(2)] $avp(mine) $fU"); }',
      ),
    );
    await bench.run();
    expect(bench.said).toEqual(['on rc=0']);
    await bench.fake.release('a', 4);
    expect(bench.said).toEqual(['on rc=0', 'report rc=4 [about OPTIONS] [<null>] <null> nobody']);
  });

  test('needs no route, and survives an operation that fails', async () => {
    const bench = new Bench(script('launch(hold("a")); launch(boom_later()); launch(boom()); say("on");'));
    await bench.run();
    await bench.fake.release('a', 1);
    expect(bench.said).toEqual(['on']);
    expect(bench.log.filter((line) => line.includes('run action error at: test.cfg:')).length).toBe(2);
  });

  test('does not make its route wait', async () => {
    const bench = new Bench(script('launch(hold("a")); say("on");'));
    bench.receive();
    expect(bench.said).toEqual(['on']);
  });
});

describe('what is refused', () => {
  const codes = (body: string): string[] =>
    bind(script(body, 'route[R] { exit; }')).diagnostics.map((d) => `${d.code} ${d.title}`);

  test('a limit that is no number of seconds, async() without a route', () => {
    expect(codes('async(hold("a"), R, 0);')).toEqual([
      'KTS1055 the limit of async() must be a number of seconds, 1 or more',
    ]);
    expect(codes('async(hold("a"), R, "soon");')).toEqual([
      'KTS1055 the limit of async() must be a number of seconds, 1 or more',
    ]);
    expect(codes('async(hold("a"));')).toEqual(['KTS1055 async() must name the route that goes on']);
  });

  test('operations that do not exist, or not here', () => {
    expect(codes('async(nothing("a"), R);').map((c) => c.slice(0, 7))).toEqual(['KTS1020']);
    expect(codes('launch(on_failure_only());').map((c) => c.slice(0, 7))).toEqual(['KTS1022']);
  });

  test('a route that does not exist', () => {
    const bench = new Bench(script('async(hold("a"), NONE);'), { mayBeWrong: true });
    expect(bench.diagnostics.map((d) => d.code)).toContain('KTS1050');
  });
});
