import { expect, test } from 'vitest';
import { bytesOf, lendBytes, takeBytesBack } from '../../../src/sip/bytes.js';
import { copyAt, ownText, wordAt } from '../../../src/sip/words.js';

test('words are what stands in the text, however many share a place', () => {
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20_000; i++) {
      const word = `${'x'.repeat(i % 27)}${i}`;
      const text = `<${word}>`;
      expect(wordAt(text, bytesOf(text), 1, text.length - 1)).toBe(word);
    }
  }
});

test('a word of bytes above 127 keeps them', () => {
  const text = 'user \u00e9\u00ff\u0080 end';
  expect(wordAt(text, bytesOf(text), 5, 8)).toBe('\u00e9\u00ff\u0080');
});

test('lent bytes serve their text only, and not after they were taken back', () => {
  const slot = Buffer.from('first\0\0');
  const first = 'first';
  lendBytes(first, slot);
  expect(bytesOf(first)).toBe(slot);
  expect(Buffer.from(bytesOf('other')).latin1Slice(0, 6)).toBe('other\0');
  lendBytes(first, slot);
  takeBytesBack();
  slot.write('XXXXX');
  expect(Buffer.from(bytesOf(first)).latin1Slice(0, 6)).toBe('first\0');
});

test('copies are what was copied, of any length', () => {
  const text = `<${'abc\u00ff'.repeat(20)}>`;
  for (const end of [1, 12, 13, 40, text.length]) {
    expect(copyAt(text, bytesOf(text), 1, end)).toBe(text.slice(1, end));
    expect(ownText(text.slice(0, end))).toBe(text.slice(0, end));
  }
});
