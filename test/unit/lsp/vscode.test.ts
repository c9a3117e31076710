import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** The extension is tried in VS Code by hand; what can be wrong in its files without VS Code is looked at here. */
const DIR = new URL('../../../examples/editors/vscode/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, DIR), 'utf8');

interface Rule {
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly include?: string;
  readonly patterns?: readonly Rule[];
}

it('has a grammar whose patterns are valid and whose parts are there', () => {
  const grammar = JSON.parse(read('syntaxes/kamailio.tmLanguage.json')) as {
    readonly patterns: readonly Rule[];
    readonly repository: Readonly<Record<string, Rule>>;
  };
  const seen: string[] = [];
  const walk = (rule: Rule): void => {
    for (const pattern of [rule.match, rule.begin, rule.end])
      if (pattern !== undefined) seen.push(new RegExp(pattern).source);
    if (rule.include) expect(Object.keys(grammar.repository)).toContain(rule.include.slice(1));
    for (const inner of rule.patterns ?? []) walk(inner);
  };
  for (const rule of [...grammar.patterns, ...Object.values(grammar.repository)]) walk(rule);
  expect(seen.length).toBeGreaterThan(15);
  const variable = new RegExp(grammar.repository.variable!.match!).exec('a $(ru{s.len}) b');
  expect(variable?.[0]).toBe('$(ru{s.len})');
});

it('passes on the settings that it declares, and names files that are there', () => {
  const manifest = JSON.parse(read('package.json'));
  const settings = Object.keys(manifest.contributes.configuration.properties);
  const program = read(manifest.main);
  for (const name of settings) expect(program).toContain(`settings.get('${name.replace('kts.', '')}')`);
  const { languages, grammars } = manifest.contributes;
  for (const file of [languages[0].configuration, grammars[0].path]) expect(() => JSON.parse(read(file))).not.toThrow();
});
