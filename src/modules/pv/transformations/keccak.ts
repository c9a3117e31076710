/** Keccak-f[1600] sponge (FIPS 202). Node has SHA-3 but not the older padding, so both are computed here. */
const MASK = 0xffffffffffffffffn;

/** Round constants, from the linear feedback shift register of FIPS 202 §3.2.5. */
const ROUND_CONSTANTS: readonly bigint[] = (() => {
  const list: bigint[] = [];
  let lfsr = 1;
  for (let round = 0; round < 24; round++) {
    let constant = 0n;
    for (let j = 0; j < 7; j++) {
      if (lfsr & 1) constant |= 1n << BigInt((1 << j) - 1);
      lfsr = (lfsr << 1) ^ (lfsr & 0x80 ? 0x171 : 0);
    }
    list.push(constant);
  }
  return list;
})();

function rotate(v: bigint, by: number): bigint {
  return by === 0 ? v : ((v << BigInt(by)) | (v >> BigInt(64 - by))) & MASK;
}

function permute(a: bigint[]): void {
  for (const constant of ROUND_CONSTANTS) {
    const c = [0, 1, 2, 3, 4].map((x) => a[x]! ^ a[x + 5]! ^ a[x + 10]! ^ a[x + 15]! ^ a[x + 20]!);
    for (let x = 0; x < 5; x++) {
      const d = c[(x + 4) % 5]! ^ rotate(c[(x + 1) % 5]!, 1);
      for (let y = 0; y < 25; y += 5) a[x + y] = a[x + y]! ^ d;
    }
    // ρ and π walk the lanes along one path.
    let x = 1;
    let y = 0;
    let lane = a[1]!;
    for (let t = 0; t < 24; t++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const next = a[x + 5 * y]!;
      a[x + 5 * y] = rotate(lane, (((t + 1) * (t + 2)) / 2) % 64);
      lane = next;
    }
    for (let row = 0; row < 25; row += 5) {
      const r = a.slice(row, row + 5);
      for (let i = 0; i < 5; i++) a[row + i] = r[i]! ^ (~r[(i + 1) % 5]! & MASK & r[(i + 2) % 5]!);
    }
    a[0] = a[0]! ^ constant;
  }
}

/** Hash of `bits` bits. `padding` is the first padding byte: 0x06 for SHA-3, 0x01 for Keccak. */
export function keccak(input: Uint8Array, bits: number, padding: number): Buffer {
  const rate = 200 - bits / 4;
  const padded = Buffer.alloc((Math.floor(input.length / rate) + 1) * rate);
  padded.set(input);
  padded[input.length] = padding;
  padded[padded.length - 1]! |= 0x80;
  const state = new Array<bigint>(25).fill(0n);
  for (let block = 0; block < padded.length; block += rate) {
    for (let i = 0; i < rate / 8; i++) state[i] = state[i]! ^ padded.readBigUInt64LE(block + i * 8);
    permute(state);
  }
  const out = Buffer.alloc(bits / 8);
  for (let i = 0; i < bits / 64; i++) out.writeBigUInt64LE(state[i]!, i * 8);
  return out;
}
