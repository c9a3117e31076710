import { ArgumentError, int, parsed, pv, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { parseSipDate } from '../../sip/date.js';
import { Hdr, headerId } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { parseUri } from '../../sip/uri.js';
import { authorizedCredentials } from './authorized.js';
import { compareAors, compareUris } from './compare.js';
import { isFirstHop } from './first-hop.js';
import type { Siputils } from './state.js';

const { fn } = entriesOf<Siputils>();

const YES_NO = { '1': 'yes', '-1': 'no' };

/** A test of the message alone. */
function tests(name: string, doc: string, test: (msg: SipMessage) => boolean): FunctionDef<Siputils> {
  return fn(
    [],
    { routes: ['ANY'], doc, example: `${name}();`, returns: YES_NO },
    () => (ctx) => (test(ctx.msg) ? 1 : -1),
  );
}

/** A test of a text by its characters; `refused` when it does not pass, -2 when it is empty. */
function testsText(name: string, doc: string, allowed: RegExp, refused: -2 | -3): FunctionDef<Siputils> {
  return fn(
    [text('text')],
    { routes: ['ANY'], doc, example: `${name}("$rU");`, returns: { '1': 'yes', [`${refused}`]: 'no', '-2': 'empty' } },
    () => (_ctx, input) => {
      if (input === '') return -2;
      return allowed.test(input) ? 1 : refused;
    },
  );
}

const COMPARED = { '1': 'equal', '-1': 'not equal', '-2': 'one of them is not a URI' };

function compares(name: string, doc: string, compare: (a: string, b: string) => number): FunctionDef<Siputils> {
  return fn(
    [text('uri'), text('other')],
    { routes: ['ANY'], doc, example: `${name}("$fu", "$tu");`, returns: COMPARED },
    () => (_ctx, a, b) => compare(a, b),
  );
}

/** A test of the text in a variable. */
function testsVariable(
  name: string,
  routes: FunctionDef<Siputils>['routes'],
  doc: string,
  test: (state: Siputils, value: string) => number,
): FunctionDef<Siputils> {
  return fn(
    [pv('variable')],
    { routes, doc, example: `${name}("$fU");`, returns: YES_NO },
    (state) => (ctx, variable) => {
      const value = variable.read(ctx);
      if (value === null || value === undefined) return state.error('pseudo variable value is not string');
      const input = typeof value === 'object' ? value.text : `${value}`;
      if (typeof value === 'number' || typeof value === 'bigint') return test(state, input);
      return input === '' ? -1 : test(state, input);
    },
  );
}

const e164 = (state: Siputils, number: string): number => (state.isE164(number) ? 1 : -1);

/** The text between the first `:` and the `@` behind it. */
function uriUserE164(state: Siputils, uri: string): number {
  const colon = uri.indexOf(':');
  if (colon < 0) return state.error('parsing URI failed');
  const at = uri.indexOf('@', colon + 1);
  return at < 0 ? -1 : e164(state, uri.slice(colon + 1, at));
}

const OPTIONS = ['path', 'gruu', 'timer', '100rel', 'outbound', 'eventlist'];

const optionTag = parsed('option', (word: string) => {
  if (!OPTIONS.includes(word.toLowerCase())) throw new ArgumentError(`unknown option <${word}>`);
  return word.toLowerCase();
});

function isGruu(state: Siputils, ctx: ScriptContext, given: string | undefined): number {
  const uri = given === undefined ? ctx.msg.parsedUri : parseUri(given);
  if (uri === null) return state.error(`parsing of uri '${given ?? ctx.msg.currentUri}' failed`);
  const { gr } = uri;
  if (gr === null) return -1;
  return gr === '' ? 2 : 1;
}

/** Names of headers are compared by what they mean: `f` is `From`. */
function compareHeaderNames(a: string, b: string): number {
  const id = headerId(a);
  const other = headerId(b);
  if (id !== Hdr.OTHER || other !== Hdr.OTHER) return id === other ? 1 : -1;
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  if (left === right) return 1;
  return left > right ? -1 : -2;
}

export const CHECKS: Readonly<Record<string, FunctionDef<Siputils> | readonly FunctionDef<Siputils>[]>> = {
  is_request: tests('is_request', 'Tests whether the message is a request.', (msg) => msg.isRequest),
  is_reply: tests('is_reply', 'Tests whether the message is a reply.', (msg) => !msg.isRequest),
  is_sip: { ...tests('is_sip', 'Tests whether the message is SIP.', (msg) => msg.isSip), since: '6.x' },
  is_http: {
    ...tests('is_http', 'Tests whether the message is HTTP.', (msg) => msg.version.toUpperCase().startsWith('HTTP')),
    since: '6.x',
  },
  has_totag: tests(
    'has_totag',
    'Tests whether To has a tag: the message belongs to a dialog.',
    (msg) => msg.toTag !== '',
  ),
  sip_parse_headers: {
    ...tests('sip_parse_headers', 'Tests whether all lines of the head are headers.', (msg) => msg.malformedHeader < 0),
    since: '6.x',
  },
  is_first_hop: [
    fn(
      [],
      {
        routes: ['ANY'],
        doc: 'Tests whether the message comes from its sender, not through another proxy.',
        example: 'is_first_hop();',
        returns: YES_NO,
      },
      (state) => (ctx) => (isFirstHop(state.host, ctx.msg, false) ? 1 : -1),
    ),
    fn(
      [int('mode', '1: the top Record-Route may be a name, and may be where the reply came from')],
      {
        routes: ['ANY'],
        doc: 'Tests whether the message comes from its sender, not through another proxy.',
        example: 'is_first_hop("1");',
        returns: YES_NO,
      },
      (state) => (ctx, mode) => (isFirstHop(state.host, ctx.msg, mode !== 0) ? 1 : -1),
    ),
  ],
  is_user: fn(
    [text('user')],
    {
      routes: ['REQUEST', 'LOCAL'],
      doc: 'Tests the user of the credentials that were found good.',
      example: 'is_user("alice");',
      returns: YES_NO,
    },
    (state) => (ctx, user) => {
      const credentials = authorizedCredentials(ctx.msg);
      if (credentials !== null) return credentials.user !== '' && credentials.user === user ? 1 : -1;
      state.error('no authorized credentials found (error in scripts)');
      return state.error('Call {www,proxy}_authorize before calling is_user function !');
    },
  ),
  is_uri: fn(
    [text('text')],
    { routes: ['ANY'], doc: 'Tests whether a text is a URI.', example: 'is_uri("$ru");', returns: YES_NO },
    () => (_ctx, input) => (parseUri(input) === null ? -1 : 1),
  ),
  is_e164: testsVariable(
    'is_e164',
    ['REQUEST', 'FAILURE', 'LOCAL'],
    'Tests whether a variable holds a global number: `+` and digits.',
    e164,
  ),
  is_uri_user_e164: testsVariable(
    'is_uri_user_e164',
    ['ANY'],
    'Tests whether the user of the URI in a variable is a global number.',
    uriUserE164,
  ),
  is_rpid_user_e164: fn(
    [],
    {
      routes: ['REQUEST'],
      doc: 'Tests whether the user of the URI in `rpid_avp` is a global number.',
      example: 'is_rpid_user_e164();',
      returns: YES_NO,
    },
    (state) => (ctx) => {
      const rpid = state.rpid(ctx);
      if (rpid === null || rpid === '') return -1;
      const open = rpid.indexOf('<');
      const uri = parseUri(open < 0 ? rpid : rpid.slice(open + 1, rpid.indexOf('>', open)));
      return uri === null ? state.error('failed to parse RPID URI') : e164(state, uri.user);
    },
  ),
  is_gruu: [
    fn(
      [],
      {
        routes: ['ANY'],
        doc: 'Tests whether the Request-URI is a GRUU (RFC 5627).',
        example: 'is_gruu();',
        returns: { '1': 'a public one', '2': 'a temporary one', '-1': 'no, or not a URI' },
      },
      (state) => (ctx) => isGruu(state, ctx, undefined),
    ),
    fn(
      [text('uri')],
      {
        routes: ['ANY'],
        doc: 'Tests whether a URI is a GRUU (RFC 5627).',
        example: 'is_gruu("$ru");',
        returns: { '1': 'a public one', '2': 'a temporary one', '-1': 'no, or not a URI' },
      },
      (state) => (ctx, uri) => isGruu(state, ctx, uri),
    ),
  ],
  is_supported: fn(
    [optionTag],
    {
      routes: ['ANY'],
      doc: 'Tests whether Supported lists an option tag.',
      example: 'is_supported("path");',
      literalOnly: true,
      returns: YES_NO,
    },
    () => (ctx, tag) => (ctx.msg.supports(tag) ? 1 : -1),
  ),
  is_tel_number: testsText(
    'is_tel_number',
    'Tests whether a text is a number: digits, in front of them perhaps `+` and no 0.',
    /^(?:\+[1-9])?\d*$/,
    -2,
  ),
  is_numeric: testsText('is_numeric', 'Tests whether a text is all digits.', /^\d+$/, -2),
  is_alphanum: testsText('is_alphanum', 'Tests whether a text is all letters and digits.', /^[0-9A-Za-z]+$/, -3),
  is_alphanumex: fn(
    [text('text'), text('also')],
    {
      routes: ['ANY'],
      doc: 'Tests whether a text is all letters, digits and some other characters.',
      example: 'is_alphanumex("$rU", "+-");',
      returns: { '1': 'yes', '-2': 'empty', '-3': 'no' },
    },
    () => (_ctx, input, also) => {
      if (input === '') return -2;
      return [...input].every((c) => /[0-9A-Za-z]/.test(c) || also.includes(c)) ? 1 : -3;
    },
  ),
  cmp_uri: compares('cmp_uri', 'Tests whether two URIs are equal.', compareUris),
  cmp_aor: compares('cmp_aor', 'Tests whether two URIs have the same user, host and port.', compareAors),
  cmp_hdr_name: fn(
    [text('name'), text('other')],
    {
      routes: ['ANY'],
      doc: 'Tests whether two names are of the same header.',
      example: 'cmp_hdr_name("f", "From");',
      returns: { '1': 'yes', '-1': 'no', '-2': 'no' },
    },
    () => (_ctx, a, b) => compareHeaderNames(a, b),
  ),
  hdr_date_check: fn(
    [int('seconds', 'how old it may be')],
    {
      routes: ['ANY'],
      doc: 'Tests whether Date is not too old.',
      example: 'hdr_date_check("60");',
      returns: { '1': 'it is not', '-1': 'no such header, or malformed', '-4': 'it is' },
    },
    (state) => (ctx, seconds) => {
      const body = ctx.msg.bodyOf(Hdr.DATE);
      if (body === null) return state.error('Date header field is not found');
      const date = parseSipDate(body);
      if (date === null) return state.error('failed parsing DATE body');
      const sent = Math.floor(date / 1000);
      const now = state.host.clock.unix();
      if (now <= sent + seconds) return 1;
      state.error(`outdated date header value (${now - sent + seconds} sec)`);
      return -4;
    },
  ),
};
