import { InvalidArgumentError } from 'commander';
import { unknownLintWord } from '../check/lint/index.js';

/** What `--lint` takes: groups, rules, `all` or `none`, with commas between. Collects repeated options. */
export function parseLintWords(value: string, all: readonly string[] = []): readonly string[] {
  const words = value.split(',').filter((word) => word !== '');
  for (const word of words) {
    const unknown = unknownLintWord(word);
    if (unknown !== null) throw new InvalidArgumentError(unknown);
  }
  return [...all, ...words];
}
