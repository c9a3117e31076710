import { readJson } from './json-read.js';
import { writeJson } from './json-write.js';
import type { RpcParam } from './params.js';
import type { RpcTable } from './table.js';
import { array, type RpcReply, type RpcValue, struct } from './value.js';

/** JSON-RPC 2.0 error codes, whose messages the specification fixes (section 5.1). */
const FIXED_MESSAGES: ReadonlyMap<number, string> = new Map([
  [-32700, 'Parse Error'],
  [-32600, 'Invalid Request'],
  [-32601, 'Method Not Found'],
  [-32602, 'Invalid Parameters'],
  [-32603, 'Internal Error'],
  [-32000, 'Execution Error'],
]);

export interface JsonRpcOptions {
  /** jsonrpcs' `pretty_format`. */
  readonly pretty: boolean;
  /** Told of requests that cannot be run, in upstream's words. */
  readonly onRefused?: (message: string) => void;
}

/** What came of a request text. */
export interface JsonRpcOutcome {
  /** The reply's text; undefined when the request was no JSON at all, which upstream answers with silence. */
  readonly body: string | undefined;
  /** HTTP status line of the same answer. */
  readonly status: number;
  readonly reason: string;
  /** The request's `reply_name` (FIFO) and `store_path`, if it has them. */
  readonly replyName?: string;
  readonly storePath?: string;
  /** The id as JSON text, for a reply that is made up elsewhere. */
  readonly id?: string;
}

/**
 * Answers one JSON-RPC request, as upstream's jsonrpcs does: no batches, replies to notifications too, and an empty result
 * for a text that is JSON but no JSON-RPC 2.0 request.
 */
export async function handleJsonRpc(table: RpcTable, text: string, options: JsonRpcOptions): Promise<JsonRpcOutcome> {
  const request = readJson(text);
  if (request === undefined) return { body: undefined, status: 500, reason: 'Invalid Request' };
  const fields = fieldsOf(request);
  const replyName = textField(fields, 'reply_name');
  const storePath = textField(fields, 'store_path');
  const id = fields.get('id');
  let answer = await execute(table, fields, options.onRefused ?? (() => {}));
  let body: string;
  try {
    body = formatJsonRpc(answer, id, options);
  } catch (error) {
    answer = table.failed(textField(fields, 'method') ?? '', error);
    body = formatJsonRpc(answer, id, options);
  }
  return {
    body,
    status: answer.ok ? 200 : httpStatus(answer.fault.code),
    reason: answer.ok ? 'OK' : answer.fault.message,
    replyName,
    storePath: storePath === '' ? undefined : storePath,
    id: id === undefined ? undefined : writeJson(idValue(id), false),
  };
}

async function execute(
  table: RpcTable,
  fields: ReadonlyMap<string, RpcParam>,
  refused: (message: string) => void,
): Promise<RpcReply> {
  const method = fields.get('method');
  if (fields.get('jsonrpc') !== '2.0' || typeof method !== 'string') {
    refused(`missing ${fields.get('jsonrpc') === '2.0' ? 'method' : 'jsonrpc'} field in request`);
    return { ok: true, values: [] };
  }
  if (table.get(method) === undefined) {
    refused(`method callback not found [${method}]`);
    return { ok: false, fault: { code: 500, message: 'Method Not Found' } };
  }
  const params = positional(fields.get('params'));
  if (params === undefined) {
    refused('params field is not an array or object');
    return { ok: true, values: [], list: false };
  }
  return (
    (await table.execute({ method, params, protocol: 'jsonrpc' })) ?? {
      ok: false,
      fault: { code: 500, message: 'Method Not Found' },
    }
  );
}

/** A reply as JSON-RPC text; `id` as the request had it, absent for a notification. */
export function formatJsonRpc(answer: RpcReply, id: RpcParam | undefined, options: JsonRpcOptions): string {
  const fields: [string, RpcValue][] = [['jsonrpc', '2.0']];
  if (answer.ok) {
    fields.push(['result', resultOf(answer)]);
  } else {
    const code = answer.fault.code === 0 ? -32000 : answer.fault.code;
    const message = FIXED_MESSAGES.get(code) ?? (answer.fault.message || 'Unexpected Error');
    fields.push(['error', struct({ code, message })]);
  }
  if (id !== undefined) fields.push(['id', idValue(id)]);
  return writeJson(struct(fields), options.pretty);
}

/** An array for RET_ARRAY commands; for others the last value added is the one that stays. */
function resultOf(answer: RpcReply & { readonly ok: true }): RpcValue {
  if (answer.list) return array(answer.values);
  return answer.values.at(-1) ?? struct([]);
}

/** Ids are strings or numbers; upstream prints anything else as the number its parser left there. */
function idValue(id: RpcParam): RpcValue {
  if (typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint') return id;
  if (id === true) return 1;
  return typeof id === 'object' && id?.kind === 'double' ? id : 0;
}

/** Names are matched without regard to case, and the first of a name counts. */
function fieldsOf(request: RpcParam): ReadonlyMap<string, RpcParam> {
  const fields = new Map<string, RpcParam>();
  if (typeof request !== 'object' || request === null || request.kind !== 'struct') return fields;
  for (const [name, value] of request.fields) {
    const lower = name.toLowerCase();
    if (!fields.has(lower)) fields.set(lower, value);
  }
  return fields;
}

function textField(fields: ReadonlyMap<string, RpcParam>, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === 'string' ? value : undefined;
}

/** An object's values count in the order they are written. */
function positional(params: RpcParam | undefined): readonly RpcParam[] | undefined {
  if (params === undefined) return [];
  if (typeof params !== 'object' || params === null) return undefined;
  if (params.kind === 'array') return params.items;
  return params.kind === 'struct' ? params.fields.map(([, value]) => value) : undefined;
}

function httpStatus(code: number): number {
  return code <= 100 ? 500 : code;
}

/** What is written to a reply FIFO when the reply itself went to the request's `store_path`. */
export function storedNotice(id: string | undefined, stored: boolean): string {
  const what = stored ? '"result": "Stored"' : '"error": {\n\t\t"code": 500,\n\t\t"message": "Storing failed"\n\t}';
  return `{\n"jsonrpc": "2.0",\n\t${what},\n\t"id": ${id ?? '0'}\n}`;
}

/** A JSON-RPC request text, as a client sends it. */
export function formatRequest(
  method: string,
  params: readonly RpcValue[],
  id: number,
  extra: Readonly<Record<string, string>> = {},
): string {
  const fields: [string, RpcValue][] = [
    ['jsonrpc', '2.0'],
    ['method', method],
    ['params', array(params)],
    ...Object.entries(extra),
    ['id', id],
  ];
  return writeJson(struct(fields), false);
}
