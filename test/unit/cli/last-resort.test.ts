import { afterEach, expect, test } from 'vitest';
import { outlive } from '../../../src/cli/last-resort.js';
import { Level, Log, type LogRecord } from '../../../src/observe/log.js';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
const before = EVENTS.map((event) => process.listeners(event as 'uncaughtException'));

afterEach(() => {
  EVENTS.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException'))
      if (!before[i]!.includes(listener)) process.off(event, listener);
  });
});

test.each(EVENTS)('%s is logged, and the process goes on', (event) => {
  const records: LogRecord[] = [];
  outlive(new Log({ write: (record) => records.push(record) }, Level.ERR));
  const listener = process.listeners(event as 'uncaughtException').at(-1)!;
  listener(new Error('boom'), event as 'uncaughtException');
  expect(records.map((r) => r.level)).toEqual([Level.CRIT]);
  expect(records[0]!.text).toMatch(/^unexpected: Error: boom\n +at /);
});
