import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../../src/cli/main.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-cli-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

function file(text: string, name = 'k.cfg'): string {
  const path = join(dir, name);
  writeFileSync(path, text, 'latin1');
  return path;
}

/** Runs `kts …` in this process. */
async function kts(...args: string[]) {
  let out = '';
  let err = '';
  const into = (keep: (text: string) => void) => (text: string | Uint8Array) => {
    keep(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(into((text) => (out += text)));
  vi.spyOn(process.stderr, 'write').mockImplementation(into((text) => (err += text)));
  process.exitCode = undefined;
  await main(args);
  const status = process.exitCode ?? 0;
  vi.restoreAllMocks();
  return { status, out, err };
}

const CLEAN = 'request_route { exit; }\n';
const WARNED = 'request_route { if (1) exit; }\n';
const WRONG = 'loadmodule "pv"\nrequest_route {\n\tsya("x");\n  route(NOPE);\n}\n';

describe('kts check', () => {
  test('a clean config: status 0', async () => {
    expect(await kts('check', file(CLEAN))).toEqual({ status: 0, out: '0 errors, 0 warnings\n', err: '' });
  });

  test('warnings alone: status 0', async () => {
    const { status, out } = await kts('check', file(WARNED));
    expect([status, out.includes('warning[KTS1042]'), out.includes('0 errors, 1 warning')]).toEqual([0, true, true]);
  });

  test('errors: status 1, all of them, each with its place, its line and a caret under it', async () => {
    const path = file(WRONG);
    const { status, out } = await kts('check', path);
    expect(status).toBe(1);
    expect(out).toContain(`${path}:3:2: error[KTS1020]: unknown function sya\n 3 | \tsya("x");\n   | \t^^^\n`);
    expect(out).toContain(`${path}:4:9: error[KTS1050]: route "NOPE" not found\n`);
    expect(out).toMatch(/2 errors, 0 warnings\n$/);
    expect(out).not.toContain('\x1b');
  });

  test('a file that cannot be read: status 2', async () => {
    const { status, err } = await kts('check', join(dir, 'gone.cfg'));
    expect(status).toBe(2);
    expect(err).toContain('gone.cfg');
  });

  test('an option that does not exist: status 2', async () => {
    expect((await kts('check', '--nosuch', file(CLEAN))).status).toBe(2);
    expect((await kts('check')).status).toBe(2);
    expect((await kts('nosuchcommand')).status).toBe(2);
  });

  test('a name to listen on that does not resolve: status 1, beside the other findings', async () => {
    const { status, out } = await kts('check', file(`listen=udp:no-such-host.invalid:5060\n${WARNED}`));
    expect(status).toBe(1);
    expect(out).toContain('could not resolve no-such-host.invalid\n');
    expect(out).toContain('KTS1042');
  });

  test('several files: the findings of all', async () => {
    const { status, out } = await kts('check', file(CLEAN, 'a.cfg'), file(WRONG, 'b.cfg'), file(WARNED, 'c.cfg'));
    expect(status).toBe(1);
    expect(out).toContain('2 errors, 1 warning');
  });

  test('JSON', async () => {
    const path = file(WRONG);
    const { status, out } = await kts('check', '--format', 'json', path);
    expect(status).toBe(1);
    const { diagnostics, reasons } = JSON.parse(out);
    expect(reasons).toEqual([]);
    expect(diagnostics).toHaveLength(2);
    expect(diagnostics[0]).toEqual({
      code: 'KTS1020',
      severity: 'error',
      title: 'unknown function sya',
      file: path,
      line: 3,
      column: 2,
      endLine: 3,
      endColumn: 4,
      notes: [],
      related: [],
      fix: null,
    });
  });

  test('defines, releases and modules that may be missing', async () => {
    const config = '#!ifdef BROKEN\nnonsense\n#!endif\nrequest_route { exit; }\n';
    expect((await kts('check', file(config))).status).toBe(0);
    expect((await kts('check', '-A', 'BROKEN', file(config))).status).toBe(1);
    const later = 'loadmodule("pv")\nrequest_route { exit; }\n';
    expect((await kts('check', file(later))).status).toBe(0);
    expect((await kts('check', '--compat', '5.6', file(later))).status).toBe(1);
    const missing = 'loadmodule "dispatcher"\nrequest_route { ds_select_dst("1", "4"); }\n';
    expect((await kts('check', file(missing))).status).toBe(1);
    expect((await kts('check', '--allow-missing', 'dispatcher', file(missing))).status).toBe(0);
  });
});

describe('kts explain', () => {
  test('says what a code means, in either case', async () => {
    const { status, out } = await kts('explain', 'kts1050');
    expect([status, out]).toEqual([0, 'KTS1050 (error)\nNo route block of that name exists.\n']);
    expect((await kts('explain', 'KTS0001')).out).toContain('KTS0001 (error)');
  });

  test('knows no code that is none', async () => {
    expect(await kts('explain', 'KTS9999')).toMatchObject({ status: 2, err: 'there is no diagnostic KTS9999\n' });
  });
});

describe('kts modules', () => {
  test('lists what is here, describes one, and tells not here from not at all', async () => {
    expect((await kts('modules')).out).toMatch(/^pv +34\/34 +3\/3 /m);
    expect((await kts('modules', 'maxfwd')).out).toMatch(/mf_process_maxfwd_header\(/);
    expect(await kts('modules', 'dispatcher')).toMatchObject({
      status: 1,
      err: 'module dispatcher exists upstream but not here yet\n',
    });
    expect(await kts('modules', 'constructor')).toMatchObject({ status: 1, err: 'there is no module constructor\n' });
  });
});
