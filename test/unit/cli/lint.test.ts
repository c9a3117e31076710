import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../../src/cli/main.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-lint-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

async function kts(...args: string[]) {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  process.exitCode = undefined;
  await main(args);
  const status = process.exitCode ?? 0;
  vi.restoreAllMocks();
  return { status, out };
}

function config(text: string): string {
  const path = join(dir, 'k.cfg');
  writeFileSync(path, text, 'latin1');
  return path;
}

const RELAY = 'loadmodule "tm.so"\nrequest_route {\n  t_relay();\n}\nroute[OLD] { exit; }\n';

describe('kts check --lint', () => {
  test('what is on is reported with the rest, and does not fail the check', async () => {
    const { status, out } = await kts('check', config(RELAY));
    expect(status).toBe(0);
    expect(out).toContain('k.cfg:3:3: warning[KTS2050]: any request from anybody is relayed');
    expect(out).not.toContain('KTS2065');
  });

  test('groups and rules are chosen by words; unknown ones are refused', async () => {
    expect((await kts('check', '--lint', 'unused', config(RELAY))).out).toContain('KTS2065');
    expect((await kts('check', '--lint', 'none', config(RELAY))).out).toBe('0 errors, 0 warnings\n');
    const refused = await kts('check', '--lint', 'nope', config(RELAY));
    expect(refused.status).not.toBe(0);
    expect(refused.out).toContain('There is no lint group or rule nope');
  });

  test('a denied rule fails the check, an error of lint does so by itself', async () => {
    expect((await kts('check', '--deny', 'kts2050', config(RELAY))).status).toBe(1);
    const queue = 'loadmodule "mqueue.so"\nrequest_route { mq_fetch("q"); }\n';
    expect((await kts('check', config(queue))).status).toBe(1);
    expect((await kts('check', '--lint', 'none', config(queue))).status).toBe(0);
  });

  test('kts explain tells cause, effect and remedy of a rule', async () => {
    const { status, out } = await kts('explain', 'kts2040');
    expect(status).toBe(0);
    expect(out).toMatch(
      /^KTS2040 \(warning\)\nAfter a request has been relayed .*\nAt run time: .*\nInstead: .*\nThis rule is on by default\.\n$/,
    );
  });
});
