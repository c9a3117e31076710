import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Letter } from '../../../src/threads/letter.js';
import { LetterReader, LetterWriter } from '../../../src/threads/letter-codec.js';
import { letterPort, readLetters } from '../../../src/threads/supervisor.js';

const letter = (payload: unknown, more: Partial<Letter> = {}): Letter => ({
  to: 1,
  from: 0,
  kind: 'k',
  payload,
  ask: 0,
  ...more,
});

function crossing() {
  const writer = new LetterWriter();
  const reader = new LetterReader();
  const packets: { shapes: number }[] = [];
  return {
    packets,
    cross(letters: readonly Letter[]): Letter[] {
      const packet = structuredClone(writer.pack(letters));
      packets.push({ shapes: packet.shapes?.length ?? 0 });
      return reader.unpack(packet);
    },
  };
}

describe('letters between threads', () => {
  it('arrive as they were sent, whatever is in them', () => {
    const value = fc.oneof(
      fc.anything({ withMap: true, withSet: true, withTypedArray: true, withDate: true, withBigInt: true }),
      fc.dictionary(fc.string({ maxLength: 3 }), fc.anything(), { maxKeys: 40 }),
      fc.record({
        raw: fc.string(),
        from: fc.record({ ip: fc.string(), port: fc.nat() }),
        data: fc.option(fc.string()),
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 4 }), { maxLength: 6 }), (turns) => {
        const { cross } = crossing();
        for (const payloads of turns) {
          const letters = payloads.map((payload, i) => letter(payload, i % 2 === 0 ? { task: 'g' } : {}));
          // What a structured clone alone would make of them.
          expect(cross(letters)).toEqual(structuredClone(letters));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('can be read when those before them could not leave', async () => {
    const { port1, port2 } = new MessageChannel();
    const way = letterPort(port1);
    const arrived = new Promise<readonly Letter[]>((done) => readLetters(port2, done));
    for (let n = 0; n < 2; n++) expect(() => way.post([letter({ run: () => 1 })])).toThrow();
    way.post([letter({ run: 2 })]);
    expect(await arrived).toEqual([letter({ run: 2 })]);
    port1.close();
  });

  it('name what is in them once', () => {
    const { cross, packets } = crossing();
    for (let n = 0; n < 3; n++) {
      cross([letter({ raw: `${n}`, from: { ip: 'a', port: n } }), letter({ raw: '', from: { ip: 'b', port: 0 } })]);
    }
    expect(packets.map(({ shapes }) => shapes)).toEqual([3, 0, 0]);
  });

  it('do not fill the memory with names', () => {
    const { cross, packets } = crossing();
    for (let n = 0; n < 1000; n++) expect(cross([letter({ [`name${n}`]: n })])).toEqual([letter({ [`name${n}`]: n })]);
    expect(packets.reduce((sum, { shapes }) => sum + shapes, 0)).toBe(256);
  });
});
