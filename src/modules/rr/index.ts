import { ArgumentError, int, oneOf, parsed, type Regex, text } from '../../registry/arguments.js';
import { defineModule, entriesOf, type FunctionInfo } from '../../registry/module.js';
import { LooseRoute } from './loose-route.js';
import { Rr } from './state.js';

export { type RouteParamsCallback, Rr } from './state.js';

const { fn, pv, readPv } = entriesOf<Rr>();

const ROUTED = {
  '1': 'the next hop is known from the Route headers',
  '-1': 'no Route, or an error',
  '-3': 'the only Route was ours, in a request outside of a dialog',
};
const RECORDED = { '1': 'done', '-1': 'Record-Route was added before, or the message lacks what is needed' };

const looseRouting = (doc: string, example: string, returns: FunctionInfo['returns'] = ROUTED): FunctionInfo => ({
  routes: ['REQUEST'],
  doc,
  example,
  returns,
});
const recording = (doc: string, example: string): FunctionInfo => ({
  routes: ['REQUEST', 'FAILURE', 'BRANCH'],
  doc,
  example,
  returns: RECORDED,
});

/** Case is ignored and `^`, `$` stand at line ends, whatever the server's default for patterns is. */
const paramPattern = parsed<Regex>('pattern', (source, env) => env.regex(source, { ignoreCase: true, newline: true }));

