import type { RpcReply } from './value.js';

/** A parameter as it arrived: text protocols send strings, JSON and binrpc numbers and structures too. */
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
export type RpcArgument = string | number | boolean | RpcParam | undefined;

/** Parameters read by a signature, or the fault to answer with. */
export type ScanResult =
  | { readonly ok: true; readonly args: readonly RpcArgument[] /** How many were given. */; readonly count: number }
  | (RpcReply & { readonly ok: false });

/** The protocol a call came over; a few commands answer differently, as upstream's do. */
export type RpcProtocol = 'jsonrpc' | 'binrpc' | 'xmlrpc' | 'internal';

/** One call of a command. */
export interface RpcCall {
  readonly method: string;
  readonly protocol: RpcProtocol;
  /** As they arrived. */
  readonly params: readonly RpcParam[];
  /** Read by the command's own `params` signature; undefined where optional and absent. */
  readonly args: readonly RpcArgument[];
  /**
   * Reads parameters from the next unread one, by upstream's type letters: `s` `S` string, `d` integer, `u` unsigned,
   * `f` double, `b` boolean, `t` time, `{` structure, `.` before a letter converts a value of another type, `*` makes all that
   * follow optional. Blanks are ignored.
   */
  scan(signature: string): ScanResult;
}

/** A command of the RPC table. */
export interface RpcCommand {
  /** `module.command`. */
  readonly name: string;
  /** One line, as `system.methodHelp` gives it. */
  readonly doc: string;
  /** Type letters of the parameters (see {@link RpcCall.scan}); read before the handler runs. Absent: none are read. */
  readonly params?: string;
  /** Upstream's RET_ARRAY: the reply is an array even when it holds one value. */
  readonly returnsArray?: boolean;
  readonly handler: (call: RpcCall) => RpcReply | Promise<RpcReply>;
}
