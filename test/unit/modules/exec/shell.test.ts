import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/clock/clock.js';
import { quoted, shellCommand } from '../../../../src/modules/exec/command-text.js';
import { outputLines } from '../../../../src/modules/exec/output-lines.js';
import { type Command, MAX_OUTPUT, MAX_RUNNING, type Outcome, Shell } from '../../../../src/modules/exec/shell.js';

const dir = mkdtempSync(join(tmpdir(), 'kts-exec-'));
afterAll(() => rmSync(dir, { recursive: true }));

const KEEP: Omit<Command, 'text'> = { variables: {}, input: null, output: 'keep' };

async function run(text: string, parts: Partial<Command> = {}): Promise<Outcome> {
  return new Shell(new VirtualClock(), 0).run({ ...KEEP, ...parts, text });
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (condition()) return;
    await new Promise((later) => setTimeout(later, 5));
  }
  throw new Error('it did not happen');
}

describe('a command', () => {
  it('gives its status and its output', async () => {
    expect(await run('echo out; exit 3')).toEqual({ end: 'exit', status: 3, output: 'out\n' });
  });

  it('reads its input, and need not', async () => {
    expect(await run('cat', { input: 'bytes \xff\xfe\n' })).toMatchObject({ output: 'bytes \xff\xfe\n' });
    expect(await run('true', { input: 'x'.repeat(1 << 20) })).toMatchObject({ end: 'exit', status: 0 });
  });

  it.each([
    ['that is no shell language', 'if then 2>&1', { end: 'exit', status: 2 }],
    ['that is not there', '/nosuch/command 2>&1', { end: 'exit', status: 127 }],
    ['that a signal ends', 'kill -9 $$', { end: 'signal', signal: 'SIGKILL' }],
    ['with a NUL byte', 'echo a\0b', { end: 'failed', reason: 'it contains a NUL byte' }],
    ['longer than the system takes', `: ${'x'.repeat(1 << 20)}`, { end: 'failed' }],
  ])('%s ends that way', async (_what, text, outcome) => {
    expect(await run(text.replace('if then 2>&1', 'exec 2>/dev/null\nif then'))).toMatchObject(outcome);
  });

  it('is ended when it says more than is read', async () => {
    const outcome = await run('cat /dev/zero');
    expect(outcome).toEqual({ end: 'failed', reason: `killed after more than ${MAX_OUTPUT} bytes of output` });
  });

  it('is ended with all that it started when its time is over', async () => {
    const clock = new VirtualClock();
    const shell = new Shell(clock, 5);
    const pidFile = join(dir, 'pid');
    const done = shell.run({ ...KEEP, text: `sh -c 'echo $$ > ${pidFile}; exec sleep 1000' & wait` });
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'));
    clock.advance(4999);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    clock.advance(1);
    expect(await done).toEqual({ end: 'failed', reason: 'killed after 5 seconds' });
    await until(() => !existsSync(`/proc/${pid}`));
  });

  it('that ignores the signal is killed', async () => {
    const clock = new VirtualClock();
    const pidFile = join(dir, 'stubborn');
    const done = new Shell(clock, 1).run({
      ...KEEP,
      text: `trap '' TERM; echo $$ > ${pidFile}; while :; do sleep 0.01; done`,
    });
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'));
    clock.advance(1000);
    expect(await done).toMatchObject({ end: 'failed' });
    const pid = readFileSync(pidFile, 'utf8').trim();
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    clock.advance(2000);
    await until(() => !existsSync(`/proc/${pid}`));
  });

  it('waits while too many run, and is started in its turn', async () => {
    const shell = new Shell(new VirtualClock(), 0);
    const gate = join(dir, 'gate');
    const held = Array.from({ length: MAX_RUNNING }, () =>
      shell.run({ ...KEEP, text: `while [ ! -e ${gate} ]; do sleep 0.02; done` }),
    );
    let ran = false;
    const last = shell.run({ ...KEEP, text: `touch ${gate}.last` }).then(() => {
      ran = true;
    });
    await new Promise((later) => setTimeout(later, 20));
    expect([ran, existsSync(`${gate}.last`)]).toEqual([false, false]);
    await run(`touch ${gate}`);
    await Promise.all([...held, last]);
    expect(existsSync(`${gate}.last`)).toBe(true);
  }, 20_000);
});

describe('texts of a command', () => {
  it('reach the shell as the bytes they are', async () => {
    const bytes = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).join('');
    expect(await run('printf %s "$V"', { variables: { V: bytes } })).toMatchObject({ output: bytes });
    expect(await run(`printf %s ${quoted(bytes)}`)).toMatchObject({ output: bytes });
  });

  it('are handed over as they are when they are UTF-8', () => {
    expect(shellCommand('echo gr\xc3\xbcn', { A: '\xe2\x82\xac' })).toEqual({ script: 'echo grün', env: { A: '€' } });
  });

  it('mean nothing inside quotes', async () => {
    for (const text of ["'; echo bad; '", '$(echo bad)', '`echo bad`', "\\'", '"', "''''"]) {
      expect(await run(`printf %s ${quoted(text)}`)).toMatchObject({ output: text });
    }
  });
});

it('cuts output into lines', () => {
  expect(outputLines(' a \t\r\n\n  \nb\0c\nd')).toEqual([' a', 'b', 'd']);
  expect(outputLines(`${'x'.repeat(2047)}\ny`).map((l) => l.length)).toEqual([1023, 1023, 1, 1]);
  expect(outputLines('')).toEqual([]);
});
