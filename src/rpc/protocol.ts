import { stepBinrpc } from './binrpc.js';
import { JsonFramer } from './json-framer.js';
import { handleJsonRpc, type JsonRpcOptions } from './jsonrpc.js';
import type { RpcTable } from './table.js';

/** A connection's input; answers come in the order of their requests. */
export interface StreamSession {
  /** Takes bytes as they arrive; false when the peer cannot be followed any further and is to be closed. */
  receive(bytes: Buffer): boolean;
}

/** How a protocol answers, whatever carries it. */
export interface RpcWire {
  /** Answers one datagram; undefined is silence. */
  datagram(bytes: Buffer): Promise<Buffer | undefined>;
  stream(send: (bytes: Buffer) => void): StreamSession;
}

/** Longest JSON-RPC request over a stream, in bytes. */
const MAX_JSON = 65536;

/** binrpc, as upstream's ctl speaks it; `convert` is ctl's `autoconversion`. */
export function binrpcWire(table: RpcTable, convert = false): RpcWire {
  return {
    async datagram(bytes) {
      const step = stepBinrpc(table, bytes, convert);
      return step.more ? undefined : step.answer;
    },
    stream(send) {
      const inOrder = sequence(send);
      let pending: Buffer = Buffer.alloc(0);
      return {
        receive(bytes) {
          pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
          for (;;) {
            const step = stepBinrpc(table, pending, convert);
            if (step.more) return true;
            inOrder(step.answer);
            if (step.broken) return false;
            pending = pending.subarray(step.used);
            if (pending.length === 0) return true;
          }
        },
      };
    },
  };
}

/** JSON-RPC, as upstream's jsonrpcs speaks it. */
export function jsonRpcWire(table: RpcTable, options: JsonRpcOptions): RpcWire {
  const answer = async (text: string): Promise<Buffer | undefined> => {
    const { body } = await handleJsonRpc(table, text, options);
    return body === undefined ? undefined : Buffer.from(body, 'latin1');
  };
  return {
    datagram: (bytes) => answer(bytes.toString('latin1')),
    stream(send) {
      const inOrder = sequence(send);
      const framer = new JsonFramer(MAX_JSON);
      return {
        receive(bytes) {
          for (const text of framer.push(bytes.toString('latin1'))) inOrder(answer(text));
          return true;
        },
      };
    },
  };
}

/** Sends answers in the order of their requests, however long each takes. */
function sequence(send: (bytes: Buffer) => void): (answer: Promise<Buffer | undefined>) => void {
  let last: Promise<void> = Promise.resolve();
  return (answer) => {
    last = last.then(async () => {
      const bytes = await answer;
      if (bytes !== undefined) send(bytes);
    });
  };
}
