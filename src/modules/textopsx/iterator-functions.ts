import { text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type PvDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { SipMessage } from '../../sip/message.js';
import type { HeaderIterator, LineIterator } from './iterators.js';
import type { Textopsx } from './state.js';

const { fn, pv } = entriesOf<Textopsx>();

const iterator = text('iterator', 'name of an iterator, below 32 characters; four may be in use');
const RETURNS = { '1': 'yes', '-1': 'no, or no such iterator' };
const NOT_VISIBLE = 'Reads do not see it before `msg_apply_changes()`.';

/** One that needs only the iterator's name. */
function step(
  name: string,
  doc: string,
  run: (state: Textopsx, msg: SipMessage, name: string) => boolean,
): FunctionDef<Textopsx> {
  return fn([iterator], { routes: ['ANY'], doc, example: `${name}("i1");`, returns: RETURNS }, (state) => (ctx, it) => {
    return run(state, ctx.msg, it) ? 1 : -1;
  });
}

/** One that puts text next to where the iterator is. */
function insertion(
  name: string,
  doc: string,
  place: (state: Textopsx, msg: SipMessage, name: string) => number | null,
): FunctionDef<Textopsx> {
  return fn(
    [iterator, text('text', 'with its `\\r\\n`')],
    { routes: ['ANY'], doc: `${doc} ${NOT_VISIBLE}`, example: `${name}("i1", "a=b\\r\\n");`, returns: RETURNS },
    (state) => (ctx, it, put) => {
      const at = place(state, ctx.msg, it);
      if (at === null) return -1;
      ctx.msg.edits.insertBefore(at, put);
      return 1;
    },
  );
}

const header = (state: Textopsx, msg: SipMessage, name: string): number => state.headers.find(name)?.header(msg) ?? -1;
const line = (state: Textopsx, msg: SipMessage, name: string) => state.lines.find(name)?.line(msg) ?? null;

export const ITERATORS: Readonly<Record<string, FunctionDef<Textopsx>>> = {
  hf_iterator_start: step('hf_iterator_start', 'Starts over the headers.', (state, msg, name) => {
    return state.headers.start(name)?.start(msg) ?? false;
  }),
  hf_iterator_next: step('hf_iterator_next', 'Goes to the next header.', (state, msg, name) => {
    return state.headers.find(name)?.next(msg) ?? false;
  }),
  hf_iterator_prev: step('hf_iterator_prev', 'Goes to the previous header.', (state, msg, name) => {
    return state.headers.find(name)?.back(msg) ?? false;
  }),
  hf_iterator_end: step('hf_iterator_end', 'Ends the walk over the headers.', (state, _msg, name) => {
    const it: HeaderIterator | null = state.headers.find(name);
    it?.end();
    return it !== null;
  }),
  hf_iterator_rm: step('hf_iterator_rm', `Removes the present header. ${NOT_VISIBLE}`, (state, msg, name) => {
    const at = header(state, msg, name);
    if (at < 0) return false;
    msg.edits.remove(msg.headerStart(at), msg.headerEnd(at) - msg.headerStart(at));
    return true;
  }),
  hf_iterator_append: insertion('hf_iterator_append', 'Adds a header behind the present one.', (state, msg, name) => {
    const at = header(state, msg, name);
    return at < 0 ? null : msg.headerEnd(at);
  }),
  hf_iterator_insert: insertion(
    'hf_iterator_insert',
    'Adds a header in front of the present one.',
    (state, msg, name) => {
      const at = header(state, msg, name);
      return at < 0 ? null : msg.headerStart(at);
    },
  ),
  bl_iterator_start: step('bl_iterator_start', 'Starts over the lines of the body.', (state, msg, name) => {
    const it: LineIterator | null = state.lines.start(name);
    it?.start(msg);
    return it !== null;
  }),
  bl_iterator_next: step('bl_iterator_next', 'Goes to the next line.', (state, msg, name) => {
    return state.lines.find(name)?.next(msg) ?? false;
  }),
  bl_iterator_end: step('bl_iterator_end', 'Ends the walk over the body.', (state, _msg, name) => {
    const it: LineIterator | null = state.lines.find(name);
    it?.end();
    return it !== null;
  }),
  bl_iterator_rm: step('bl_iterator_rm', `Removes the present line. ${NOT_VISIBLE}`, (state, msg, name) => {
    const at = line(state, msg, name);
    if (at === null) return false;
    msg.edits.remove(at.start, at.end - at.start);
    return true;
  }),
  bl_iterator_append: insertion('bl_iterator_append', 'Adds a line behind the present one.', (state, msg, name) => {
    return line(state, msg, name)?.end ?? null;
  }),
  bl_iterator_insert: insertion(
    'bl_iterator_insert',
    'Adds a line in front of the present one.',
    (state, msg, name) => line(state, msg, name)?.start ?? null,
  ),
};

function position(
  doc: string,
  read: (state: Textopsx, ctx: ScriptContext, name: string) => string | null,
): PvDef<Textopsx> {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => {
      const name = inner?.text ?? '';
      return { read: (ctx) => read(state, ctx, name) };
    },
  });
}

export const VARIABLES: Readonly<Record<string, PvDef<Textopsx>>> = {
  hfitname: position('Name of the header that a header iterator is at.', (state, { msg }, name) => {
    const at = header(state, msg, name);
    return at < 0 ? null : msg.headerName(at);
  }),
  hfitbody: position('Body of the header that a header iterator is at.', (state, { msg }, name) => {
    const at = header(state, msg, name);
    return at < 0 ? null : msg.headerBody(at);
  }),
  blitval: position('The line that a body line iterator is at, with its line end.', (state, { msg }, name) => {
    const at = line(state, msg, name);
    return at === null ? null : msg.raw.slice(at.start, at.end);
  }),
};
