import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import { handleJsonRpc, type JsonRpcOptions } from '../../rpc/jsonrpc.js';
import type { RpcListener } from '../../rpc/listeners.js';
import type { ScriptContext } from '../../script/context.js';
import { type JsonrpcsParams, openTransports, Transport } from './transports.js';

/** What `$jsonrpl(…)` shows of the last command that a script ran. */
export interface ExecutedReply {
  readonly code: number;
  readonly text: string | null;
  readonly body: string | null;
}

const NOTHING: ExecutedReply = { code: 0, text: null, body: null };

/** The JSON-RPC server, and commands that scripts run themselves. */
export class Jsonrpcs {
  #listeners: readonly RpcListener[] = [];
  readonly #options: JsonRpcOptions;
  #last = NOTHING;

  constructor(
    private readonly host: Host,
    private readonly params: JsonrpcsParams,
  ) {
    if (params.transport === Transport.HTTP && !host.isLoaded('xhttp')) {
      throw new ConfigError('JSON-RPC over HTTP needs module xhttp, which is not loaded', 'transport');
    }
    this.#options = {
      pretty: params.pretty_format !== 0,
      onRefused: (message) => host.log.error('jsonrpcs', message),
    };
  }

  async start(): Promise<void> {
    // Thread 0 speaks for all.
    if (this.host.threadIndex !== 0) return;
    this.#listeners = await openTransports(this.host, this.params, this.#options);
  }

  async stop(): Promise<void> {
    const listeners = this.#listeners;
    this.#listeners = [];
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  /** Runs a command; 1 when it was a JSON document, whatever came of it, else -1 (logged). */
  async exec(ctx: ScriptContext, text: string): Promise<number> {
    if (text === '') {
      this.host.log.error('jsonrpcs', 'cannot get the rpc command parameter');
      return -1;
    }
    const { body, status, reason } = await handleJsonRpc(this.host.rpc, text, this.#options);
    if (body === undefined) {
      this.host.log.error('jsonrpcs', `invalid json doc [[${text}]]`);
      return -1;
    }
    this.#last = { code: status, text: reason, body };
    ctx.scratch ??= new Map();
    ctx.scratch.set(this, this.#last);
    return 1;
  }

  /** The run's own last reply, or the last of any run. */
  reply(ctx: ScriptContext): ExecutedReply {
    return (ctx.scratch?.get(this) as ExecutedReply | undefined) ?? this.#last;
  }
}
