import type { Comment } from '../../../grammar/scanner.js';
import { LINT_GROUPS, type Rule } from './rule.js';
import { RULES } from './rules.js';

/** Which rules to run. */
export type Selection = ReadonlySet<Rule>;

const DEFAULTS: readonly Rule[] = RULES.filter((r) => r.on);

/** What is wrong with a word of `--lint`; null when it means something. */
export function unknownLintWord(word: string): string | null {
  return rulesOf(bare(word)) === null
    ? `There is no lint group or rule ${bare(word)}: groups are ${Object.keys(LINT_GROUPS).join(', ')}, all and none.`
    : null;
}

/**
 * The rules that words choose, from the defaults on: `all`, `none`, a group, a rule by name or code; a word with `-`
 * before it takes rules away.
 */
export function select(words: readonly string[]): Selection {
  const chosen = new Set(DEFAULTS);
  for (const word of words) {
    if (word === 'none') chosen.clear();
    else if (word.startsWith('-')) for (const rule of rulesOf(bare(word)) ?? []) chosen.delete(rule);
    else for (const rule of rulesOf(word) ?? []) chosen.add(rule);
  }
  return chosen;
}

const bare = (word: string): string => (word.startsWith('-') ? word.slice(1) : word);

function rulesOf(word: string): readonly Rule[] | null {
  if (word === 'all') return RULES;
  if (word === 'none') return [];
  if (Object.hasOwn(LINT_GROUPS, word)) return RULES.filter((r) => r.group === word);
  const rule = RULES.find((r) => r.name === word || r.code === word.toUpperCase());
  return rule ? [rule] : null;
}

/** The words of comments such as `# kts-lint: security, -secret-in-config` in a config. */
export function lintComments(comments: readonly Comment[]): string[] {
  return comments.flatMap(({ text }) => {
    const given = /^(?:#+|\/\/|\/\*)\s*kts-lint:\s*([\w,\s-]*)/.exec(text);
    return given ? given[1]!.split(/[\s,]+/).filter((word) => word !== '') : [];
  });
}
