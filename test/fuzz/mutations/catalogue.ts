import { readFileSync } from 'node:fs';
import * as T from '../../../grammar/tokens.js';
import { isUpstreamModule } from '../../../src/check/catalog.js';
import type { Broken, Draft, Spot } from './draft.js';

/** One way in which a config can be wrong. */
export interface Mutation {
  readonly name: string;
  /** The codes that tell it. */
  readonly codes: readonly string[];
  /** Breaks a config; undefined when it has no place for it. */
  apply(draft: Draft): Broken | undefined;
}

const UPSTREAM = JSON.parse(readFileSync(new URL('../../../src/check/upstream.json', import.meta.url), 'utf8')) as {
  readonly modules: Readonly<
    Record<
      string,
      {
        readonly functions: readonly string[];
        readonly params: readonly string[];
        readonly pvs?: readonly string[];
        readonly transformations?: Readonly<Record<string, readonly string[]>>;
      }
    >
  >;
  readonly core: { readonly params: readonly string[]; readonly pvs: readonly string[] };
};
const MODULES = Object.values(UPSTREAM.modules);
const FUNCTIONS = new Set(MODULES.flatMap((m) => m.functions));
const PARAMS = new Set(MODULES.flatMap((m) => m.params));
const PVS = new Set([...MODULES.flatMap((m) => m.pvs ?? []), ...UPSTREAM.core.pvs]);
const CLASSES = new Set(MODULES.flatMap((m) => Object.keys(m.transformations ?? {})));
const OPERATIONS = new Set(MODULES.flatMap((m) => Object.values(m.transformations ?? {}).flat()));
/** How many arguments functions may have, over all modules. */
const FORMS = new Set(
  Object.values(
    (
      JSON.parse(readFileSync(new URL('../../unit/check/upstream-accepts.json', import.meta.url), 'utf8')) as {
        readonly modules: Readonly<Record<string, Readonly<Record<string, string>>>>;
      }
    ).modules,
  ).flatMap((forms) => Object.keys(forms)),
);

const mutation = (name: string, codes: string, apply: Mutation['apply']): Mutation => ({
  name,
  codes: codes.split(' '),
  apply,
});

const quoted = (spot: Spot | undefined): string | undefined => /^"([^"\n]*)"$/.exec(spot?.text ?? '')?.[1];
const line =
  (text: string): Mutation['apply'] =>
  (draft) =>
    draft.statement(text);
/** The same, where a module is loaded. */
const lineWith =
  (module: string, text: string): Mutation['apply'] =>
  (draft) =>
    loaded(draft, (name) => name === module) && draft.statement(text);
const top =
  (text: string, at = 0): Mutation['apply'] =>
  (draft) =>
    draft.topLevel(text, at);

/** The argument `n` of a `modparam`, in quotes. */
function modparam(draft: Draft, n: number, fits: (value: Spot) => boolean = () => true): Spot | undefined {
  const first = draft.pick((s) => s.type === T.ModParam && fits(draft.next(s, 2 * n)!));
  return first && draft.next(first, 2 * n);
}

