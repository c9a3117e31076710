import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../grammar/parse.js';
import { formatConfig } from '../../../../grammar/print/format.js';
import { readWritten } from '../../../../grammar/print/written.js';
import { bare } from '../parsing.js';
import { configFiles, oracleConfigs, randomScripts, type Sample } from './configs.js';

const read = (path: string) => (existsSync(path) ? readFileSync(path, 'latin1') : null);

/** Every piece of a text, in all branches: tokens, comments, directives; without blanks at ends of lines. */
function pieces(text: string): string[] {
  return readWritten('x', text).pieces.map((p) => text.slice(p.start, p.end).replace(/[ \t\r]+$/gm, ''));
}

/** The tree without places. */
function meaning({ name, text }: Sample, defines: readonly string[] = []) {
  const { ast, diagnostics } = parseConfig({
    file: name,
    text,
    read,
    env: {},
    cwd: '',
    defines: new Map(defines.map((d) => [d, null])),
  });
  const valid = diagnostics.every(({ severity }) => severity !== 'error');
  return { valid, tree: JSON.stringify(bare(ast)) };
}

/** What is wrong with the formatting of some texts. */
function failures(samples: readonly Sample[]): string[] {
  return samples.flatMap((sample) => {
    const { name, text } = sample;
    const switches = [...new Set(text.match(/WITH_\w+/g))];
    const before = meaning(sample);
    const allOn = meaning(sample, switches);
    const once = formatConfig(name, text);
    if (!once.ok) return before.valid ? [`${name}: ${once.diagnostics.map((d) => d.title)}`] : [];
    const twice = formatConfig(name, once.text);
    const wrong: string[] = [];
    // What no reading of makes sense is not laid out by any command: it need not come to rest.
    const readable = before.valid || allOn.valid;
    if (readable && (!twice.ok || twice.text !== once.text)) wrong.push(`${name}: formatted again it changes`);
    if (before.valid && meaning({ name, text: once.text }).tree !== before.tree) wrong.push(`${name}: another program`);
    if (allOn.valid && meaning({ name, text: once.text }, switches).tree !== allOn.tree)
      wrong.push(`${name}: another program with all switches`);
    if (pieces(text).join('\n') !== pieces(once.text).join('\n')) wrong.push(`${name}: another text`);
    return wrong;
  });
}

describe('formatting keeps the program, and formatting again changes nothing', () => {
  test('config files', () => {
    const files = configFiles();
    expect(files.length).toBeGreaterThan(5);
    expect(failures(files)).toEqual([]);
  });

  test('the configs of the oracle cases', () => {
    const configs = oracleConfigs();
    expect(configs.length).toBeGreaterThan(1000);
    expect(failures(configs)).toEqual([]);
  });

  test('random scripts', () => {
    expect(failures(randomScripts(200))).toEqual([]);
  });

  test('what is written is still there, however wrong it is', () => {
    const words = [
      ...['if', 'else', 'while', 'switch', 'case', 'default', 'return', 'route', 'request_route', '[', ']', '{', '}'],
      ...['(', ')', ';', ',', ':', '.', '=', '==', '!', '-', '*', '/', '&&', 'not', 'defined', '$x', '$(x{s.len})'],
      ...['f', 'g(', '"a"', "'b'", '1', '0x1', 'modparam', 'debug', 'listen', 'udp', '10.0.0.0/8', '::1', '\\\n', '?'],
      ...[
        '# c\n',
        '/* d\n   */',
        '// e \n',
        '\n#!ifdef A\n',
        '\n #!else \n',
        '\n#!endif\n',
        '\n#!define B "x" \\\n  y\n',
      ],
      ...["\n#!ifdef C\nisn't so\n#!endif\n", '\n\n\n', '\t ', '(int)', 'event_route[a:b]', '#!subst "/a/b/"', 'x y z'],
    ];
    const text = fc.array(fc.tuple(fc.constantFrom(...words), fc.constantFrom('', ' ', '\n', '  ')), { maxLength: 40 });
    fc.assert(
      fc.property(text, (parts) => {
        const written = parts.flat().join('');
        const once = formatConfig('x', written);
        if (!once.ok) return;
        expect(pieces(once.text)).toEqual(pieces(written));
      }),
      { numRuns: 1500, seed: 1 },
    );
  });
});
