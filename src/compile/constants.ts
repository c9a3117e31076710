/**
 * The closures and values that emitted code refers to. Each gets a name in the source (`f3`, `p12`) and a slot in the
 * array that the code receives; the same value is entered once.
 */
export class Constants {
  readonly values: unknown[] = [];
  readonly #names = new Map<unknown, string>();

  /** The name under which emitted code finds the value. `prefix` only makes the source readable. */
  use(prefix: string, value: unknown): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const name = `${prefix}${this.values.length}`;
    this.values.push(value);
    this.#names.set(value, name);
    return name;
  }

  /** Declarations that bind every name to its slot of array `k`. */
  declarations(): string {
    return [...this.#names.values()].map((name, i) => `const ${name}=k[${i}];`).join('\n');
  }
}

/** A JavaScript literal of a script string: the only way script text enters emitted source. */
export function quote(text: string): string {
  return JSON.stringify(text)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}
