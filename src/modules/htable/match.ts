import type { Regex } from '../../registry/arguments.js';
import type { ItemValue } from './table.js';

/** Whether an item is meant; `name` and `value` tests share it. */
export type Test = (subject: ItemValue) => boolean;

/** Compiles a pattern, case ignored and `^`/`$` at line ends; null when it is not one. */
export type CompileRegex = (pattern: string) => Regex | null;

const onText =
  (test: (text: string) => boolean): Test =>
  (subject) =>
    typeof subject === 'string' && test(subject);

/** The operators of `sht_match_*` and `sht_rm_*`. */
const OPERATORS: Readonly<Record<string, (wanted: string) => Test>> = {
  eq: (wanted) => onText((text) => text === wanted),
  ne: (wanted) => onText((text) => text !== wanted),
  sw: (wanted) => onText((text) => text.startsWith(wanted)),
  ew: (wanted) => onText((text) => text.endsWith(wanted)),
  in: (wanted) => onText((text) => text.includes(wanted)),
};

/** The test of an operator by name: undefined for an unknown one, null for a pattern that does not compile. */
export function operatorTest(operator: string, wanted: string, compile: CompileRegex): Test | null | undefined {
  if (operator === 're') return regexTest(wanted, compile);
  return OPERATORS[operator]?.(wanted);
}

export function regexTest(pattern: string, compile: CompileRegex): Test | null {
  const regex = compile(pattern);
  return regex && onText((text) => regex.test(text));
}

/**
 * The test behind `$shtcn` and `$shtcv`: two characters of operator and an operand, or a bare pattern. `'all'` for
 * `**`; null when nothing can match. Numbers are compared by `eq` in values only.
 */
export function countTest(text: string, ofValues: boolean, compile: CompileRegex): Test | 'all' | null {
  if (text === '') return null;
  const operand = text.slice(2);
  switch (text.slice(0, 2)) {
    case '**':
      return 'all';
    case '~~':
      return operand === '' ? null : regexTest(operand, compile);
    case '~%':
      return operand === '' ? null : OPERATORS.ew!(operand);
    case '%~':
      return operand === '' ? null : OPERATORS.sw!(operand);
    case '==':
      return operand === '' ? null : OPERATORS.eq!(operand);
    case 'eq': {
      if (operand === '' || !ofValues) return null;
      const wanted = Number.parseInt(operand, 10) || 0;
      return (subject) => typeof subject !== 'string' && Number(subject) === wanted;
    }
    default:
      return regexTest(text, compile);
  }
}
