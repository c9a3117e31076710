import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeMqueue } from './host.js';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kts-mqueue-'));
  file = join(dir, 'q.sqlite');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A queue of dbmode 4, and the connection that it writes over. */
async function opened() {
  const made = makeMqueue(['name=q;dbmode=4'], `sqlite://${file}`);
  await made.state.start();
  const db = await made.databases.open(`sqlite://${file}`);
  if (!db.ok) throw new Error(db.error.message);
  const pragma = (text: string): Promise<unknown> => db.value.rawQuery(`PRAGMA ${text}`);
  const close = async (): Promise<void> => {
    await db.value.close();
    await made.state.stop();
  };
  return { ...made, queue: made.state.queue('q')!, pragma, close };
}

async function rows(): Promise<string[]> {
  const next = await opened();
  const keys = next.queue.list(1e6).map(({ key }) => key);
  await next.close();
  return keys;
}

it('a locked file: an item is refused or stays, and all goes on when it is free', async () => {
  const { queue, pragma, records, close } = await opened();
  expect(await queue.add('a', '1')).toBe(true);
  await pragma('busy_timeout = 30');
  const other = new Sqlite(file);
  other.exec('BEGIN EXCLUSIVE');
  expect(await queue.add('b', '2')).toBe(false);
  expect(await queue.fetch()).toBeNull();
  const held = queue.hold()!;
  expect(await queue.acknowledge(held)).toBe(false);
  expect(queue.list(9)).toMatchObject([{ key: 'a' }]);
  expect(records.join('\n')).toMatch(
    /queue q: failed to store key \[b\]: \S+: database is locked[\s\S]*queue q: failed to remove 1 item\(s\): \S+: database is locked/,
  );
  other.exec('ROLLBACK');
  other.close();
  expect(await queue.add('c', '3')).toBe(true);
  expect(await queue.fetch()).toMatchObject({ key: 'a' });
  await close();
  expect(await rows()).toEqual(['c']);
});

it('a full disk: what does not fit is refused, what is there stays and can be taken', async () => {
  const { queue, pragma, records, close } = await opened();
  await pragma('max_page_count = 8');
  const accepted: string[] = [];
  for (let n = 0; n < 40; n++) if (await queue.add(`k${n}`, 'x'.repeat(1000))) accepted.push(`k${n}`);
  expect(accepted.length).toBeGreaterThan(3);
  expect(accepted.length).toBeLessThan(39);
  expect(records.join('\n')).toMatch(/queue q: failed to store key \[k39\]: \S+: database or disk is full/);
  expect(queue.list(100).map(({ key }) => key)).toEqual(accepted);
  expect(await queue.fetch()).toMatchObject({ key: accepted[0] });
  // Many in one commit: what is told to have failed is not on disk either.
  const more = await Promise.all(Array.from({ length: 30 }, (_, n) => queue.add(`m${n}`, 'x'.repeat(3000))));
  accepted.push(...more.flatMap((added, n) => (added ? [`m${n}`] : [])));
  await pragma('max_page_count = 1000');
  expect(await queue.add('later', 'x')).toBe(true);
  await close();
  expect(await rows()).toEqual([...accepted.slice(1), 'later']);
});

it('a file that is gone: nothing is accepted that no restart would find', async () => {
  const { queue, records, close } = await opened();
  expect(await queue.add('a', '1')).toBe(true);
  const aside = `${dir}-aside`;
  renameSync(dir, aside);
  expect(await queue.add('b', '2')).toBe(false);
  expect(records.join('\n')).toMatch(/queue q: failed to store key \[b\]: \S+: the file has been moved or removed/);
  expect(existsSync(file)).toBe(false);
  renameSync(aside, dir);
  expect(await queue.add('c', '3')).toBe(true);
  await close();
  expect(await rows()).toEqual(['a', 'c']);
});
