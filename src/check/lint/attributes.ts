/** One `name=value` of a parameter text such as `name=q;size=10`. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** The attributes of a parameter text; names in lower case, blanks and a last `;` dropped. */
export function attributes(text: string): Attribute[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at === -1
        ? { name: part.toLowerCase(), value: '' }
        : { name: part.slice(0, at).trim().toLowerCase(), value: unquoted(part.slice(at + 1).trim()) };
    });
}

/** The value of one attribute; undefined when it is not there. */
export function attribute(text: string, name: string): string | undefined {
  return attributes(text).find((a) => a.name === name)?.value;
}

function unquoted(text: string): string {
  const quoted = /^"(.*)"$/.exec(text) ?? /^'(.*)'$/.exec(text);
  return quoted ? quoted[1]! : text;
}
