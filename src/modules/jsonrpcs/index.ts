import { ArgumentError, text } from '../../registry/arguments.js';
import { defineModule, entriesOf } from '../../registry/module.js';
import { list } from '../../rpc/value.js';
import { PARAMS } from './params.js';
import { Jsonrpcs } from './state.js';

const { fn, pv, rpc } = entriesOf<Jsonrpcs>();

const KEYS = ['code', 'text', 'body'] as const;

export default defineModule({
  name: 'jsonrpcs',
  doc: 'RPC commands as JSON-RPC 2.0 over a FIFO, datagrams and TCP, and from the script.',
  params: PARAMS,
  functions: {
    jsonrpc_dispatch: fn(
      [],
      {
        routes: ['REQUEST'],
        doc: 'Answers the HTTP request that is being handled. A SIP request is left alone.',
        example: 'jsonrpc_dispatch();',
        returns: { '1': 'not an HTTP request' },
      },
      () => () => 1,
    ),
    jsonrpc_exec: fn(
      [text('command', 'a JSON-RPC 2.0 request')],
      {
        routes: ['ANY'],
        suspends: true,
        doc: 'Runs an RPC command; `$jsonrpl(code)`, `$jsonrpl(text)` and `$jsonrpl(body)` hold what came of it.',
        example: 'jsonrpc_exec(\'{"jsonrpc":"2.0","method":"core.uptime","id":1}\');',
        returns: { '1': 'there is a reply, be it an error', '-1': 'no JSON' },
      },
      (state) => (ctx, command) => state.exec(ctx, command),
    ),
  },
  pvs: {
    jsonrpl: pv({
      doc: 'Reply to the last jsonrpc_exec(): `$jsonrpl(code)` HTTP status, `$jsonrpl(text)` its reason, `$jsonrpl(body)` the JSON.',
      inner: 'required',
      index: false,
      writable: false,
      bind: (state, inner) => {
        const key = KEYS.find((k) => k === inner?.text);
        if (key === undefined) throw new ArgumentError(`unknown inner name [${inner?.text ?? ''}]`);
        return { read: (ctx) => state.reply(ctx)[key] };
      },
    }),
  },
  rpc: {
    'jsonrpc.echo': rpc('Gives back its first two parameters, a text and a number.', () => (call) => {
      const first = call.scan('*.s');
      if (!first.ok || first.count === 0) return list([]);
      const second = call.scan('*d');
      const values = [first.args[0] as string];
      return list(second.ok && second.count > 0 ? [...values, second.args[0] as number] : values);
    }),
  },
  configure: (host, params) => new Jsonrpcs(host, params),
  start: (state) => state.start(),
  stop: (state) => state.stop(),
});
