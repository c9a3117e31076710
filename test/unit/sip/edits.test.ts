import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Edits } from '../../../src/sip/edits.js';

const TEXT = '0123456789';

function edited(make: (edits: Edits) => void): string {
  const edits = new Edits();
  make(edits);
  return edits.apply(TEXT);
}

describe('Edits', () => {
  it('inserts, removes and replaces', () => {
    expect(edited((e) => e.insertBefore(0, 'a'))).toBe('a0123456789');
    expect(edited((e) => e.insertAfter(10, 'a'))).toBe('0123456789a');
    expect(edited((e) => e.remove(2, 3))).toBe('0156789');
    expect(edited((e) => e.replace(2, 3, 'abcdef'))).toBe('01abcdef56789');
  });

  it('keeps the order of insertions at one position', () => {
    expect(
      edited((e) => {
        e.insertBefore(5, 'a');
        e.insertAfter(5, 'b');
        e.insertBefore(5, 'c');
      }),
    ).toBe('01234abc56789');
  });

  it('removes overlapping ranges once and keeps what was inserted inside', () => {
    expect(
      edited((e) => {
        e.remove(2, 4);
        e.remove(4, 4);
        e.insertAfter(3, 'X');
        e.replace(2, 1, 'Y');
      }),
    ).toBe('01YX89');
  });

  it('undoes to a mark and forks without sharing', () => {
    const edits = new Edits();
    edits.insertAfter(0, 'a');
    const mark = edits.mark();
    const fork = edits.fork();
    edits.insertAfter(0, 'b');
    fork.insertAfter(0, 'c');
    expect([edits.apply(''), fork.apply('')]).toEqual(['ab', 'ac']);
    edits.rollback(mark);
    expect(edits.apply('')).toBe('a');
  });

  it('drops edits by kind', () => {
    const edits = new Edits();
    edits.insertAfter(1, 'a', 7);
    edits.remove(4, 2);
    edits.insertAfter(3, 'b', 7);
    expect([edits.hasKind(7), edits.dropKind(7), edits.hasKind(7)]).toEqual([true, 2, false]);
    expect(edits.apply(TEXT)).toBe('01236789');
  });

  it('knows what it touches', () => {
    const edits = new Edits();
    edits.remove(4, 3);
    expect([edits.touches(0, 3), edits.touches(0, 4), edits.touches(6, 9), edits.touches(8, 9)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([edits.removes(4, 7), edits.removes(5, 6), edits.removes(4, 8)]).toEqual([true, true, false]);
  });

  it('equals a model that marks bytes, for any edits', () => {
    const edit = fc.record({
      position: fc.nat({ max: 10 }),
      length: fc.nat({ max: 10 }),
      text: fc.string({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 8 }), (list) => {
        const edits = new Edits();
        const gone = new Array<boolean>(11).fill(false);
        const before = Array.from({ length: 11 }, () => '');
        for (const { position, length, text } of list) {
          const fits = Math.min(length, 10 - position);
          edits.replace(position, fits, text);
          before[position] += text;
          gone.fill(true, position, position + fits);
        }
        let want = '';
        for (let i = 0; i <= 10; i++) want += before[i] + (gone[i] ? '' : TEXT.charAt(i));
        expect(edits.apply(TEXT)).toBe(want);
      }),
    );
  });
});
