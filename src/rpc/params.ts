import { fault, type RpcReply, reply } from './value.js';

/** A parameter as it arrived. */
export type RpcParam =
  | string
  | number
  | bigint
  | boolean
  | null
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [name: string, value: RpcParam])[] }
  | { readonly kind: 'array'; readonly items: readonly RpcParam[] };

/** A parameter read by its type letter; undefined for an optional one that was not given. */
export type RpcArgument = string | number | bigint | boolean | undefined;

/** Parameters read by a signature. */
export type ScanResult =
  | {
      readonly ok: true;
      /** One per type letter. */
      readonly args: readonly RpcArgument[];
      /** How many were given. */
      readonly count: number;
    }
  | {
      readonly ok: false;
      /** How many were read before the one that failed. */
      readonly count: number;
      /** What upstream answers when the command says nothing itself: nothing over JSON-RPC, a 400 over binrpc. */
      readonly reply: RpcReply;
    };

/** The expected record's name in binrpc faults. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  s: 'string',
  S: 'string',
  d: 'integer',
  u: 'integer',
  b: 'integer',
  t: 'integer',
  f: 'float',
  l: 'float',
  j: 'float',
  L: 'float',
  J: 'float',
};

/** What the binrpc module says of a record it cannot use. */
const NO_MORE_RECORDS = 'end of packet encountered';
const WRONG_TYPE = "record doesn't match type";

/** Reads parameters in order; one per call. Upstream's scan functions of jsonrpcs and ctl differ, and so does this. */
export class ParamReader {
  readonly #params: readonly RpcParam[];
  readonly #protocol: 'jsonrpc' | 'binrpc';
  #next = 0;

  constructor(
    params: readonly RpcParam[],
    protocol: 'jsonrpc' | 'binrpc',
    /** Reads as if every letter had its `.` modifier. */
    private readonly convertAll = false,
  ) {
    this.#params = params;
    this.#protocol = protocol;
  }

  scan(signature: string): ScanResult {
    const args: RpcArgument[] = [];
    let optional = false;
    let convert = this.convertAll;
    let count = 0;
    for (const letter of signature) {
      if (letter === '*') optional = true;
      else if (letter === '.') convert = true;
      else {
        if (TYPE_NAMES[letter] === undefined) {
          return { ok: false, count, reply: fault(500, 'Internal Server Error (inval formatting str)') };
        }
        if (this.#next >= this.#params.length) {
          if (!optional) return this.#failure(count, letter, convert, NO_MORE_RECORDS);
          args.push(undefined);
        } else {
          const param = this.#params[this.#next] as RpcParam;
          const value =
            this.#protocol === 'jsonrpc' ? fromJson(param, letter, convert) : fromBinrpc(param, letter, convert);
          if (value === undefined) return this.#failure(count, letter, convert, WRONG_TYPE);
          args.push(value);
          this.#next++;
          count++;
        }
        convert = this.convertAll;
      }
    }
    return { ok: true, args, count };
  }

  #failure(count: number, letter: string, convert: boolean, why: string): ScanResult {
    if (this.#protocol === 'jsonrpc') return { ok: false, count, reply: reply() };
    const expected =
      this.convertAll && why === WRONG_TYPE
        ? recordName(this.#params[this.#next] as RpcParam)
        : convert
          ? 'any'
          : TYPE_NAMES[letter];
    return {
      ok: false,
      count,
      reply: fault(400, `error at parameter ${this.#next}: expected ${expected} type but ${why}`),
    };
  }
}

/** With conversion on for all, upstream names the record it found. */
function recordName(param: RpcParam): string {
  if (typeof param === 'string') return 'string';
  return typeof param === 'object' && param?.kind === 'double' ? 'float' : 'integer';
}

/** Number letters take anything: what is no number counts as 0. Strings must be strings, or numbers when converting. */
function fromJson(param: RpcParam, letter: string, convert: boolean): RpcArgument {
  if (letter === 's' || letter === 'S') {
    if (typeof param === 'string') return param;
    const n = convert ? numberOf(param) : undefined;
    return n === undefined ? undefined : String(BigInt.asUintN(64, asC(n, 'j')));
  }
  const n = typeof param === 'string' ? 0 : (numberOf(param) ?? (param === true ? 1 : 0));
  return byLetter(letter === 'f' ? n : asC(n, letter), letter);
}

/** JSON numbers are doubles that upstream converts in C, where what does not fit becomes the type's odd value. */
function asC(n: number | bigint, letter: string): bigint {
  const value = whole(n);
  switch (letter) {
    case 'd':
      return BigInt.asIntN(32, value) === value ? value : -(2n ** 31n);
    case 'l':
    case 'L':
      return BigInt.asIntN(64, value) === value ? value : -(2n ** 63n);
    default:
      return value < 2n ** 64n ? value : 0n;
  }
}

function fromBinrpc(param: RpcParam, letter: string, convert: boolean): RpcArgument {
  const isInt = typeof param === 'number' || typeof param === 'bigint';
  const isDouble = typeof param === 'object' && param?.kind === 'double';
  if (letter === 's' || letter === 'S') {
    if (typeof param === 'string') return param;
    return convert && isInt ? String(BigInt.asUintN(64, whole(param))) : undefined;
  }
  if (typeof param === 'string') {
    if (!convert) return undefined;
    const wanted = 'dubt'.includes(letter) ? /^[+-]?\d+$/ : /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i;
    const text = wanted.exec(param);
    return text === null ? undefined : byLetter(Number(text[0]), letter);
  }
  // An integer is welcome where a double is expected, the reverse only when converting.
  if ('dubt'.includes(letter) && isDouble && !convert) return undefined;
  const n = numberOf(param);
  return n === undefined ? undefined : byLetter(n, letter);
}

function numberOf(param: RpcParam): number | bigint | undefined {
  if (typeof param === 'number' || typeof param === 'bigint') return param;
  return typeof param === 'object' && param?.kind === 'double' ? param.value : undefined;
}

function whole(n: number | bigint): bigint {
  if (typeof n === 'bigint') return n;
  return Number.isFinite(n) ? BigInt(Math.trunc(n)) : 0n;
}

function byLetter(n: number | bigint, letter: string): RpcArgument {
  switch (letter) {
    case 'f':
      return Number(n);
    case 'b':
      return Number(n) !== 0;
    case 'd':
      return Number(BigInt.asIntN(32, whole(n)));
    case 'u':
    case 't':
      return Number(BigInt.asUintN(32, whole(n)));
    default:
      return narrow(letter === 'l' || letter === 'L' ? BigInt.asIntN(64, whole(n)) : BigInt.asUintN(64, whole(n)));
  }
}

/** A plain number where it is exact. */
function narrow(n: bigint): number | bigint {
  return n >= BigInt(Number.MIN_SAFE_INTEGER) && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;
}
