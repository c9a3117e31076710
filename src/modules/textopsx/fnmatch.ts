/** What one element of a pattern takes: any run of characters, or one character. */
type Element = '*' | ((c: string) => boolean);

/** A shell pattern (POSIX fnmatch without flags: `/` and leading dots are nothing special). */
export class ShellPattern {
  readonly #elements: readonly Element[];

  constructor(
    pattern: string,
    private readonly ignoreCase: boolean,
  ) {
    this.#elements = parse(ignoreCase ? pattern.toLowerCase() : pattern);
  }

  /** Whether all of a text matches, in time proportional to the product of both lengths. */
  matches(text: string): boolean {
    const input = this.ignoreCase ? text.toLowerCase() : text;
    const elements = this.#elements;
    let at = 0;
    let e = 0;
    let star = -1;
    let resume = 0;
    while (at < input.length) {
      const element = elements[e];
      if (element === '*') {
        star = e++;
        resume = at;
      } else if (element?.(input[at]!)) {
        e++;
        at++;
      } else if (star >= 0) {
        e = star + 1;
        at = ++resume;
      } else return false;
    }
    while (elements[e] === '*') e++;
    return e === elements.length;
  }
}

function parse(pattern: string): Element[] {
  const elements: Element[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === '*') elements.push('*');
    else if (c === '?') elements.push(() => true);
    else if (c === '[') {
      const close = endOfSet(pattern, i);
      if (close < 0) elements.push((x) => x === '[');
      else {
        elements.push(set(pattern.slice(i + 1, close)));
        i = close;
      }
    } else {
      const literal = c === '\\' && i + 1 < pattern.length ? pattern[++i]! : c;
      elements.push((x) => x === literal);
    }
  }
  return elements;
}

function endOfSet(pattern: string, open: number): number {
  let i = open + 1;
  if (pattern[i] === '!' || pattern[i] === '^') i++;
  if (pattern[i] === ']') i++;
  for (; i < pattern.length; i++) {
    if (pattern[i] === '[' && pattern[i + 1] === ':') {
      const end = pattern.indexOf(':]', i + 2);
      if (end > 0) i = end + 1;
    } else if (pattern[i] === '\\') i++;
    else if (pattern[i] === ']') return i;
  }
  return -1;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[\x21-\x7e]/,
  lower: /[a-z]/,
  print: /[\x20-\x7e]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\r\n\v\f]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

function set(body: string): (c: string) => boolean {
  const negated = body[0] === '!' || body[0] === '^';
  const tests: ((c: string) => boolean)[] = [];
  for (let i = negated ? 1 : 0; i < body.length; i++) {
    const named = /^\[:(\w+):\]/.exec(body.slice(i));
    const re = named ? CLASSES[named[1]!] : undefined;
    if (named && re) {
      tests.push((c) => re.test(c));
      i += named[0].length - 1;
      continue;
    }
    if (body[i] === '\\' && i + 1 < body.length) i++;
    const from = body[i]!;
    if (body[i + 1] === '-' && i + 2 < body.length) {
      const to = body[i + 2]!;
      tests.push((c) => c >= from && c <= to);
      i += 2;
    } else tests.push((c) => c === from);
  }
  return (c) => tests.some((t) => t(c)) !== negated;
}
