import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/clock/clock.js';
import { ConfigError } from '../../../../src/registry/module.js';
import { makeMqueue } from './host.js';

let dir: string;
let url: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-mqueue-'));
  url = `sqlite://${join(dir, 'q.sqlite')}`;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function opened(...queues: string[]) {
  const made = makeMqueue(queues, url);
  await made.state.start();
  return { ...made, queue: made.state.queue('q')! };
}

const keys = (queue: { list(n: number): { key: string }[] }): string[] => queue.list(100).map((item) => item.key);

describe('dbmode 4', () => {
  it('has an item on disk once it is accepted, in order, and not once it is given out', async () => {
    const one = await opened('name=q;dbmode=4');
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => one.queue.add(key, 'v')));
    expect(await one.queue.fetch()).toMatchObject({ key: 'a' });
    // Nothing is stopped or closed: the second server finds what the disk has.
    const two = await opened('name=q;dbmode=4');
    expect(keys(two.queue)).toEqual(['b', 'c', 'd']);
    await one.state.stop();
    await two.state.stop();
  });

  it('keeps bytes and empty parts', async () => {
    const one = await opened('name=q;dbmode=4');
    const bytes = '\x00\xff\x01\xe4;"\'\r\n';
    await one.queue.add(bytes, '');
    await one.queue.add('', bytes);
    await one.state.stop();
    const two = await opened('name=q;dbmode=4');
    expect(two.queue.list(9)).toMatchObject([
      { key: bytes, value: '' },
      { key: '', value: bytes },
    ]);
    await two.state.stop();
  });

  it('brings back what was shown and not acknowledged, in its place', async () => {
    const one = await opened('name=q;dbmode=4');
    for (const key of ['a', 'b', 'c']) await one.queue.add(key, 'v');
    const held = one.queue.hold()!;
    expect(await one.queue.acknowledge(held)).toBe(true);
    one.queue.hold();
    const two = await opened('name=q;dbmode=4');
    expect(keys(two.queue)).toEqual(['b', 'c']);
    await one.state.stop();
    await two.state.stop();
  });

  it('follows size and addmode on disk', async () => {
    const one = await opened('name=q;dbmode=4;size=2;addmode=2');
    for (const key of ['a', 'b', 'a', 'c']) await one.queue.add(key, 'v');
    expect(keys(one.queue)).toEqual(['a', 'c']);
    expect(one.queue.counts()).toMatchObject({ added: 4, replaced: 1, dropped: 1 });
    await one.state.stop();
    const two = await opened('name=q;dbmode=4');
    expect(keys(two.queue)).toEqual(['a', 'c']);
    await two.state.stop();
  });

  it('takes the first of a key once, however many come at the same time', async () => {
    const one = await opened('name=q;dbmode=4;addmode=1');
    const added = await Promise.all([1, 2, 3].map((n) => one.queue.add('a', `${n}`)));
    expect(added).toEqual([true, true, true]);
    expect(one.queue.list(9)).toMatchObject([{ value: '1' }]);
    expect(one.queue.counts()).toMatchObject({ added: 1, duplicates: 2 });
    await one.state.stop();
  });

  it('is emptied on disk too, but for what comes meanwhile', async () => {
    const one = await opened('name=q;dbmode=4');
    for (const key of ['a', 'b']) await one.queue.add(key, 'v');
    const [flushed] = await Promise.all([one.queue.flush(), one.queue.fetch(), one.queue.add('c', 'v')]);
    expect(flushed).toBe(2);
    expect(keys(one.queue)).toEqual(['c']);
    await one.state.stop();
    const two = await opened('name=q;dbmode=4');
    expect(keys(two.queue)).toEqual(['c']);
    await two.state.stop();
  });

  it('says no when the disk does, and loses nothing', async () => {
    const one = await opened('name=q;dbmode=4');
    await one.queue.add('a', 'v');
    await one.databases.closeAll();
    expect(await one.queue.add('b', 'v')).toBe(false);
    expect(await one.queue.fetch()).toBeNull();
    expect(keys(one.queue)).toEqual(['a']);
    expect(one.records.join()).toMatch(/failed to store key \[b\].*failed to remove/);
    await one.state.stop();
  });

  it('is exact after SIGKILL at any moment', async () => {
    const child = fileURLToPath(new URL('crash-child.ts', import.meta.url));
    const loader = new URL('../../../support/typescript-loader.mjs', import.meta.url).href;
    // The loader registers itself in worker threads only.
    const register = `data:text/javascript,import{register}from"node:module";register("${loader}")`;
    let told = '';
    for (let round = 0; round < 4; round++) {
      const started = told.length;
      const process_ = spawn(
        process.execPath,
        ['--import', register, '--import', loader, child, url, `${round * 1_000_000}`],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const ended = new Promise((done) => process_.once('close', done));
      process_.stdout.setEncoding('latin1').on('data', (text: string) => {
        told += text;
        // Each round is killed after another number of lines.
        if (told.length - started > 3000 + 5000 * round) process_.kill('SIGKILL');
      });
      await ended;
      if (!told.endsWith('\n')) told += '\n';
    }
    const marked = (mark: string): string[] =>
      told.split('\n').flatMap((line) => (line.startsWith(mark) ? [line.slice(1)] : []));
    const accepted = new Set(marked('+'));
    const shown = new Set(marked('?'));
    const gone = marked('-');
    const { state, queue } = await opened('name=q;dbmode=4');
    const left = queue.list(1e9).map((item) => item.key);
    expect(accepted.size).toBeGreaterThan(100);
    expect(new Set(left).size).toBe(left.length);
    expect(new Set(gone).size).toBe(gone.length);
    const stillThere = new Set(left);
    expect([...accepted].filter((item) => !stillThere.has(item) && !shown.has(item))).toEqual([]);
    expect(gone.filter((item) => stillThere.has(item))).toEqual([]);
    await state.stop();
  });
});

