/**
 * What a script computes with.
 *
 * - `number`: an integer (never a fraction). In 64-bit mode (6.x) integers outside ±2^53 are `bigint`, and only those.
 * - `string`: bytes as latin1 characters.
 * - `null`: undefined to the script (`$null`, an absent header).
 * - `undefined`: the read failed; counts as null, prints nothing in a format string, and an assignment from it is logged.
 * - `Dual`: has both an integer and a text that is not simply the integer's decimal form.
 */
export type Value = string | number | bigint | Dual | null | undefined;

/** A value with independent integer and text forms, such as `$rm` ("INVITE", 1) or an absent `{uri.port}` ("", 0). */
export class Dual {
  constructor(
    readonly int: number | bigint,
    readonly text: string,
    /** Which form `+`, `==`, `!=`, assignment and `switch` look at. */
    readonly primary: 'int' | 'string',
  ) {}
}

/** The text form as expressions use it: null and failed reads are empty. */
export function toText(v: Value): string {
  if (typeof v === 'string') return v;
  if (typeof v === 'number') return `${v}`;
  if (v === null || v === undefined) return '';
  if (typeof v === 'bigint') return v.toString();
  return v.text;
}

/** The text form as format strings print it: null is `<null>`, a failed read is nothing. */
export function toPrinted(v: Value): string {
  if (typeof v === 'string') return v;
  if (typeof v === 'number') return `${v}`;
  if (v === null) return '<null>';
  if (v === undefined) return '';
  if (typeof v === 'bigint') return v.toString();
  return v.text;
}

/** True when a script sees the value as defined. */
export function isDefined(v: Value): v is string | number | bigint | Dual {
  return v !== null && v !== undefined;
}

/** The value as assignments store it: a `Dual` by its primary form, a failed read as null. */
export function toStored(v: Value): string | number | bigint | null {
  if (v === undefined) return null;
  if (v instanceof Dual) return v.primary === 'int' ? v.int : v.text;
  return v;
}

/**
 * Text to integer by the rules of script conversions: "" is 0, an optional sign and decimal digits, or `0x` and hex
 * digits. `null` means not a number (the caller warns). `bits` is the integer width: 32 (5.6) or 64 (6.x).
 */
export function parseInteger(text: string, bits: 32 | 64): number | bigint | null {
  const n = text.length;
  if (n === 0) return 0;
  let i = 0;
  let negative = false;
  const first = text.charCodeAt(0);
  if (first === 0x2d || first === 0x2b) {
    negative = first === 0x2d;
    i = 1;
  } else if (first === 0x30 && n > 2 && (text.charCodeAt(1) | 0x20) === 0x78) {
    return parseHex(text, bits);
  }
  if (i === n) return 0;
  let v = 0;
  for (; i < n; i++) {
    const d = text.charCodeAt(i) - 0x30;
    if (d < 0 || d > 9) return null;
    v = v * 10 + d;
  }
  if (bits === 32) {
    if (negative) return v > 0x80000000 ? null : v === 0 ? 0 : -v;
    return v > 0x7fffffff ? null : v;
  }
  if (v <= Number.MAX_SAFE_INTEGER) return negative && v !== 0 ? -v : v;
  const big = BigInt(text.charCodeAt(0) === 0x2b ? text.slice(1) : text);
  return big > 0x7fffffffffffffffn || big < -0x8000000000000000n ? null : normalise(big);
}

function parseHex(text: string, bits: 32 | 64): number | bigint | null {
  let big = 0n;
  for (let i = 2; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const low = c | 0x20;
    const d = c >= 0x30 && c <= 0x39 ? c - 0x30 : low >= 0x61 && low <= 0x66 ? low - 0x57 : -1;
    if (d < 0) return null;
    big = big * 16n + BigInt(d);
  }
  return bits === 32 ? Number(BigInt.asIntN(32, big)) : normalise(BigInt.asIntN(64, big));
}

/** A 64-bit integer in its canonical form: a number when it is exact as one. */
export function normalise(v: bigint): number | bigint {
  return v >= -0x1fffffffffffffn && v <= 0x1fffffffffffffn ? Number(v) : v;
}
