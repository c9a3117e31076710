/** One entry of a parameter list; `value` is null without `=`. */
export interface ListParam {
  readonly name: string;
  readonly value: string | null;
}

const isBlank = (c: string | undefined): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n';

/**
 * Parses `a=1;b="two;x";c` strictly, as upstream's list parser does: one name, one value, then a separator and the next,
 * or the end. Null when it is malformed, which `report` is told about.
 */
export function parseParamList(text: string, separator: string, report: (message: string) => void): ListParam[] | null {
  const list: ListParam[] = [];
  const end = text.length;
  const endsToken = (c: string | undefined): boolean => isBlank(c) || c === separator || c === ',';
  const malformed = (message: string): null => {
    report(message);
    return null;
  };
  if (end === 0) return list;
  for (let i = 0; ; ) {
    const start = i;
    while (i < end && !endsToken(text[i]) && text[i] !== '=') i++;
    const name = text.slice(start, i);
    let value: string | null = null;
    i = skipBlanks(text, i);
    if (text[i] === '=') {
      i = skipBlanks(text, i + 1);
      const quote = text[i];
      const from = i;
      if (quote === '"' || quote === "'") {
        // Nothing escapes a quote.
        const close = text.indexOf(quote, from + 1);
        if (close < 0) return malformed('Error while parsing quoted string');
        value = text.slice(from + 1, close);
        i = close + 1;
      } else {
        while (i < end && !endsToken(text[i])) i++;
        if (i === from && i < end) return malformed('Error while parsing token');
        value = text.slice(from, i);
      }
      i = skipBlanks(text, i);
    }
    list.push({ name, value });
    // A comma or bracket ends the list: what follows belongs to something else in the header.
    if (i >= end || text[i] === ',' || text[i] === '>') return list;
    if (text[i] !== separator) return malformed(`Invalid character '${text[i]}' - expected '${separator}'`);
    i = skipBlanks(text, i + 1);
    if (i >= end) return malformed(`Param name missing after ${separator}`);
  }
}

function skipBlanks(text: string, from: number): number {
  while (from < text.length && isBlank(text[from])) from++;
  return from;
}
