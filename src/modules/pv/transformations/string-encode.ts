import { createHash } from 'node:crypto';
import { ArgumentError } from '../../../registry/arguments.js';
import { toText } from '../../../script/value.js';
import { decodeBase58, encodeBase58 } from './base58.js';
import { FAILED, type Transformation, type TransformationClass, textOp, textParam } from './define.js';
import { decode7bit, encode7bit } from './gsm7.js';
import { keccak } from './keccak.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function hash(name: string): Transformation {
  return textOp(`${name.toUpperCase()} hash in hex.`, (text) => createHash(name).update(text, 'latin1').digest('hex'));
}

/** SHA-3, or Keccak as it was before its standard padding (as Ethereum uses it). */
function sponge(name: string, padding: number): Transformation {
  return {
    doc: `${name} hash in hex, of 256 (default), 384 or 512 bits.`,
    params: [0, 1],
    bind: (state, params) => {
      const size = params[0] === undefined ? () => '256' : textParam(state, params[0], `${name} cannot get p1`);
      if (params[0]?.kind === 'literal' && !isSize(Number(params[0].text))) {
        throw new ArgumentError(`invalid/unsupported ${params[0].text} bit length in ${name} transformation`);
      }
      return (ctx, input) => {
        const bits = Number(size(ctx));
        return isSize(bits) ? keccak(bytes(toText(input)), bits, padding).toString('hex') : FAILED;
      };
    },
  };
}

const isSize = (bits: number): boolean => bits === 256 || bits === 384 || bits === 512;

function decodeHex(text: string): string | undefined {
  const even = text.slice(0, text.length & ~1);
  return /^[0-9a-fA-F]*$/.test(even) ? Buffer.from(even, 'hex').toString('latin1') : FAILED;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The six bits of each character; all of a byte's bits for those that are none of the alphabet, as upstream has it. */
const SEXTETS = Uint8Array.from({ length: 256 }, (_, c) => ALPHABET.indexOf(String.fromCharCode(c)));

/** Whole groups of four characters. Characters of no meaning make bytes of no meaning. */
function decodeBase64(text: string): string | undefined {
  const n = text.length;
  if (n === 0) return '';
  if (n < 4 || n % 4 !== 0 || (text[n - 2] === '=' && text[n - 1] !== '=')) return FAILED;
  const size = (n / 4) * 3 - Number(text[n - 2] === '=') - Number(text[n - 1] === '=');
  const out = Buffer.allocUnsafe((n / 4) * 3);
  for (let i = 0, at = 0; i < n; i += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((j) => SEXTETS[text.charCodeAt(i + j)]!) as [number, number, number, number];
    out[at++] = (a << 2) | (b >> 4);
    out[at++] = (b << 4) | (c >> 2);
    out[at++] = (c << 6) | d;
  }
  return out.toString('latin1', 0, size);
}

/** Base64 in its two alphabets; `trimmed` is without padding. */
function base64(
  url: boolean,
  trimmed: boolean,
): { encode: (text: string) => string; decode: (text: string) => string | undefined } {
  return {
    encode: (text) => {
      let out = bytes(text).toString('base64');
      if (url) out = out.replaceAll('+', '-').replaceAll('/', '_');
      return trimmed ? out.replace(/=+$/, '') : out;
    },
    decode: (text) => {
      // The URL alphabet needs no padding, and ignores the bits of a character that is left over.
      if (url)
        return text.length < 2 || !/^[A-Za-z0-9_-]*={0,2}$/.test(text)
          ? FAILED
          : Buffer.from(text, 'base64url').toString('latin1');
      return decodeBase64(trimmed ? text + '='.repeat((4 - (text.length % 4)) % 4) : text);
    },
  };
}

const PLAIN = base64(false, false);
const TRIMMED = base64(false, true);
const URL_PLAIN = base64(true, false);
const URL_TRIMMED = base64(true, true);

/** `{s.*}` that hash, encode and decode. */
export const encodeOps: TransformationClass = {
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha384: hash('sha384'),
  sha512: hash('sha512'),
  sha3: sponge('sha3', 0x06),
  keccak: sponge('keccak', 0x01),
  'encode.hexa': textOp('Bytes in lower-case hex.', (text) => bytes(text).toString('hex')),
  'decode.hexa': textOp('Bytes from hex; an odd last digit is ignored.', decodeHex),
  'encode.7bit': textOp('Packed into 7 bits per character, in upper-case hex (3GPP TS 23.038).', encode7bit),
  'decode.7bit': textOp('Unpacked from 7 bits per character.', decode7bit),
  'encode.base58': textOp('Base58.', (text) => encodeBase58(bytes(text))),
  'decode.base58': textOp('From Base58.', (text) => decodeBase58(text)?.toString('latin1') ?? FAILED),
  'encode.base64': textOp('Base64.', PLAIN.encode),
  'decode.base64': textOp('From Base64.', PLAIN.decode),
  'encode.base64t': textOp('Base64 without padding.', TRIMMED.encode),
  'decode.base64t': textOp('From Base64 with or without padding.', TRIMMED.decode),
  'encode.base64url': textOp('Base64 in the URL alphabet.', URL_PLAIN.encode),
  'decode.base64url': textOp('From Base64 in the URL alphabet.', URL_PLAIN.decode),
  'encode.base64urlt': textOp('Base64 in the URL alphabet without padding.', URL_TRIMMED.encode),
  'decode.base64urlt': textOp('From Base64 in the URL alphabet with or without padding.', URL_TRIMMED.decode),
};
