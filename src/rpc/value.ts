/** A number that is printed as a floating-point value even when it is whole. */
export interface RpcDouble {
  readonly kind: 'double';
  readonly value: number;
}

/** Ordered fields; a name may repeat, as upstream's structures allow. */
export interface RpcStruct {
  readonly kind: 'struct';
  readonly fields: readonly (readonly [name: string, value: RpcValue])[];
  /** Upstream's named members of an array: JSON shows an array of one-field objects, binrpc the structure itself. */
  readonly listing?: boolean;
}

export interface RpcArray {
  readonly kind: 'array';
  readonly items: readonly RpcValue[];
}

/** A value of a reply. Numbers and bigints are integers, strings latin1-held bytes, null what upstream leaves unset. */
export type RpcValue = string | number | bigint | boolean | null | RpcDouble | RpcStruct | RpcArray;

/** A refusal; the code is a SIP-like status (400 bad parameters, 404 not found, 500 failed). */
export interface RpcFault {
  readonly code: number;
  readonly message: string;
}

/** What a command answers: values in order, or a fault. */
export type RpcReply =
  | {
      readonly ok: true;
      readonly values: readonly RpcValue[];
      /** Upstream's RET_ARRAY commands: JSON shows an array whatever the number of values; else the last value alone. */
      readonly list?: boolean;
    }
  | { readonly ok: false; readonly fault: RpcFault };

/** The answer of these values, of a command that upstream does not mark RET_ARRAY. */
export function reply(...values: RpcValue[]): RpcReply {
  return { ok: true, values };
}

/** The answer of a command that upstream marks RET_ARRAY. */
export function list(values: readonly RpcValue[]): RpcReply {
  return { ok: true, values, list: true };
}

/** The answer that refuses. */
export function fault(code: number, message: string): RpcReply & { ok: false } {
  return { ok: false, fault: { code, message } };
}

/** A structure from an object, or from pairs where names repeat. */
export function struct(
  fields: Readonly<Record<string, RpcValue>> | readonly (readonly [string, RpcValue])[],
): RpcStruct {
  return {
    kind: 'struct',
    fields: Array.isArray(fields) ? (fields as readonly (readonly [string, RpcValue])[]) : Object.entries(fields),
  };
}

/** Named members of an array (see {@link RpcStruct.listing}). */
export function listing(fields: readonly (readonly [string, RpcValue])[]): RpcStruct {
  return { kind: 'struct', fields, listing: true };
}

export function array(items: readonly RpcValue[]): RpcArray {
  return { kind: 'array', items };
}

export function double(value: number): RpcDouble {
  return { kind: 'double', value };
}
