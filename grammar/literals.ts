const DECIMAL = /^(?:0|[1-9][0-9]*)$/;
const HEX = /^0x[0-9a-fA-F]+$/;
const OCTAL = /^0[0-7]+$/;
const BINARY = /^[01]+b$/;

/** The value of a number as written, wrapped to 32 bits as upstream's lexer does; null when it is no number. */
export function parseInteger(text: string): number | null {
  if (DECIMAL.test(text)) return wrap('', text);
  if (HEX.test(text)) return wrap('0x', text.slice(2));
  if (BINARY.test(text)) return wrap('0b', text.slice(0, -1));
  if (OCTAL.test(text)) return wrap('0o', text.slice(1));
  return null;
}

const LONG_MAX = 2n ** 63n - 1n;

/** C's conversion: saturated to 64 bits first, then cut to 32. */
function wrap(prefix: string, text: string): number {
  const digits = text.replace(/^0+(?=.)/, '');
  if (digits.length > 64) return -1;
  const value = BigInt(prefix + digits);
  return value > LONG_MAX ? -1 : Number(BigInt.asIntN(32, value));
}
