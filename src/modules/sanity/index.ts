import { int } from '../../registry/arguments.js';
import { defineModule, entriesOf } from '../../registry/module.js';
import { splitList } from '../../sip/params.js';
import { Sanity } from './state.js';

const { fn } = entriesOf<Sanity>();

const checks = int('checks', 'sum of bits');
const uriChecks = int('uri_checks', 'sum of 1 Request-URI, 2 From, 4 To, 8 Contact');

const info = (example: string) =>
  ({
    routes: ['REQUEST', 'ONREPLY'],
    doc: 'Checks a message for format errors; the sender of a request is told of the first that is found.',
    example,
    returns: {
      '1': 'passed',
      '0': 'failed, and `autodrop` is on: the script ends',
      '-1': 'failed, or bits that there are not',
    },
  }) as const;

const size = (what: string, most: number) =>
  ({ type: 'int', default: most, doc: `Most bytes of ${what}; 0: any number.` }) as const;

export default defineModule({
  name: 'sanity',
  doc: 'Checks messages for format errors, so that what follows need not.',
  depends: ['sl'],
  params: {
    default_checks: { type: 'int', default: 3047, doc: 'Checks of `sanity_check()` without arguments.' },
    uri_checks: { type: 'int', default: 7, doc: 'URI checks of `sanity_check()` without arguments.' },
    size_checks: { type: 'int', default: 0, doc: '1: sizes are checked always.' },
    size_message: size('a message', 16384),
    size_method: size('the method', 32),
    size_ruri: size('the Request-URI', 256),
    size_from_uri: size('the From URI', 256),
    size_to_uri: size('the To URI', 256),
    size_contact_uri: size('a Contact URI', 256),
    size_route_uri: size('a Route or Record-Route URI', 256),
    size_path_uri: size('a Path URI', 256),
    size_pai_uri: size('a P-Asserted-Identity URI', 256),
    size_header: size('a header', 2048),
    size_headers: size('all headers', 8192),
    size_body: size('the body', 8192),
    proxy_require: { type: 'string', default: '', doc: 'Option tags that Proxy-Require may ask for, with commas.' },
    autodrop: { type: 'int', default: 1, doc: '0: a failed check gives -1 and the script goes on.' },
    noreply: { type: 'int', default: 0, doc: '1: failures are only answered by `sanity_reply()`.' },
  },
  functions: {
    sanity_check: [
      fn([], info('sanity_check();'), (state) => (ctx) => state.check(ctx, undefined, undefined)),
      fn([checks], info('sanity_check("1511");'), (state) => (ctx, bits) => state.check(ctx, bits, undefined)),
      fn([checks, uriChecks], info('sanity_check("1511", "7");'), (state) => (ctx, bits, uriBits) => {
        return state.check(ctx, bits, uriBits);
      }),
    ],
    sanity_reply: fn(
      [],
      {
        routes: ['REQUEST', 'ONREPLY'],
        doc: 'Answers what a check found while `noreply` was on.',
        example: 'sanity_reply();',
        returns: { '1': 'answered, or nothing to answer', '-1': 'the reply could not be sent' },
      },
      (state) => (ctx) => state.reply(ctx),
    ),
  },
  configure: (host, params) =>
    new Sanity(host, {
      defaultChecks: params.default_checks,
      uriChecks: params.uri_checks,
      proxyRequire: splitList(params.proxy_require),
      autodrop: params.autodrop !== 0,
      noreply: params.noreply !== 0,
      alwaysSizes: params.size_checks !== 0,
      sizes: {
        message: params.size_message,
        method: params.size_method,
        ruri: params.size_ruri,
        fromUri: params.size_from_uri,
        toUri: params.size_to_uri,
        contactUri: params.size_contact_uri,
        routeUri: params.size_route_uri,
        pathUri: params.size_path_uri,
        paiUri: params.size_pai_uri,
        header: params.size_header,
        headers: params.size_headers,
        body: params.size_body,
      },
    }),
});
