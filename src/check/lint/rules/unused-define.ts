import { defineRule } from '../rule.js';

export const unusedDefine = defineRule({
  code: 'KTS2066',
  name: 'unused-define',
  severity: 'info',
  group: 'unused',
  on: false,
  cause: 'A #!define is named nowhere else in the config, not even in conditions that are false.',
  effect: 'nothing: but the switch or value that somebody believes in is not there, which often is a misspelling.',
  fix: 'Take the line away, or mend the name where it is meant.',
  bad: `#!define WITH_NAAT
request_route {
#!ifdef WITH_NAT
  drop;
#!endif
  exit;
}`,
  good: `#!define WITH_NAT
request_route {
#!ifdef WITH_NAT
  drop;
#!endif
  exit;
}`,
  *check(subject) {
    const counts = new Map<string, number>();
    for (const file of subject.input.files)
      for (const line of subject.lines(file))
        for (const word of codeOf(line).match(/\w+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
    const defines = new Map<string, { file: string; line: number; column: number; n: number }>();
    for (const file of subject.input.files) {
      subject.lines(file).forEach((line, i) => {
        const found = /^(\s*(?:#!|!!)(?:re|try)?def(?:ine)?\s+)(\w+)/.exec(line);
        if (!found) return;
        const name = found[2]!;
        const known = defines.get(name);
        if (known) known.n++;
        else defines.set(name, { file, line: i + 1, column: found[1]!.length + 1, n: 1 });
      });
    }
    for (const [name, { file, line, column, n }] of defines) {
      if ((counts.get(name) ?? 0) > n) continue;
      const span = { at: { file, line, column }, end: { file, line, column: column + name.length - 1 } };
      yield { span, title: `nothing uses the define ${name}` };
    }
  },
});

/** A line without its comment, where it surely has one. */
function codeOf(line: string): string {
  if (/^\s*#(?!!)/.test(line)) return '';
  return /^\s*#!/.test(line) ? line.replace(/^(\s*#![^#]*)#.*$/, '$1') : line;
}
