import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../../src/cli/diff.js';
import { kts } from './running.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-check-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(text: string, name = 'k.cfg'): string {
  const path = join(dir, name);
  writeFileSync(path, text, 'latin1');
  return path;
}

interface Found {
  readonly code: string;
  readonly line: number;
  readonly notes: readonly string[];
}

/** `CODE line` of each finding, with lint off. */
async function found(path: string, ...args: string[]): Promise<string[]> {
  const { out } = await kts('check', '--format', 'json', '--lint', 'none', ...args, path);
  return (JSON.parse(out).diagnostics as Found[]).map(({ code, line }) => `${code} ${line}`);
}

describe('several mistakes', () => {
  test('names are looked at although the syntax is wrong elsewhere', async () => {
    const path = file('loadmodule "pv"\nrequest_route {\n  nope();\n  if (1;\n  $nosuch = 1;\n}\n');
    expect(await found(path)).toEqual(['KTS0001 4', 'KTS1020 3', 'KTS1030 5']);
  });

  test('what a lost line brought is not missed', async () => {
    const path = file(
      'loadmodule "pv" 5\nloadmodule "xlog"\nrequest_route {\n  xlog("$var(x)");\n  route(GONE);\n}\nrout[GONE] { exit; }\n',
    );
    expect((await found(path)).filter((f) => !f.startsWith('KTS0'))).toEqual([]);
  });
});

describe('places', () => {
  test('what comes out of a define shows both; what is included shows from where', async () => {
    const part = file('route[X] { nope(); }\n', 'part.cfg');
    const path = file(`#!define CALL sya()\ninclude_file "${part}"\nrequest_route { CALL; }\n`);
    const { out } = await kts('check', '--lint', 'none', path);
    expect(out).toContain(
      `${path}:3:17: error[KTS1020]: unknown function sya\n 3 | request_route { CALL; }\n   |                 ^^^^\n`,
    );
    expect(out).toContain(`   ${path}:1:15: the define that stands here\n 1 | #!define CALL sya()\n`);
    expect(out).toContain(`   ${path}:2:14: included here\n 2 | include_file "${part}"\n`);
  });

  test.each([
    ['a route', 'route[A] { exit; }\nroute[A] { exit; }\nrequest_route { exit; }\n', 'KTS1051'],
    ['a module', 'loadmodule "pv"\nloadmodule "pv"\nrequest_route { exit; }\n', 'KTS1005'],
    ['a flag', 'flags A:1\nflags A:2\nrequest_route { exit; }\n', 'KTS1011'],
    ['the number of a flag', 'flags A:1\nflags B:1\nrequest_route { exit; }\n', 'KTS1012'],
    ['a custom variable', 'a.b = 1\na.b = 2\nrequest_route { exit; }\n', 'KTS1013'],
    ['a define', '#!define A 1\n#!define A 2\nrequest_route { exit; }\n', 'KTS0030'],
    ['a label', 'request_route { switch(1) {\n case 1: exit; break; \n\ncase 1: exit; } }\n', 'KTS1045'],
  ])('%s twice: the first is shown', async (_, text, code) => {
    const path = file(text);
    const { out } = await kts('check', '--lint', 'none', '--format', 'sarif', path);
    const results = JSON.parse(out).runs[0].results as { ruleId: string; relatedLocations?: object[] }[];
    const place = results.find((r) => r.ruleId === code)?.relatedLocations?.[0];
    expect(place).toMatchObject({ physicalLocation: { region: { startLine: code === 'KTS1045' ? 2 : 1 } } });
  });
});

describe('# kts-ignore', () => {
  const one = (comment: string) => `request_route {\n  if (1) exit; ${comment}\n}\n`;

  test('at the end of the line, or before it', async () => {
    expect(await found(file(one('')))).toEqual(['KTS1042 2']);
    expect(await found(file(one('# kts-ignore KTS1042: a test')))).toEqual([]);
    expect(await found(file(one('/* kts-ignore KTS1042: a test */')))).toEqual([]);
    const before =
      'request_route {\n  # kts-ignore KTS1042: a test\n  # and more\n\n  if (1) exit;\n  if (1) drop;\n}\n';
    expect(await found(file(before))).toEqual(['KTS1042 6']);
  });

  test('without a reason: it counts, and is found', async () => {
    expect(await found(file(one('# kts-ignore KTS1042')))).toEqual(['KTS1090 2']);
    expect(await found(file(one('# kts-ignore this')))).toEqual(['KTS1042 2', 'KTS1090 2']);
  });

  test('with nothing to suppress', async () => {
    expect(await found(file(one('# kts-ignore KTS1042, KTS1043: a test')))).toEqual(['KTS1091 2']);
  });

  test('an error stays one', async () => {
    const path = file('request_route {\n  nope(); # kts-ignore KTS1020: never mind\n}\n');
    expect(await found(path)).toEqual(['KTS1020 2', 'KTS1092 2']);
    expect((await kts('check', path)).status).toBe(1);
  });

  test('before --deny', async () => {
    const path = file(one('# kts-ignore KTS1042: a test'));
    expect((await kts('check', '--lint', 'none', '--deny', 'warnings', path)).status).toBe(0);
  });

  test('kts explain knows the codes', async () => {
    for (const code of ['KTS1090', 'KTS1091', 'KTS1092']) expect((await kts('explain', code)).status).toBe(0);
  });
});

test('kts explain without a code lists them all', async () => {
  const { status, out } = await kts('explain');
  expect(status).toBe(0);
  expect(out).toMatch(/^KTS0001 {2}error {4}The text does not follow/);
  expect(out).toMatch(/^KTS1090 {2}warning /m);
  expect(out).toMatch(/^KTS2\d{3} {2}/m);
});

