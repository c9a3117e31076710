import { int, literal, text, writablePv } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { RouteName } from '../../script/route-kind.js';
import { parseHeaderLines } from './client/header-lines.js';
import type { HttpRequest } from './client/request.js';
import type { HttpClientState, Result } from './state.js';

const { fn } = entriesOf<HttpClientState>();

const ROUTES: readonly RouteName[] = ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'];

const url = text('url', 'http or https; escape what variables bring into it (`{s.escape.param}`)');
const headers = text('headers', 'further headers, one a line; those of the usual ones replace them');
const result = writablePv('result', 'gets the body of the answer (`query_result`, `query_maxdatasize`)');
const connection = literal('connection', 'name of a `httpcon`');
const path = text('path', 'goes behind the connection’s URL; may be empty');
const type = literal('type', 'Content-Type of the data');

const ANSWERS = {
  '100': 'to 599: status of the answer; the result is empty below 200 and from 500 on',
  '1': 'to 99: the request failed, `$curlerror(n)` says why (the result is empty; logged)',
  '-1': 'an argument has no value',
};

type WritablePv = { write(ctx: ScriptContext, value: string): boolean };

/** Hands a request's result to the script. */
function deliver(ctx: ScriptContext, variable: WritablePv, { code, text: body }: Result): number {
  variable.write(ctx, body);
  return code;
}

function requestOf(method: string, to: string, body: string, lines: string): HttpRequest {
  return { url: to, method, body: body === '' ? null : body, headers: parseHeaderLines(lines) };
}

async function query(
  state: HttpClientState,
  ctx: ScriptContext,
  variable: WritablePv,
  request: HttpRequest,
  http2 = false,
): Promise<number> {
  if (request.url === '') return state.error('URL has no value');
  return deliver(ctx, variable, await state.query(ctx, request, http2));
}

/** `http_client_request` over HTTP/1.1 or, from the first byte, HTTP/2. */
function anyMethod(name: string, http2: boolean, how: string): FunctionDef<HttpClientState> {
  return fn(
    [text('method'), url, text('data', 'may be empty'), headers, result],
    {
      routes: ROUTES,
      since: '6.x',
      suspends: true,
      doc: `Sends a request with any method${how}.`,
      example: `if (${name}("PUT", "http://127.0.0.1/users/$(rU{s.escape.user})", "on", "Content-Type: text/plain", "$var(answer)") == 200) { xlog("$var(answer)\\n"); }`,
      returns: ANSWERS,
    },
    (state) => async (ctx, method, to, body, lines, variable) => {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method)) return state.error('METHOD has no value');
      return query(state, ctx, variable, requestOf(method, to, body, lines), http2);
    },
  );
}

export const functions: Readonly<
  Record<string, FunctionDef<HttpClientState> | readonly FunctionDef<HttpClientState>[]>
