import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../../src/cli/main.js';

let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'kts-formats-')));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

function file(text: string, name = 'k.cfg'): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Runs `kts check …` in this process, as if started in the directory of the test. */
async function check(...args: string[]) {
  let out = '';
  let err = '';
  vi.spyOn(process, 'cwd').mockReturnValue(dir);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
  process.exitCode = undefined;
  await main(['check', ...args]);
  const status = process.exitCode ?? 0;
  vi.restoreAllMocks();
  return { status, out, err };
}

const CLEAN = 'request_route { exit; }\n';
const WARNED = 'request_route { if (1) exit; }\n';
const WRONG = 'loadmodule "pv"\nrequest_route {\n\tsya("x");\n  route(NOPE);\n}\n';

describe('--format github', () => {
  test('one workflow command per finding, with the file as the repository has it', async () => {
    const { status, out } = await check('--format', 'github', file(WRONG, 'etc/a,b:c.cfg'));
    expect(status).toBe(1);
    const lines = out.split('\n');
    expect(lines[0]).toBe(
      '::error file=etc/a%2Cb%3Ac.cfg,line=3,endLine=3,col=2,endColumn=4,title=KTS1020::unknown function sya',
    );
    expect(lines[1]).toMatch(/^::error file=etc\/a%2Cb%3Ac\.cfg,line=4,.*title=KTS1050::route "NOPE" not found/);
    expect(lines.slice(2)).toEqual(['2 errors, 0 warnings', '']);
  });

  test('warnings are warnings; what is not in the text is an error of the file', async () => {
    const { status, out } = await check('--format', 'github', file(`listen=udp:no-such-host.invalid:5060\n${WARNED}`));
    expect(status).toBe(1);
    expect(out).toMatch(/^::warning file=k\.cfg,line=2,/m);
    expect(out).toMatch(/^::error file=k\.cfg::could not resolve no-such-host\.invalid$/m);
  });

  test('a finding stays on its line, notes and percent signs and all', async () => {
    const { out } = await check('--format', 'github', file('loadmodule "dispatcher%41.so"\nloadmodule "xlgo"\n'));
    const commands = out.split('\n').filter((l) => l.startsWith('::'));
    expect(commands.length).toBe(out.trimEnd().split('\n').length - 1);
    expect(out).toContain('dispatcher%2541');
  });
});

describe('--format sarif', () => {
  test('a log with the rules that were hit, and each finding at its region', async () => {
    const { status, out } = await check('--format', 'sarif', file(WRONG, 'etc/my config.cfg'));
    expect(status).toBe(1);
    const log = JSON.parse(out);
    expect([log.version, log.runs.length]).toEqual(['2.1.0', 1]);
    const [{ tool, results }] = log.runs;
    expect(tool.driver.name).toBe('kts');
    expect(tool.driver.rules.map((r: { id: string }) => r.id)).toEqual(['KTS1020', 'KTS1050']);
    expect(tool.driver.rules[1]).toEqual({
      id: 'KTS1050',
      shortDescription: { text: 'No route block of that name exists.' },
      defaultConfiguration: { level: 'error' },
    });
    expect(results[0]).toMatchObject({
      ruleId: 'KTS1020',
      ruleIndex: 0,
      level: 'error',
      message: { text: expect.stringMatching(/^unknown function sya/) },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'etc/my%20config.cfg' },
            region: { startLine: 3, startColumn: 2, endLine: 3, endColumn: 5 },
          },
        },
      ],
    });
    expect(results[1]).toMatchObject({ ruleId: 'KTS1050', ruleIndex: 1 });
  });

  test('a clean config has an empty log', async () => {
    const { status, out } = await check('--format', 'sarif', file(CLEAN));
    expect([status, JSON.parse(out).runs[0].results]).toEqual([0, []]);
  });

  test('files elsewhere have URLs; what is not in the text is about the whole file', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'kts-elsewhere-'));
    const path = join(elsewhere, 'x.cfg');
    writeFileSync(path, `listen=udp:no-such-host.invalid:5060\n${CLEAN}`);
    const { status, out } = await check('--format', 'sarif', path);
    rmSync(elsewhere, { recursive: true });
    expect([status, JSON.parse(out).runs[0].results]).toEqual([
      1,
      [
        {
          level: 'error',
          message: { text: 'could not resolve no-such-host.invalid' },
          locations: [{ physicalLocation: { artifactLocation: { uri: pathToFileURL(path).href } } }],
        },
      ],
    ]);
  });
});

describe('--deny', () => {
  test('warnings count as errors, in all formats', async () => {
    const path = file(WARNED);
    expect((await check(path)).status).toBe(0);
    const { status, out } = await check('--deny', 'warnings', path);
    expect([status, out.includes('error[KTS1042]'), out.includes('1 error, 0 warnings')]).toEqual([1, true, true]);
    expect((await check('--deny', 'warnings', '--format', 'github', path)).out).toMatch(/^::error /);
  });

  test('a code, in either case, and no other', async () => {
    const path = file(WARNED);
    expect((await check('--deny', 'kts1042', path)).status).toBe(1);
    expect((await check('--deny', 'KTS1012', path)).status).toBe(0);
    expect((await check('--deny', 'KTS1012', '--deny', 'KTS1042', path)).status).toBe(1);
  });

  test('a code that is none: status 2', async () => {
    const { status, err } = await check('--deny', 'KTS9999', file(CLEAN));
    expect([status, err.includes('There is no diagnostic KTS9999')]).toEqual([2, true]);
  });
});