/** The name of a module that is loaded, with its line. */
function loaded(draft: Draft, fits: (name: string) => boolean): { at: Spot; name: string } | undefined {
  const nameOf = (s: Spot): string => (quoted(draft.next(s)) ?? '').replace(/\.so$/, '').replace(/^.*\//, '');
  const at = draft.pick((s) => s.type === T.LoadModule && fits(nameOf(s)));
  return at && { at, name: nameOf(at) };
}

/** Takes a `loadmodule` out; the lines that need it, and then the code, are given by `needs`. */
function unload(draft: Draft, name: string, needs: (spot: Spot) => boolean): Broken | undefined {
  const module = loaded(draft, (n) => n === name);
  const first = draft.spots.find(needs);
  if (!module || !first) return undefined;
  return draft.cut(module.at.start, draft.next(module.at)!.end, '', first.line);
}

/** A variable in the script or in a string: where its name is. */
function variable(draft: Draft, inString: boolean): { at: Spot; name: string; start: number } | undefined {
  const form = /\$\(?([a-z]\w*)/i;
  const at = draft.pick((s) => s.depth > 0 && s.type === (inString ? T.StringLiteral : T.Pv) && form.test(s.text));
  if (!at || (inString && at.text.includes('\n'))) return undefined;
  const match = form.exec(at.text)!;
  return { at, name: match[1]!, start: at.start + match.index + match[0].length - match[1]!.length };
}

function transformation(draft: Draft, part: 1 | 2): Broken | undefined {
  const form = /\{(\w+)\.(\w+)/;
  const at = draft.pick((s) => s.depth > 0 && form.test(s.text) && !s.text.includes('\n'));
  if (!at) return undefined;
  const [all, cls, op] = form.exec(at.text)!;
  const start = at.start + at.text.indexOf(all) + (part === 1 ? 1 : 2 + cls!.length);
  const word = part === 1 ? cls! : op!;
  const known = part === 1 ? CLASSES : OPERATIONS;
  return draft.cut(
    start,
    start + word.length,
    draft.typo(word, (w) => known.has(w)),
    at.line,
  );
}

/** The block that a brace opens: both braces. */
function block(draft: Draft, fits: (open: Spot) => boolean): { open: Spot; close: Spot; after: Spot } | undefined {
  const closing = (open: Spot) =>
    draft.spots.find((s) => s.at > open.at && s.type === T.RBrace && s.depth === open.depth);
  const open = draft.pick((s) => s.type === T.LBrace && closing(s) !== undefined && fits(s));
  const close = open && closing(open);
  return open && close && { open, close, after: draft.next(close) ?? close };
}

const PV = /^\$\w+$/;

/** Ways to break a config. What comes out of each has one mistake in it. */
export const MUTATIONS: readonly Mutation[] = [
  mutation('a slip in the name of a function', 'KTS1020', (draft) => {
    const call = draft.call((name) => FUNCTIONS.has(name));
    return (
      call &&
      draft.replace(
        call.name,
        draft.typo(call.name.text, (w) => FUNCTIONS.has(w) || w === 'route'),
      )
    );
  }),
  mutation('a slip in the name of a module', 'KTS1003', (draft) => {
    const module = loaded(draft, () => true);
    return module && draft.replace(draft.next(module.at)!, `"${draft.typo(module.name, isUpstreamModule)}.so"`);
  }),
  mutation('a slip in the module of a parameter', 'KTS1007', (draft) => {
    const at = modparam(draft, 1, (s) => /^"\w+"$/.test(s.text));
    return at && draft.replace(at, `"${draft.typo(quoted(at)!, isUpstreamModule)}"`);
  }),
  mutation('a slip in the name of a parameter', 'KTS1008', (draft) => {
    const at = modparam(draft, 2, (s) => quoted(s) !== undefined);
    return at && draft.replace(at, `"${draft.typo(quoted(at)!, (w) => PARAMS.has(w))}"`);
  }),
  mutation('a slip in the name of a variable', 'KTS1030 KTS1031', (draft) => {
    const found = variable(draft, false);
    if (!found) return undefined;
    const word = draft.typo(found.name, (w) => PVS.has(w));
    return draft.cut(found.start, found.start + found.name.length, word, found.at.line);
  }),
  mutation('a slip in the name of a variable in a string', 'KTS1030 KTS1031 KTS1023', (draft) => {
    const found = variable(draft, true);
    if (!found) return undefined;
    const word = draft.typo(found.name, (w) => PVS.has(w));
    return draft.cut(found.start, found.start + found.name.length, word, found.at.line);
  }),
  mutation('a slip in the class of a transformation', 'KTS1034', (draft) => transformation(draft, 1)),
  mutation('a slip in the name of a transformation', 'KTS1034', (draft) => transformation(draft, 2)),
  mutation('a slip in the name of a core parameter', 'KTS0005', (draft) => {
    const at = draft.pick((s) => s.type === T.PlainCoreParam && s.depth === 0 && draft.next(s)?.type === T.Assign);
    return (
      at &&
      draft.replace(
        at,
        draft.typo(at.text, (w) => UPSTREAM.core.params.includes(w)),
      )
    );
  }),
  mutation('a route that is not there is called', 'KTS1050', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && s.type === T.Id && draft.spots[s.at - 2]?.type === T.Route);
    return at && draft.replace(at, `${at.text}_X`);
  }),
  mutation('a failure or reply route that is not there is set', 'KTS1054', (draft) => {
    const arms = /^t_on_(failure|reply|branch)$/;
    const at = draft.pick((s) => quoted(s) !== undefined && arms.test(draft.spots[s.at - 2]?.text ?? ''));
    return at && draft.replace(at, `"${quoted(at)}_X"`);
  }),
  mutation('too many arguments', 'KTS1021', (draft) => {
    const call = draft.call((name) => FUNCTIONS.has(name));
    return (
      call &&
      draft.replace(
        call.close,
        `${', "1"'.repeat(7).slice(call.close.at - call.open.at === 1 ? 2 : 0)})`,
        call.name.line,
      )
    );
  }),
  mutation('no arguments', 'KTS1021', (draft) => {
    const call = draft.call((name, count) => FUNCTIONS.has(name) && count > 0 && !FORMS.has(`${name}/0`));
    return call && draft.cut(call.open.end, call.close.start, '', call.name.line);
  }),
  mutation(
    'a function where it is not allowed',
    'KTS1022',
    (draft) =>
      loaded(draft, (name) => name === 'tm') &&
      draft.statement('t_newtran();', ['failure_route', 'branch_route', 'onreply_route', 'reply_route']),
  ),
  mutation('a variable where only a literal can be', 'KTS1024', lineWith('xlog', 'xlog($var(x));')),
  mutation('a call in the arguments of another', 'KTS1025 KTS1026', lineWith('xlog', 'xlog(t_check_trans());')),
  mutation('a word for a number', 'KTS1023', (draft) => {
    const takes = /^(?:mf_process_maxfwd_header|sl_send_reply|t_reply|send_reply)$/;
    const at = draft.pick((s) => /^"\d+"$/.test(s.text) && takes.test(draft.spots[s.at - 2]?.text ?? ''));
    return at && draft.replace(at, '"ten"');
  }),
  mutation('a flag that is not declared', 'KTS1027', line('setflag(NO_SUCH_FLAG);')),
  mutation('a flag out of range', 'KTS1027', line('setflag(45);')),
  mutation('a flag declared twice', 'KTS1011', top('flags MUT:20\nflags MUT:21', 1)),
  mutation('the number of a flag out of range', 'KTS1011', top('flags MUT:99')),
  mutation('a regular expression that is none', 'KTS1041', line('if ($ru =~ "[a-") drop;')),
  mutation('a parameter before its module', 'KTS1007', (draft) => {
    const first = draft.pick((s) => s.type === T.ModParam && /^"\w+"$/.test(draft.next(s, 2)?.text ?? ''));
    if (!first) return undefined;
    const module = loaded(draft, (name) => name === quoted(draft.next(first, 2)));
    if (!module || module.at.start > first.start) return undefined;
    const close = draft.spots.find((s) => s.at > first.at && s.type === T.RParen)!;
    const written = draft.text.slice(first.start, close.end);
    if (written.includes('\n')) return undefined;
    const { text } = draft.cut(first.start, close.end, '');
    return {
      text: `${text.slice(0, module.at.start)}${written}\n${text.slice(module.at.start)}`,
      lines: [module.at.line],
    };
  }),
  mutation('a number as a string', 'KTS1009', (draft) => {
    const at = modparam(draft, 3, (s) => /^\d+$/.test(s.text));
    return at && draft.replace(at, `"${at.text}"`);
  }),
  mutation('a string as a number', 'KTS1009', (draft) => {
    const at = modparam(draft, 3, (s) => quoted(s) !== undefined);
    return at && draft.replace(at, '5');
  }),
  mutation(
    'a parameter that its module refuses',
    'KTS1009 KTS1010',
    (draft) =>
      loaded(draft, (name) => name === 'htable') && draft.topLevel('modparam("htable", "htable", "=>size=many;")'),
  ),
  mutation('a module without the one it needs', 'KTS1006', (draft) =>
    unload(draft, 'tm', (s) => s.type === T.StringLiteral && /^"(?:tmx|acc)(?:\.so)?"$/.test(s.text)),
  ),
  mutation('functions of a module that is not loaded', 'KTS1026', (draft) => {
    const module = loaded(draft, (name) => ['textops', 'siputils', 'maxfwd', 'sanity', 'xlog', 'kex'].includes(name));
    if (!module) return undefined;
    const { functions } = UPSTREAM.modules[module.name]!;
    return unload(draft, module.name, (s) => s.depth > 0 && functions.includes(s.text));
  }),
  mutation('a module loaded twice', 'KTS1005', (draft) => {
    const module = loaded(draft, () => true);
    return module && draft.topLevel(`loadmodule "${module.name}.so"`);
  }),
  mutation('a route defined twice', 'KTS1051', (draft) => {
    const at = draft.pick((s) => s.depth === 0 && s.type === T.Id && draft.spots[s.at - 2]?.type === T.Route);
    if (!at) return undefined;
    return { text: `${draft.text}\nroute[${at.text}] { exit; }\n`, lines: [draft.text.split('\n').length + 1] };
  }),
  mutation('a semicolon missing', 'KTS0002 KTS0001', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && s.parens === 0 && s.type === T.Semicolon);
    return at && draft.replace(at, '');
  }),
  mutation('the closing brace of a route missing', 'KTS0001', (draft) => {
    const found = block(draft, (open) => open.depth === 0);
    return found && draft.replace(found.close, '', found.open.line, found.close.line, found.after.line);
  }),
  mutation('the closing brace of a block missing', 'KTS0001', (draft) => {
    const found = block(draft, (open) => open.depth > 0);
    return found && draft.replace(found.close, '', found.open.line, found.close.line, found.after.line);
  }),
  mutation('the opening brace of a block missing', 'KTS0001', (draft) => {
    const found = block(draft, (open) => open.depth === 0);
    const inside = found && draft.next(found.open)!;
    return found && draft.replace(found.open, '', found.open.line, inside!.line);
  }),
  mutation('a closing brace too many', 'KTS0001', (draft) => {
    const found = block(draft, (open) => open.depth === 0);
    return found && draft.replace(found.close, '}}', found.close.line);
  }),
  mutation('a closing parenthesis missing', 'KTS0001 KTS0007', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && s.type === T.RParen);
    return at && draft.replace(at, '', at.line, draft.next(at)!.line);
  }),
  mutation('an opening parenthesis missing', 'KTS0001 KTS0002 KTS0007', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && s.type === T.LParen);
    return at && draft.replace(at, ' ', at.line, draft.next(at)!.line);
  }),
  mutation('a comma missing', 'KTS0001 KTS1021', (draft) => {
    // Two literals with nothing between are one.
    const call = draft.call((name, count) => count > 1 && !FORMS.has(`${name}/${count - 1}`));
    const at =
      call && draft.spots.find((s) => s.at > call.open.at && s.type === T.Comma && s.parens === call.open.parens + 1);
    return at && draft.replace(at, '');
  }),
  mutation('a comma missing between parameters', 'KTS0001', (draft) => {
    const at = draft.pick((s) => s.depth === 0 && s.parens === 1 && s.type === T.Comma);
    return at && draft.replace(at, '');
  }),
  mutation('an operand missing', 'KTS0001', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && [T.Equal, T.NotEqual, T.Match, T.And, T.Or].includes(s.type));
    const right = at && draft.next(at);
    return right && PV.test(right.text) ? draft.replace(right, '', right.line, draft.next(right)!.line) : undefined;
  }),
  mutation('an opening quote missing', 'KTS0001 KTS0002 KTS0020 KTS0022 KTS0012 KTS0007 KTS0013', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && (quoted(s)?.length ?? 0) > 0);
    return at && draft.replace(at, at.text.slice(1));
  }),
  mutation('a closing quote missing', 'KTS0001 KTS0002 KTS0020', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && (quoted(s)?.length ?? 0) > 0);
    return at && draft.replace(at, at.text.slice(0, -1));
  }),
  mutation('one equals sign in a condition', 'KTS0001 KTS1040 KTS2061', (draft) => {
    const at = draft.pick((s) => s.depth > 0 && s.type === T.Equal);
    return at && draft.replace(at, '=');
  }),
  mutation('an assignment to a variable that is read-only', 'KTS1032', line('$rm = "X";')),
  mutation('an assignment to a transformation', 'KTS1033', line('$(var(x){s.len}) = 1;')),
  mutation('elseif', 'KTS0014 KTS0001', (draft) => {
    const at = draft.pick((s) => s.type === T.Else && draft.next(s)?.type === T.If);
    return at && draft.cut(at.start, draft.next(at)!.end, 'elseif', at.line);
  }),
  mutation('a statement of another language', 'KTS0014', (draft) =>
    draft.statement(draft.one(['continue;', 'for (;;) {}', 'goto x;'])),
  ),
  mutation('a keyword in capitals', 'KTS0014', (draft) => {
    const at = draft.pick(
      (s) => s.depth > 0 && [T.While, T.Switch, T.Exit, T.Drop, T.Return, T.Break].includes(s.type),
    );
    return at && draft.replace(at, at.text.toUpperCase());
  }),
  mutation('an #!ifdef without its end', 'KTS0040', top('#!ifndef NO_SUCH_SWITCH')),
  mutation('an #!endif too many', 'KTS0041', top('#!endif')),
  mutation('a define defined twice', 'KTS0030', top('#!define MUT 1\n#!define MUT 2', 1)),
  mutation('an included file that is not there', 'KTS0050', top('include_file "no-such-file.cfg"')),
  mutation('a directive without its name', 'KTS0032', top('#!ifdef \n#!endif')),
  mutation('an empty block', 'KTS0003', line('if ($rU == "x") { }')),
  mutation('a reserved word as a name', 'KTS0004', top('route[drop] { exit; }')),
  mutation('a core parameter of the wrong type', 'KTS0006', (draft) => {
    const at = draft.pick((s) => s.type === T.PlainCoreParam && /^(?:debug|log_stderror|children|fork)$/.test(s.text));
    const value = at && draft.next(at, 2);
    return value?.type === T.NumberLiteral ? draft.replace(value, '"x"') : undefined;
  }),
  mutation('labels of different types', 'KTS1044', line('switch ($rm) { case 1: drop; break; case "a": drop; }')),
  mutation('a label twice', 'KTS1045', line('switch ($rm) { case "a": drop; break; case "a": drop; }')),
  mutation('an event route without a colon', 'KTS0011', top('event_route[startup] { exit; }')),
  mutation('an address with a number above 255', 'KTS0010', top('listen = udp:127.0.0.256:5060')),
  mutation('a variable whose parenthesis does not close', 'KTS0022', line('$var(x = 1;\n')),
  mutation('a comment that does not end', 'KTS0021', top('/* what follows')),
  mutation('an operator that is none', 'KTS0001 KTS0012', line('if ($rU === "x") drop;')),
  mutation('a text for a condition', 'KTS1040 KTS1046', line('while ("a") drop;')),
  mutation('a route nobody needs', 'KTS2065', top('route[LONELY] { exit; }')),
];
