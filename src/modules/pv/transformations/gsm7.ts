/** Seven-bit packing of short messages (3GPP TS 23.038 §6.1.2.1.1): characters follow each other without a gap of a bit. */
export function encode7bit(text: string): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length; i++) {
    // Upstream does not cut the eighth bit off: it spills into the next character.
    bits |= text.charCodeAt(i) << held;
    held += 7;
    while (held >= 8) {
      out += hex(bits & 0xff);
      bits >>= 8;
      held -= 8;
    }
  }
  return held > 0 ? out + hex(bits & 0xff) : out;
}

/** The reverse, from hex digits; undefined when there are others. A last group of zero bits only is padding. */
export function decode7bit(text: string): string | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  let out = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; i + 1 < text.length; i += 2) {
    bits |= (Number.parseInt(text.slice(i, i + 2), 16) & 0xff) << held;
    held += 8;
    while (held >= 7) {
      const c = bits & 0x7f;
      bits >>= 7;
      held -= 7;
      if (c !== 0 || i + 3 < text.length) out += String.fromCharCode(c);
    }
  }
  return out;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
