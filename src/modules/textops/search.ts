import { literal, parsed, type Regex, regex, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { SipMessage } from '../../sip/message.js';
import { headerName } from './arguments.js';
import { afterFirstLine, body, headerBody, headers, type Region } from './regions.js';
import type { Textops } from './state.js';

const { fn } = entriesOf<Textops>();

const pattern = regex('pattern');
const replacement = literal('replacement');
const FOUND = { '1': 'found', '-1': 'not found' };

type Where = (msg: SipMessage) => Region | null;

/** Puts text in the place of the first match. */
function replaceFirst(msg: SipMessage, re: Regex, put: string, region: Region | null): number {
  const m = region && re.exec(region.text);
  if (!m) return -1;
  msg.edits.replace(region.at + m[0]!, m[1]! - m[0]!, put);
  return 1;
}

/** Puts text in the place of all matches, from left to right; an empty match ends it as an error. */
function replaceEach(state: Textops, msg: SipMessage, re: Regex, put: string, region: Region | null): number {
  if (region === null) return -1;
  let result = -1;
  for (let from = 0; from < region.text.length; ) {
    const m = re.exec(region.text, from);
    if (m === null) break;
    const [start, end] = [m[0]!, m[1]!];
    if (start === end) return state.error('matched string is empty... invalid regexp?');
    msg.edits.replace(region.at + start, end - start, put);
    from = end;
    result = 1;
  }
  return result;
}

/** Puts text in the place of a fixed text: the first, or all of them. True also when there is none. */
function replaceText(msg: SipMessage, key: string, put: string, mode: string, region: Region | null): number {
  if (region === null) return -1;
  if (key === '') return 1;
  const first = mode === '' || mode[0] === 'f' || mode[0] === 'F';
  for (let at = region.text.indexOf(key); at >= 0; at = region.text.indexOf(key, at + key.length)) {
    msg.edits.replace(region.at + at, key.length, put);
    if (first) break;
  }
  return 1;
}

function searches(doc: string, example: string, where: Where): FunctionDef<Textops> {
  return fn([pattern], { routes: ['ANY'], doc, example, returns: FOUND }, () => (ctx, re) => {
    const region = where(ctx.msg);
    return region !== null && re.test(region.text) ? 1 : -1;
  });
}

function appends(doc: string, example: string, where: Where): FunctionDef<Textops> {
  return fn([pattern, literal('text')], { routes: ['ANY'], doc, example, returns: FOUND }, () => (ctx, re, put) => {
    const region = where(ctx.msg);
    const m = region && re.exec(region.text);
    if (!m) return -1;
    ctx.msg.edits.insertAfter(region.at + m[1]!, put);
    return 1;
  });
}

function replaces(doc: string, example: string, where: Where): FunctionDef<Textops> {
  return fn([pattern, replacement], { routes: ['ANY'], doc, example, returns: FOUND }, () => (ctx, re, put) => {
    return replaceFirst(ctx.msg, re, put, where(ctx.msg));
  });
}

function replacesAll(doc: string, example: string, where: Where): FunctionDef<Textops> {
  return fn([pattern, replacement], { routes: ['ANY'], doc, example, returns: FOUND }, (state) => (ctx, re, put) => {
    return replaceEach(state, ctx.msg, re, put, where(ctx.msg));
  });
}

function replacesText(doc: string, example: string, where: Where): FunctionDef<Textops> {
  return fn(
    [text('key'), text('replacement'), text('mode', '`f` the first, `a` all')],
    { routes: ['ANY'], doc, example, returns: { '1': 'done, also when there was nothing', '-1': 'no body' } },
    () => (ctx, key, put, mode) => replaceText(ctx.msg, key, put, mode, where(ctx.msg)),
  );
}

const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

export const SEARCH: Readonly<Record<string, FunctionDef<Textops>>> = {
  search: searches('Tests whether the message matches.', 'search("User-Agent: .*tester");', (msg) => ({
    text: msg.raw,
    at: 0,
  })),
  search_body: searches('Tests whether the body matches.', 'search_body("m=audio");', body),
  search_hf: fn(
    [headerName('header'), pattern, literal('flags', '`a` any, `f` the first, `l` the last')],
    {
      routes: ['ANY'],
      doc: 'Tests whether the body of a header matches.',
      example: 'search_hf("User-Agent", "test", "a");',
      literalOnly: true,
      returns: FOUND,
    },
    () => (ctx, name, re, flags) => {
      const { msg } = ctx;
      let last = -1;
      for (let i = msg.firstHeaderNamed(name); i >= 0; i = msg.nextHeaderNamed(i, name)) {
        last = i;
        if (flags[0] === 'l') continue;
        if (re.test(msg.headerBody(i))) return 1;
        if (flags[0] === 'f') return -1;
      }
      return flags[0] === 'l' && last >= 0 && re.test(headerBody(msg, last).text) ? 1 : -1;
    },
  ),
  search_append: appends(
    `Inserts text behind the first match. ${NOT_VISIBLE}`,
    'search_append("[Ff]rom: *", "X");',
    afterFirstLine,
  ),
  search_append_body: appends(
    `Inserts text behind the first match in the body. ${NOT_VISIBLE}`,
    'search_append_body("m=audio", " ");',
    body,
  ),
  replace: replaces(`Replaces the first match. ${NOT_VISIBLE}`, 'replace("tester", "kts");', afterFirstLine),
  replace_body: replaces(
    `Replaces the first match in the body. ${NOT_VISIBLE}`,
    'replace_body("audio", "video");',
    body,
  ),
  replace_hdrs: replaces(
    `Replaces the first match in the headers. ${NOT_VISIBLE}`,
    'replace_hdrs("tester", "kts");',
    headers,
  ),
  replace_all: replacesAll(`Replaces all matches. ${NOT_VISIBLE}`, 'replace_all("tester", "kts");', afterFirstLine),
  replace_body_all: replacesAll(
    `Replaces all matches in the body, line by line. ${NOT_VISIBLE}`,
    'replace_body_all("audio", "video");',
    body,
  ),
  replace_body_atonce: fn(
    [parsed('pattern', (source: string, env) => env.regex(source, { ignoreCase: true })), replacement],
    {
      routes: ['ANY'],
      doc: `Replaces all matches in the body, taken as one text. ${NOT_VISIBLE}`,
      example: 'replace_body_atonce("^v=.*", "");',
      returns: FOUND,
    },
    (state) => (ctx, re, put) => replaceEach(state, ctx.msg, re, put, body(ctx.msg)),
  ),
  replace_str: replacesText(`Replaces a text. ${NOT_VISIBLE}`, 'replace_str("tester", "kts", "a");', afterFirstLine),
  replace_body_str: replacesText(
    `Replaces a text in the body. ${NOT_VISIBLE}`,
    'replace_body_str("audio", "video", "f");',
    body,
  ),
  replace_hdrs_str: replacesText(
    `Replaces a text in the headers. ${NOT_VISIBLE}`,
    'replace_hdrs_str("tester", "kts", "a");',
    headers,
  ),
};
