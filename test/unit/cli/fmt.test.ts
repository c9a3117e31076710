import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kts } from './running.js';

const UGLY = 'request_route{\n  if(a()){exit;}\n\n\n  drop ;   \n}';
const NEAT = 'request_route {\n\tif (a()) { exit; }\n\n\tdrop;\n}\n';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-fmt-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(text: string, name = 'k.cfg'): string {
  const path = join(dir, name);
  writeFileSync(path, text, 'latin1');
  return path;
}
const textOf = (path: string) => readFileSync(path, 'latin1');

describe('kts fmt', () => {
  test('prints the result and leaves the file', async () => {
    const path = file(UGLY);
    expect(await kts('fmt', path)).toEqual({ status: 0, out: NEAT, err: '' });
    expect(textOf(path)).toBe(UGLY);
  });

  test('--write: names the files it changes, and leaves the others alone', async () => {
    const [ugly, neat] = [file(UGLY), file(NEAT, 'neat.cfg')];
    expect(await kts('fmt', '--write', ugly, neat)).toEqual({ status: 0, out: `${ugly}\n`, err: '' });
    expect(textOf(ugly)).toBe(NEAT);
  });

  test('--check: lists the files that would change, status 1, and writes nothing', async () => {
    const [ugly, neat] = [file(UGLY), file(NEAT, 'neat.cfg')];
    expect(await kts('fmt', '--check', neat, ugly)).toEqual({ status: 1, out: `${ugly}\n`, err: '' });
    expect(textOf(ugly)).toBe(UGLY);
    expect((await kts('fmt', '--check', neat)).status).toBe(0);
  });

  test('what is no config: each mistake with its place, status 2, nothing written', async () => {
    const text = 'request_route {\n  if (a() exit;\n}\n';
    const path = file(text);
    const { status, out, err } = await kts('fmt', '-w', path);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(`${path}:2:`);
    expect(err).toContain('error[KTS0001]');
    expect(textOf(path)).toBe(text);
    expect((await kts('fmt', file('request_route {\n xlog("a;\n}\n'))).err).toContain(':2:7: error[KTS0020]');
    expect((await kts('fmt', file('#!ifdef A\nrequest_route { exit; }\n'))).err).toContain(':1:1: error[KTS0040]');
    expect((await kts('fmt', join(dir, 'gone.cfg'))).status).toBe(2);
  });

  test('a file of statements, and one that uses defines of the file that includes it', async () => {
    expect((await kts('fmt', file('xlog( "a" );\n if(x()) exit;\n'))).out).toBe('xlog("a");\nif (x()) exit;\n');
    const part = file('modparam( "db","url",DBURL )\nroute[X] { if($x<LIMIT) f( SIZE ); }\n');
    expect((await kts('fmt', part)).out).toBe('modparam("db", "url", DBURL)\nroute[X] { if ($x < LIMIT) f(SIZE); }\n');
    const block = file('route[X] {\n BEGIN\n foo();\n }\n}\n');
    expect((await kts('fmt', block)).status).toBe(2);
    expect((await kts('fmt', '-A', 'BEGIN=if (1) {', block)).out).toBe('route[X] {\n\tBEGIN\n\tfoo();\n}\n}\n');
  });

  test('--range: only these lines', async () => {
    const text = 'request_route{\n  a( );\n  b( );\n  c( );\n}';
    expect((await kts('fmt', '--range', '3:3', file(text))).out).toBe(text.replace('  b( );', '\tb();'));
    expect((await kts('fmt', '--range', '9:3', file(text))).status).toBe(2);
  });

  test('--indent: by blanks', async () => {
    expect((await kts('fmt', '--indent', '4', file(UGLY))).out).toBe(NEAT.replaceAll('\t', '    '));
    expect((await kts('fmt', '--indent', 'x', file(UGLY))).status).toBe(2);
  });

  test('line ends stay as they are; of both kinds they become LF; a byte order mark goes', async () => {
    expect((await kts('fmt', file(UGLY.replaceAll('\n', '\r\n')))).out).toBe(NEAT.replaceAll('\n', '\r\n'));
    expect((await kts('fmt', file(UGLY.replace('\n', '\r\n')))).out).toBe(NEAT);
    expect((await kts('fmt', file(`\xef\xbb\xbf${UGLY}`))).out).toBe(NEAT);
  });

  test('bytes stay bytes', async () => {
    const text = 'request_route {\n\txlog("\xe4\x80\xff");\n}\n';
    const path = file(text);
    await kts('fmt', '-w', path);
    expect(textOf(path)).toBe(text);
    expect((await kts('fmt', path)).out).toBe(text);
  });

  test('where a define ends in a string: left as it is', async () => {
    const text = '#!define OPEN "a\nrequest_route { xlog(OPEN  b "  c"d"); }\n';
    const { status, err } = await kts('fmt', file(text));
    expect([status, /error\[KTS00(70|20|01)\]/.test(err)]).toEqual([2, true]);
  });

  test('nothing to lay out: status 2', async () => {
    expect((await kts('fmt')).status).toBe(2);
  });
});