describe('--fix', () => {
  const WRONG =
    'loadmodule "pv"\r\nloadmodule "xlog"\r\nloadmodule "pv"\r\nmodparam("xlog", "buf_size", "4096")\r\nrequest_route {\r\n\txlog("a")\r\n\tif (1) {}\r\n}\r\n';
  const RIGHT =
    'loadmodule "pv"\r\nloadmodule "xlog"\r\nmodparam("xlog", "buf_size", 4096)\r\nrequest_route {\r\n\txlog("a");\r\n\tif (1) { ; }\r\n}\r\n';

  test('mends the file and says what it did', async () => {
    const path = file(WRONG);
    const { status, out } = await kts('check', '--fix', '--lint', 'none', path);
    expect(status).toBe(0);
    expect(readFileSync(path, 'latin1')).toBe(RIGHT);
    expect(out).toContain(`${path}:3: fixed[KTS1005]: module pv is loaded twice: remove this line\n`);
    expect(out.match(/fixed\[/g)?.length).toBe(4);
    expect(out).toContain('0 errors, 1 warning');
  });

  test('--dry-run: prints the difference and writes nothing', async () => {
    const path = file(WRONG.replaceAll('\r', ''));
    const { status, out } = await kts('check', '--fix', '--dry-run', '--lint', 'none', path);
    expect([status, readFileSync(path, 'latin1')]).toEqual([0, WRONG.replaceAll('\r', '')]);
    expect(out).toBe(
      `--- ${path}\n+++ ${path}\n@@ -1,8 +1,7 @@\n loadmodule "pv"\n loadmodule "xlog"\n-loadmodule "pv"\n-modparam("xlog", "buf_size", "4096")\n+modparam("xlog", "buf_size", 4096)\n request_route {\n-\txlog("a")\n-\tif (1) {}\n+\txlog("a");\n+\tif (1) { ; }\n }\n`,
    );
  });

  test('guesses and text out of defines are left to people', async () => {
    const text = '#!define EMPTY if (1) {}\nloadmodule "xlog"\nrequest_route {\n\txlg("a");\n\tEMPTY\n}\n';
    const path = file(text);
    expect((await kts('check', '--fix', path)).status).toBe(1);
    expect(readFileSync(path, 'latin1')).toBe(text);
  });

  test('included files are mended too; formats for machines keep to themselves', async () => {
    const part = file('route[X] { exit }\n', 'part.cfg');
    const path = file(`include_file "${part}"\nrequest_route { exit; }\n`);
    const { out, err } = await kts('check', '--fix', '--lint', 'none', '--format', 'json', path);
    expect(JSON.parse(out)).toEqual({ diagnostics: [], reasons: [] });
    expect(err).toContain('fixed[KTS0002]');
    expect(readFileSync(part, 'latin1')).toBe('route[X] { exit; }\n');
  });
});

test('a difference has hunks, each with the lines around it', () => {
  const lines = Array.from({ length: 30 }, (_, n) => `${n}`);
  const changed = lines.with(4, 'four').toSpliced(20, 1);
  expect(unifiedDiff('x', lines.join('\n'), changed.join('\n'))).toBe(
    '--- x\n+++ x\n@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n@@ -18,7 +18,6 @@\n 17\n 18\n 19\n-20\n 21\n 22\n 23\n',
  );
  expect(unifiedDiff('x', 'a', 'a')).toBe('');
});

describe('--all-defines', () => {
  test('looks at each branch, and says with which switches a finding comes', async () => {
    const path = file(
      `#!define WITH_C
request_route {
#!ifdef WITH_A
  a();
#!ifdef WITH_B
  b();
#!else
  c();
#!endif
#!endif
#!ifndef WITH_C
  d();
#!else
  e();
#!endif
}
`,
    );
    expect(await found(path)).toEqual(['KTS1020 14']);
    expect(await found(path, '--all-defines')).toEqual([
      'KTS1020 4',
      'KTS1020 6',
      'KTS1020 8',
      'KTS1020 12',
      'KTS1020 14',
    ]);
    const { out } = await kts('check', '--all-defines', '--lint', 'none', path);
    expect(out).toMatch(/:6:3: .*\n.*\n.*\n {3}help: This is so with WITH_A, WITH_B\.\n/);
    expect(out).toMatch(/:12:3: .*\n.*\n.*\n {3}help: This is so without WITH_C\.\n/);
  });

  test('what a branch needs from another comes with it', async () => {
    const path = file(
      `loadmodule "xlog"
#!ifdef WITH_SIZE
#!ifndef SIZE
#!define SIZE 4096
#!endif
#!endif
#!ifdef WITH_XLOG
modparam("xlog", "buf_size", SIZE)
#!endif
request_route { exit; }
`,
    );
    expect(await found(path, '--all-defines')).toEqual([]);
  });

  test('expressions, branches that contradict themselves, and branches that are no config', async () => {
    const path = file(
      `request_route {
#!ifexp WITH_X && !WITH_Y
  x();
#!endif
#!ifdef A
#!ifndef A
  y();
#!endif
#!endif
#!ifdef NOTES
  This is not for the machine.
#!endif
  exit;
}
`,
    );
    expect((await found(path, '--all-defines')).filter((f) => f !== 'KTS1020 3')).toEqual([]);
  });

  test('what only another branch needs is not unused', async () => {
    const path = file('request_route {\n#!ifdef A\n  route(X);\n#!endif\n  exit;\n}\nroute[X] { exit; }\n');
    const unused = async (...args: string[]) =>
      (await kts('check', '--lint', 'unused', '--format', 'json', ...args, path)).out.includes('KTS2');
    expect([await unused(), await unused('--all-defines')]).toEqual([true, false]);
  });
});
