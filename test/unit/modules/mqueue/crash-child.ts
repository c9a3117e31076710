/**
 * Adds items to a crash-safe queue and takes them out again, as fast as it can, telling what it did as it does it, until
 * it is killed. `+n`: the item was accepted; `?n`: it was shown; `-n`: it was acknowledged.
 */
import { writeSync } from 'node:fs';
import { RealClock } from '../../../../src/clock/clock.js';
import { makeMqueue } from './host.js';

const [url, firstNumber] = process.argv.slice(2) as [string, string];

/** Written before it returns, however slowly the other side reads. */
function tell(text: string): void {
  for (let line = `${text}\n`; line !== ''; ) {
    try {
      line = line.slice(writeSync(1, line));
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error;
    }
  }
}

const { state } = makeMqueue(['name=q;dbmode=4'], url, new RealClock());
await state.start();
const queue = state.queue('q')!;
tell('ready');

let n = Number(firstNumber);
async function add(): Promise<never> {
  for (;;) {
    const item = `${n++}`;
    if (await queue.add(item, `value ${item}`)) tell(`+${item}`);
  }
}
async function take(): Promise<never> {
  for (;;) {
    const held = queue.hold();
    if (held === undefined) {
      await new Promise((later) => setImmediate(later));
      continue;
    }
    tell(`?${held.item.key}`);
    if (await queue.acknowledge(held)) tell(`-${held.item.key}`);
  }
}
await Promise.all([add(), add(), add(), take()]);
