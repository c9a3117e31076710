import type { RpcParam } from './params.js';
import { ParamReader, type ScanResult } from './params.js';
import { fault, type RpcReply } from './value.js';

/** The protocol a call came over; parameters are read, and a few faults worded, as upstream's module for it does. */
export type RpcProtocol = 'jsonrpc' | 'binrpc';

/** One call of a command. */
export interface RpcCall {
  readonly method: string;
  readonly protocol: RpcProtocol;
  /** As they arrived, whether read or not. */
  readonly params: readonly RpcParam[];
  /**
   * Reads the next parameters, by upstream's type letters: `s` `S` string, `d` integer, `u` unsigned, `l` `j` `L` `J` 64
   * bits, `f` double, `b` boolean, `t` time; `.` before a letter converts a value of another type, `*` makes all that
   * follow optional.
   */
  scan(signature: string): ScanResult;
}

/** A command of the RPC table. */
export interface RpcCommand {
  /** `module.command`. */
  readonly name: string;
  /** What `system.methodHelp` gives. */
  readonly doc: string;
  readonly run: (call: RpcCall) => RpcReply | Promise<RpcReply>;
}

/** A call before its parameters were read. */
export interface RpcRequest {
  readonly method: string;
  readonly params: readonly RpcParam[];
  readonly protocol: RpcProtocol;
  /** Every parameter is converted to the type asked for, where that is possible. */
  readonly convert?: boolean;
}

/** Told of a command that threw; the caller is answered 500. */
export type RpcErrorHandler = (method: string, error: unknown) => void;

/** The commands of a server, by name. */
export class RpcTable {
  readonly #commands = new Map<string, RpcCommand>();
  readonly #onError: RpcErrorHandler;

  constructor(onError: RpcErrorHandler = () => {}) {
    this.#onError = onError;
  }

  /** Adds a command; false when the name is taken (the first registration holds, as upstream). */
  register(command: RpcCommand): boolean {
    if (this.#commands.has(command.name)) return false;
    this.#commands.set(command.name, command);
    return true;
  }

  get(name: string): RpcCommand | undefined {
    return this.#commands.get(name);
  }

  /** Names in byte order, as `system.listMethods` lists them. */
  names(): string[] {
    return [...this.#commands.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Runs a command; undefined when there is none of that name. Never throws and never rejects. */
  async execute(request: RpcRequest): Promise<RpcReply | undefined> {
    const command = this.#commands.get(request.method);
    if (command === undefined) return undefined;
    const reader = new ParamReader(request.params, request.protocol, request.convert);
    try {
      return await command.run({ ...request, scan: (signature) => reader.scan(signature) });
    } catch (error) {
      return this.failed(request.method, error);
    }
  }

  /** Reports a command that threw, or answered with what no protocol can print; what the caller is told instead. */
  failed(method: string, error: unknown): RpcReply & { readonly ok: false } {
    this.#onError(method, error);
    return fault(500, 'Internal Server Error');
  }
}
