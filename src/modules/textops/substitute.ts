import { literal, text, writablePv } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import type { Subst } from '../../script/regex/subst.js';
import { setUser } from '../../sip/uri-rewrite.js';
import { headerName, substitution } from './arguments.js';
import { afterFirstLine, body, headerBody, type Region } from './regions.js';
import type { Textops } from './state.js';

const { fn } = entriesOf<Textops>();

const expression = substitution('substitution');
const RETURNS = { '1': 'replaced', '-1': 'no match' };

/** Records the edits of a substitution over a region; how many there were. */
function edit(ctx: ScriptContext, subst: Subst, region: Region | null): number {
  if (region === null) return 0;
  const found = subst.matches(region.text, ctx) ?? [];
  for (const { start, end, replacement } of found) {
    ctx.msg.edits.replace(region.at + start, end - start, replacement);
  }
  return found.length;
}

const on = (doc: string, name: string, where: (ctx: ScriptContext) => Region | null): FunctionDef<Textops> =>
  fn(
    [expression],
    { routes: ['ANY'], doc, example: `${name}("/tester/kts/g");`, literalOnly: true, returns: RETURNS },
    () => (ctx, subst) => (edit(ctx, subst, where(ctx)) > 0 ? 1 : -1),
  );

export const SUBSTITUTIONS: Readonly<Record<string, FunctionDef<Textops>>> = {
  subst: on('Substitutes in headers and body.', 'subst', (ctx) => afterFirstLine(ctx.msg)),
  subst_body: on('Substitutes in the body.', 'subst_body', (ctx) => body(ctx.msg)),
  subst_uri: fn(
    [expression],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
      doc: 'Substitutes in the Request-URI, at once.',
      example: 'subst_uri("/bob/alice/");',
      literalOnly: true,
      returns: RETURNS,
    },
    () => (ctx, subst) => {
      const result = subst.apply(ctx.msg.currentUri, ctx);
      if (result === null) return -1;
      ctx.msg.newUri = result;
      return 1;
    },
  ),
  subst_user: fn(
    [expression],
    {
      routes: ['REQUEST', 'FAILURE', 'ONREPLY', 'BRANCH'],
      doc: 'Substitutes in the user part of the Request-URI, at once.',
      example: 'subst_user("/bob/alice/");',
      literalOnly: true,
      returns: RETURNS,
    },
    () => (ctx, subst) => {
      const { msg } = ctx;
      const uri = msg.parsedUri;
      const user = uri && subst.apply(uri.user, ctx);
      const changed = typeof user === 'string' ? setUser(msg.currentUri, user) : null;
      if (changed === null) return -1;
      msg.newUri = changed;
      return 1;
    },
  ),
  subst_hf: fn(
    [headerName('header'), expression, literal('flags', '`a` all, `f` the first, `l` the last')],
    {
      routes: ['ANY'],
      doc: 'Substitutes in the body of headers.',
      example: 'subst_hf("User-Agent", "/tester/kts/", "a");',
      literalOnly: true,
      returns: RETURNS,
    },
    () => (ctx, name, subst, flags) => {
      const { msg } = ctx;
      const mode = flags[0];
      let changed = 0;
      let last = -1;
      for (let i = msg.firstHeaderNamed(name); i >= 0; i = msg.nextHeaderNamed(i, name)) {
        last = i;
        if (mode !== 'l') changed += edit(ctx, subst, headerBody(msg, i));
        if (mode === 'f') break;
      }
      if (mode === 'l' && last >= 0) changed += edit(ctx, subst, headerBody(msg, last));
      return changed > 0 ? 1 : -1;
    },
  ),
  subst_v: fn(
    [text('text'), text('substitution'), writablePv('result')],
    {
      routes: ['ANY'],
      since: '6.x',
      doc: 'Substitutes in a text, into a variable.',
      example: 'subst_v("$fU", "/a/b/", "$var(x)");',
      returns: RETURNS,
    },
    (state) => (ctx, input, source, result) => {
      const subst = state.subst(source);
      const out = subst?.apply(input, ctx);
      if (typeof out !== 'string') return -1;
      result.write(ctx, out);
      return 1;
    },
  ),
};
