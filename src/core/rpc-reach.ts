import type { RpcReach } from '../registry/module.js';
import type { Threads } from '../registry/threads.js';
import { type RpcCommand, type RpcErrorHandler, type RpcRequest, RpcTable } from '../rpc/table.js';
import { fault, type RpcReply } from '../rpc/value.js';

/** A command for another thread, which runs it on what it has itself. */
export const RPC_HERE = 'core:rpc-here';
/** A command that a worker was given, for thread 0, which speaks for all. */
export const RPC_FOR_ALL = 'core:rpc';

/** A command of thread 0 that speaks for all threads. */
export function forAllThreads(command: RpcCommand, reach: RpcReach, threads: Threads): RpcCommand {
  const run = async (call: Parameters<RpcCommand['run']>[0]): Promise<RpcReply> => {
    const { scan: _scan, ...request } = call;
    const own = await command.run(call);
    if (reach === 'first' && own.ok) return own;
    const values = own.ok ? [...own.values] : [];
    for (let thread = 1; thread < threads.count; thread++) {
      const answer = await threads.ask<RpcReply>(thread, RPC_HERE, request);
      if (reach === 'first' && answer?.ok) return answer;
      if (answer?.ok) values.push(...answer.values);
    }
    return reach === 'join' && own.ok ? { ...own, values } : own;
  };
  return { ...command, run };
}

/** The commands as a worker has them: what it is asked by scripts, thread 0 runs. */
export class WorkerRpcTable extends RpcTable {
  constructor(
    onError: RpcErrorHandler,
    private readonly threads: Threads,
  ) {
    super(onError);
    threads.handle<RpcRequest>(RPC_HERE, (request) => super.execute(request));
  }

  /** Which commands there are, thread 0 knows. */
  override get(name: string): RpcCommand {
    return super.get(name) ?? { name, doc: '', run: () => fault(500, 'Method Not Found') };
  }

  override async execute(request: RpcRequest): Promise<RpcReply | undefined> {
    const answer = await this.threads.ask<RpcReply | null>(0, RPC_FOR_ALL, request);
    return answer === null ? undefined : (answer ?? fault(500, 'Internal Server Error'));
  }
}

/** Has thread 0 run what workers are asked for. */
export function serveWorkerRpc(threads: Threads, rpc: RpcTable): void {
  threads.handle<RpcRequest>(RPC_FOR_ALL, async (request) => (await rpc.execute(request)) ?? null);
}