> = {
  http_client_query: [
    fn(
      [url, result],
      {
        routes: ROUTES,
        suspends: true,
        doc: 'Sends a GET request.',
        example:
          'if (http_client_query("http://127.0.0.1/users/$(rU{s.escape.user})", "$var(answer)") == 200) { xlog("$var(answer)\\n"); }',
        returns: ANSWERS,
      },
      (state) => async (ctx, to, variable) => query(state, ctx, variable, requestOf('', to, '', '')),
    ),
    fn(
      [url, text('data', 'without it, it is a GET request'), result],
      {
        routes: ROUTES,
        suspends: true,
        doc: 'Sends a POST request with data of a form.',
        example: 'http_client_query("http://127.0.0.1/calls", "id=$(ci{s.escape.param})", "$var(answer)");',
        returns: ANSWERS,
      },
      (state) => async (ctx, to, body, variable) => query(state, ctx, variable, requestOf('', to, body, '')),
    ),
    fn(
      [url, text('data', 'without it, it is a GET request'), headers, result],
      {
        routes: ROUTES,
        suspends: true,
        doc: 'Sends a POST request with further headers.',
        example: 'http_client_query("http://127.0.0.1/calls", "{}", "Content-Type: application/json", "$var(answer)");',
        returns: ANSWERS,
      },
      (state) => async (ctx, to, body, lines, variable) => query(state, ctx, variable, requestOf('', to, body, lines)),
    ),
  ],
  http_client_get: fn(
    [url, text('data', 'may be empty'), headers, result],
    {
      routes: ROUTES,
      suspends: true,
      doc: 'Sends a GET request that may have data and further headers.',
      example: 'http_client_get("http://127.0.0.1/calls", "", "X-Caller: $fU", "$var(answer)");',
      returns: ANSWERS,
    },
    (state) => async (ctx, to, body, lines, variable) => query(state, ctx, variable, requestOf('GET', to, body, lines)),
  ),
  http_client_request: anyMethod('http_client_request', false, ''),
  http_client_request_v2pk: anyMethod('http_client_request_v2pk', true, ' over HTTP/2 without asking for it first'),
  http_connect: [
    fn(
      [connection, path, writablePv('result', 'gets the body of the answer (`maxdatasize`)')],
      {
        routes: ROUTES,
        suspends: true,
        doc: 'Sends a GET request over a connection, and tries its `failover` when there is no answer or one from 500 on.',
        example:
          'if (http_connect("api", "/users/$(rU{s.escape.user})", "$var(answer)") == 200) { xlog("$var(answer)\\n"); }',
        returns: { ...ANSWERS, '-1': 'no such connection' },
      },
      (state) => async (ctx, name, to, variable) => deliver(ctx, variable, await state.connect(ctx, name, to, '', '')),
    ),
    fn(
      [connection, path, type, text('data'), result],
      {
        routes: ROUTES,
        suspends: true,
        doc: 'Sends a POST request over a connection.',
        example:
          'http_connect("api", "/calls", "application/json", "{ \\"user\\": \\"$(rU{s.escape.common})\\" }", "$var(answer)");',
        returns: { ...ANSWERS, '-1': 'no such connection' },
      },
      (state) => async (ctx, name, to, contentType, body, variable) =>
        deliver(ctx, variable, await state.connect(ctx, name, to, contentType, body)),
    ),
  ],
  http_connect_raw: fn(
    [connection, path, type, literal('data', 'as it is: a `$` means nothing'), result],
    {
      routes: ROUTES,
      suspends: true,
      doc: 'Sends a POST request over a connection, with data that holds no variables.',
      example: `http_connect_raw("api", "/calls", "application/json", '{ "price": "$5" }', "$var(answer)");`,
      returns: { ...ANSWERS, '-1': 'no such connection' },
    },
    (state) => async (ctx, name, to, contentType, body, variable) =>
      deliver(ctx, variable, await state.connect(ctx, name, to, contentType, body)),
  ),
  http_get_redirect: fn(
    [connection, writablePv('result')],
    {
      routes: ROUTES,
      doc: 'Gives the URL that the last request over a connection ended at, after redirects.',
      example: 'http_connect("api", "/latest", "$var(answer)"); http_get_redirect("api", "$var(url)");',
      returns: { '1': 'done', '-1': 'no such connection' },
    },
    (state) => (ctx, name, variable) => {
      const visited = state.visited(ctx, name);
      if (visited === null) return -1;
      variable.write(ctx, visited);
      return 1;
    },
  ),
  http_client_response_headers_set: fn(
    [int('mode')],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Whether headers of answers are kept from now on, as parameter `response_headers`.',
      example: 'http_client_response_headers_set("1");',
      returns: { '1': 'always' },
    },
    (state) => (ctx, mode) => {
      state.keepsHeaders = mode !== 0;
      if (mode === 0) state.clearHeaders(ctx);
      return 1;
    },
  ),
  http_client_response_headers_clear: fn(
    [literal('unused')],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Lets the headers of the last answer go.',
      example: 'http_client_response_headers_clear("");',
      returns: { '1': 'always' },
    },
    (state) => (ctx) => {
      state.clearHeaders(ctx);
      return 1;
    },
  ),
};