describe('dbmode 1 to 3', () => {
  const table = async () => {
    const made = await opened('name=q;dbmode=4');
    await made.queue.add('a', '1');
    await made.queue.add('b', '2');
    await made.state.stop();
  };

  it('1 loads, empties the table, and saves at the end', async () => {
    await table();
    const one = await opened('name=q;dbmode=1');
    expect(keys(one.queue)).toEqual(['a', 'b']);
    const meanwhile = await opened('name=q;dbmode=4');
    expect(meanwhile.queue.size).toBe(0);
    await meanwhile.state.stop();
    await one.queue.fetch();
    await one.queue.add('', '');
    await one.state.stop();
    const two = await opened('name=q;dbmode=2');
    expect(keys(two.queue)).toEqual(['b', '']);
    await two.state.stop();
    const three = await opened('name=q;dbmode=1');
    expect(three.queue.size).toBe(0);
    await three.state.stop();
  });

  it('3 saves behind what is there', async () => {
    await table();
    const one = await opened('name=q;dbmode=3');
    expect(one.queue.size).toBe(0);
    await one.queue.add('c', '3');
    await one.state.stop();
    const two = await opened('name=q;dbmode=1');
    expect(keys(two.queue)).toEqual(['a', 'b', 'c']);
    await two.state.stop();
  });

  it('without a table there is no start', async () => {
    await expect(opened('name=q;dbmode=1')).rejects.toThrow(ConfigError);
  });

  it('without db_url is refused at its line', () => {
    try {
      makeMqueue(['name=a', 'name=q;dbmode=3'], null);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).param).toMatchObject({ at: { line: 2 } });
    }
  });
});

describe('an item that is set aside', () => {
  it('is not seen by others, and comes back by itself', () => {
    const clock = new VirtualClock();
    const { state, records } = makeMqueue(['name=q'], null, clock);
    const queue = state.queue('q')!;
    void queue.add('a', '1');
    void queue.add('b', '2');
    const held = queue.hold()!;
    expect(keys(queue)).toEqual(['b']);
    clock.advance(30_000);
    expect(keys(queue)).toEqual(['a', 'b']);
    expect(records.join()).toMatch(/not acknowledged/);
    expect(queue.acknowledge(held)).toBe(false);
    expect(queue.release(held)).toBe(false);
  });

  it('gives way to a later one of its key when the last counts, and displaces it when the first does', () => {
    for (const [addmode, kept] of [
      [2, 'new'],
      [1, 'old'],
    ] as const) {
      const queue = makeMqueue([`name=q;addmode=${addmode}`], null).state.queue('q')!;
      void queue.add('a', 'old');
      const held = queue.hold()!;
      void queue.add('a', 'new');
      queue.release(held);
      expect(queue.list(9)).toMatchObject([{ value: kept }]);
    }
  });
});

it('tells how old the oldest item is, and that items are dropped', () => {
  const clock = new VirtualClock();
  const { state, records } = makeMqueue(['name=q;size=2'], null, clock);
  const queue = state.queue('q')!;
  for (const key of ['a', 'b', 'c', 'd']) {
    void queue.add(key, '');
    clock.advance(10_000);
  }
  expect(queue.oldestAge()).toBe(20);
  expect(queue.counts()).toMatchObject({ added: 4, dropped: 2 });
  expect(records.filter((r) => r.includes('is full'))).toHaveLength(1);
});
