import { type BoundPv, optional, text, writablePv } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { type Header, headerValue } from '../http_client/client/exchange.js';
import { parseHeaderLines } from '../http_client/client/header-lines.js';
import type { HttpRequest } from '../http_client/client/request.js';
import { Code, failureCode, type RestClient } from './state.js';

const { fn } = entriesOf<RestClient>();

const url = text('url', 'http or https; escape what variables bring into it (`{s.escape.param}`)');
const body = writablePv('body', 'gets the body of the answer, whatever its status');
const type = optional(writablePv('type', 'gets its Content-Type'));
const status = optional(writablePv('status', 'gets its status; 0 when there is no answer'));

const RETURNS = {
  '1': 'there is an answer',
  '-1': 'the connection was refused',
  '-2': 'no connection in time',
  '-3': 'no answer in time',
  '-10': 'any other failure (logged)',
};

type WritablePv = BoundPv & Required<Pick<BoundPv, 'write'>>;

interface Results {
  readonly body: WritablePv;
  readonly type: WritablePv | undefined;
  readonly status: WritablePv | undefined;
}

/** Sends a request and hands its answer to the script. */
async function send(state: RestClient, ctx: ScriptContext, request: HttpRequest, results: Results): Promise<number> {
  const outcome = await state.send(ctx, request);
  if ('failure' in outcome) {
    results.status?.write(ctx, 0);
    return failureCode(outcome);
  }
  results.body.write(ctx, outcome.body);
  results.type?.write(ctx, headerValue(outcome.headers, 'content-type') ?? null);
  results.status?.write(ctx, outcome.status);
  return Code.DONE;
}

const contentType = (value: string): Header[] => (value === '' ? [] : [['Content-Type', value]]);

/** `rest_post` and `rest_put`: with the data's type, or without it and what comes behind the answer's body. */
function sending(method: 'POST' | 'PUT'): FunctionDef<RestClient>[] {
  const name = `rest_${method.toLowerCase()}`;
  const info = { routes: ['ANY'], suspends: true, returns: RETURNS } as const;
  return [
    fn(
      [url, text('data'), body],
      {
        ...info,
        doc: `Sends a ${method} request with data of a form.`,
        example: `${name}("http://127.0.0.1/calls", "id=$(ci{s.escape.param})", "$var(answer)");`,
      },
      (state) => (ctx, to, data, received) =>
        send(
          state,
          ctx,
          { url: to, method, body: data, headers: [] },
          { body: received, type: undefined, status: undefined },
        ),
    ),
    fn(
      [url, text('data'), text('data type', 'may be empty'), body, type, status],
      {
        ...info,
        doc: `Sends a ${method} request with data.`,
        example: `if (${name}("http://127.0.0.1/calls", "{}", "application/json", "$var(answer)", "$var(type)", "$var(status)") == 1) { xlog("$var(status) $var(answer)\\n"); }`,
      },
      (state) => (ctx, to, data, dataType, received, receivedType, code) =>
        send(
          state,
          ctx,
          { url: to, method, body: data, headers: contentType(dataType) },
          { body: received, type: receivedType, status: code },
        ),
    ),
  ];
}

export const functions: Readonly<Record<string, FunctionDef<RestClient> | readonly FunctionDef<RestClient>[]>> = {
  rest_get: fn(
    [url, body, type, status],
    {
      routes: ['ANY'],
      suspends: true,
      doc: 'Sends a GET request.',
      example:
        'if (rest_get("http://127.0.0.1/users/$(rU{s.escape.user})", "$var(answer)", "$var(type)", "$var(status)") == 1) { xlog("$var(status) $var(answer)\\n"); }',
      returns: RETURNS,
    },
    (state) => (ctx, to, received, receivedType, code) =>
      send(
        state,
        ctx,
        { url: to, method: 'GET', body: null, headers: [] },
        { body: received, type: receivedType, status: code },
      ),
  ),
  rest_post: sending('POST'),
  rest_put: sending('PUT'),
  rest_append_hf: fn(
    [text('header', '`Name: value`, several on lines of their own')],
    {
      routes: ['ANY'],
      doc: 'Adds headers to the next request of this run.',
      example: 'rest_append_hf("X-Caller: $fU");',
      returns: { '1': 'added', '-1': 'there is no header in the text' },
    },
    (state) => (ctx, lines) => {
      const headers = parseHeaderLines(lines);
      if (headers.length > 0) state.appendHeaders(ctx, headers);
      return headers.length > 0 ? 1 : -1;
    },
  ),
};
