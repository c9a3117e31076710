/** One entry of a parameter list; `value` is null without `=`. */
export interface ListParam {
  readonly name: string;
  readonly value: string | null;
}

const isBlank = (c: string | undefined): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n';

/**
 * Parses `a=1;b="two;x";c` strictly, as upstream's list parser does: one name, one value, then a separator or the end.
 * Null when it is malformed, which `report` is told about.
 */
export function parseParamList(text: string, separator: string, report: (message: string) => void): ListParam[] | null {
  const list: ListParam[] = [];
  const end = text.length;
  let i = 0;
  if (isBlank(text[0])) {
    report(`Invalid character '${text[skipBlanks(text, 0)] ?? ' '}' - expected '${separator}'`);
    return null;
  }
  for (;;) {
    if (i >= end) return list;
    const start = i;
    while (i < end && !isBlank(text[i]) && text[i] !== '=' && text[i] !== separator && text[i] !== ',') i++;
    const name = text.slice(start, i);
    i = skipBlanks(text, i);
    let value: string | null = null;
    if (text[i] === '=') {
      i = skipBlanks(text, i + 1);
      const quote = text[i];
      if (quote === '"' || quote === "'") {
        let close = i + 1;
        while (close < end && text[close] !== quote) close += text[close] === '\\' ? 2 : 1;
        if (close >= end) {
          report('Invalid parameter value: unterminated quote');
          return null;
        }
        value = text.slice(i + 1, close);
        i = close + 1;
      } else {
        const from = i;
        while (i < end && !isBlank(text[i]) && text[i] !== separator && text[i] !== ',') i++;
        value = text.slice(from, i);
      }
    }
    list.push({ name, value });
    i = skipBlanks(text, i);
    // A comma ends the list: what follows belongs to the next header value.
    if (i >= end || (text[i] === ',' && separator !== ',')) return list;
    if (text[i] !== separator) {
      report(`Invalid character '${text[i]}' - expected '${separator}'`);
      return null;
    }
    const next = skipBlanks(text, i + 1);
    if (next >= end && next > i + 1) {
      report(`Param name missing after ${separator}`);
      return null;
    }
    i = next;
  }
}

function skipBlanks(text: string, from: number): number {
  while (from < text.length && isBlank(text[from])) from++;
  return from;
}
