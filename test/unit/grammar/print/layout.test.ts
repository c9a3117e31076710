import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatConfig } from '../../../../grammar/print/format.js';

/** Chunks `#==== title`, the text as written, `#---- formatted`, the text as it is to be. `UPDATE=1` writes the latter. */
const FILE = new URL('./layout.golden', import.meta.url);
const chunks = readFileSync(FILE, 'latin1')
  .split(/^#==== /m)
  .slice(1)
  .map((chunk) => {
    const [head, wanted = ''] = chunk.split('#---- formatted\n');
    const newline = head!.indexOf('\n');
    return { title: head!.slice(0, newline), written: head!.slice(newline + 1), wanted };
  });

function formatted(text: string): string {
  const result = formatConfig('test.cfg', text);
  return result.ok ? result.text : result.diagnostics.map((d) => d.title).join('\n');
}

if (process.env.UPDATE) {
  const texts = chunks.map((c) => `#==== ${c.title}\n${c.written}#---- formatted\n${formatted(c.written)}`);
  writeFileSync(FILE, texts.join(''), 'latin1');
}

describe('layout', () => {
  test.each(chunks)('$title', ({ written, wanted }) => {
    expect(formatted(written)).toBe(wanted);
    expect(formatted(wanted)).toBe(wanted);
  });
});