export default defineModule({
  name: 'rr',
  doc: 'Record-Route, and strict and loose routing along the Route headers.',
  params: {
    append_fromtag: {
      type: 'int',
      default: 1,
      doc: 'Puts the caller’s tag into Record-Route; `is_direction` needs it.',
    },
    enable_double_rr: {
      type: 'int',
      default: 1,
      doc: '1: two headers when sockets or protocols differ; 2: always; 0: never.',
    },
    enable_full_lr: { type: 'int', default: 0, doc: 'Writes `lr=on` in place of `lr`.' },
    add_username: { type: 'int', default: 0, doc: 'Puts the user of the Request-URI into Record-Route.' },
    enable_socket_mismatch_warning: {
      type: 'int',
      default: 1,
      doc: 'Warns when the second of two Routes names no socket.',
    },
    custom_user_avp: { type: 'string', default: null, doc: 'AVP with the user to put into Record-Route instead.' },
    force_send_socket: { type: 'int', default: 0, doc: 'Sends from the socket that a single Route names.' },
    ignore_sips: { type: 'int', default: 0, doc: 'Writes `sip:` even for a `sips:` Request-URI.' },
    sockname_mode: { type: 'int', default: 0, doc: 'Adds and follows the socket’s name in the parameter `sn`.' },
    loose_route_mode: { type: 'int', default: 0, doc: 'Mode of `loose_route()`.' },
  },
  functions: {
    loose_route: fn(
      [],
      looseRouting('Follows the Route headers of a request.', 'if (loose_route()) { t_relay(); }'),
      (state) => (ctx) => state.looseRoute(ctx, state.settings.looseRouteMode),
    ),
    loose_route_preloaded: fn(
      [],
      looseRouting(
        'Follows the Route headers; true only when the request brought ours outside of a dialog.',
        'loose_route_preloaded();',
        {
          '1': 'the only Route was ours, in a request outside of a dialog',
          '-1': 'anything else',
        },
      ),
      (state) => (ctx) => (state.looseRoute(ctx, 0) === LooseRoute.PRELOADED ? 1 : -1),
    ),
    loose_route_mode: fn(
      [int('mode', '1: loose routing only; 2: without flow tokens')],
      looseRouting('As `loose_route()`, with a mode of its own.', 'loose_route_mode("1");'),
      (state) => (ctx, mode) => state.looseRoute(ctx, mode),
    ),
    record_route: [
      fn(
        [],
        recording('Adds a Record-Route header, so that later requests of the dialog come by.', 'record_route();'),
        (state) => (ctx) => state.recordRoute(ctx, ''),
      ),
      fn(
        [text('params')],
        recording('As `record_route()`, with parameters.', 'record_route(";nat=yes");'),
        (state) => (ctx, params) => state.recordRoute(ctx, params),
      ),
    ],
    record_route_preset: [
      fn(
        [text('address')],
        recording('Adds a Record-Route header of that address.', 'record_route_preset("1.2.3.4:5060");'),
        (state) => (ctx, address) => state.recordRoutePreset(ctx, [address]),
      ),
      fn(
        [text('address'), text('second')],
        recording('Adds two.', 'record_route_preset("1.2.3.4:5060", "10.0.0.1:5060");'),
        (state) => (ctx, address, second) => state.recordRoutePreset(ctx, [address, second]),
      ),
    ],
    record_route_advertised_address: fn(
      [text('address')],
      recording(
        'Adds Record-Route with that address; two with their transports when the protocols differ.',
        'record_route_advertised_address("1.2.3.4:5080");',
      ),
      (state) => (ctx, address) => state.recordRouteAdvertised(ctx, address),
    ),
    add_rr_param: fn(
      [text('param', 'with its leading `;`')],
      recording(
        'Adds a parameter to the Record-Route header, before or after it was added.',
        'add_rr_param(";nat=yes");',
      ),
      (state) => (ctx, param) => (state.addParam(ctx, param) ? 1 : -1),
    ),
    check_route_param: fn(
      [paramPattern],
      looseRouting('True when the parameters of our Route match.', 'check_route_param("nat=yes");', {
        '1': 'they match',
        '-1': 'they do not, or there are none',
      }),
      (state) => (ctx, pattern) =>
        pattern.test(state.routeParams(ctx.msg) ?? '') && state.routeParams(ctx.msg) !== null ? 1 : -1,
    ),
    is_direction: fn(
      [oneOf('direction', ['downstream', 'upstream'])],
      {
        ...looseRouting(
          'The way a request goes: downstream as the first request of the dialog.',
          'is_direction("downstream");',
          { '1': 'that way', '-1': 'the other way' },
        ),
        literalOnly: true,
      },
      (state) => (ctx, direction) => (state.direction(ctx.msg) === direction ? 1 : -1),
    ),
    remove_record_route: fn(
      [],
      {
        routes: ['REQUEST', 'FAILURE'],
        doc: 'Takes back the Record-Route headers that were added.',
        example: 'remove_record_route();',
        returns: { '1': 'always' },
      },
      (state) => (ctx) => {
        state.removeRecordRoute(ctx);
        return 1;
      },
    ),
    rr_next_hop_route: fn(
      [],
      {
        routes: ['ANY'],
        doc: 'True when `loose_route()` found another Route behind ours.',
        example: 'rr_next_hop_route();',
        returns: { '1': 'yes', '-1': 'no' },
      },
      (state) => (ctx) => (state.hasNextHopRoute(ctx.msg) ? 1 : -1),
    ),
  },
  pvs: {
    route_uri: readPv('URI of the topmost Route.', (state) => (ctx) => state.routeUri(ctx.msg)),
    fti: readPv(
      'From tag as the first request of the dialog had it.',
      (state) => (ctx) => state.initialTags(ctx.msg).from || null,
    ),
    tti: readPv(
      'To tag as the replies to the first request had it.',
      (state) => (ctx) => state.initialTags(ctx.msg).to || null,
    ),
    rdir: pv({
      doc: 'Direction of the request: `$rdir(id)` 1 downstream or 2 upstream, `$rdir(name)` the word.',
      inner: 'required',
      index: false,
      writable: false,
      bind: (state, inner) => {
        if (inner?.text === 'name') return { read: (ctx) => state.direction(ctx.msg) };
        if (inner?.text === 'id') return { read: (ctx) => (state.direction(ctx.msg) === 'upstream' ? 2 : 1) };
        throw new ArgumentError(`unknown PV rdir key: ${inner?.text ?? ''}`);
      },
    }),
  },
  configure: (host, params) =>
    new Rr(host, {
      appendFromTag: params.append_fromtag !== 0,
      doubleRr: params.enable_double_rr,
      fullLr: params.enable_full_lr !== 0,
      addUsername: params.add_username !== 0,
      mismatchWarning: params.enable_socket_mismatch_warning !== 0,
      customUserAvp: params.custom_user_avp,
      forceSendSocket: params.force_send_socket !== 0,
      ignoreSips: params.ignore_sips !== 0,
      socketName: params.sockname_mode !== 0,
      looseRouteMode: params.loose_route_mode,
    }),
  start: (state) => state.start(),
});
