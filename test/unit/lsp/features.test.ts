import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  Range,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { Editor, marked } from './client.js';

/** Through a real client: the server is the command in a process of its own. */
const editor = new Editor();
const dir = mkdtempSync(join(tmpdir(), 'kts-lsp-'));
let files = 0;
const fresh = (): string => editor.uri(join(dir, `f${files++}.cfg`));

beforeAll(async () => {
  await editor.start();
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  expect(editor.logged).toEqual([]);
  expect(await editor.stop()).toBe(0);
});

const HEAD = `#!KAMAILIO
#!define SIP_PORT 5060
#!define WITH_X
loadmodule "pv.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "htable.so"
loadmodule "mqueue.so"
modparam("htable", "htable", "seen=>size=8;")
modparam("mqueue", "mqueue", "name=jobs")
flags LOUD:1
`;

async function at<R>(
  method: string,
  text: string,
  params: object = {},
): Promise<{ readonly uri: string; readonly result: R }> {
  const uri = fresh();
  const { text: plain, position } = marked(text);
  await editor.open(uri, plain);
  return { uri, result: await editor.request<R>(method, uri, { position, ...params }) };
}

async function items(text: string): Promise<CompletionItem[]> {
  return (await at<CompletionItem[]>('completion', text)).result;
}
const labels = async (text: string): Promise<string[]> => (await items(text)).map((i) => i.label);

describe('completion', () => {
  it('gives modules after loadmodule, with what they are', async () => {
    const all = await items('loadmodule "t‸"\n');
    expect(all.map((i) => i.label)).toEqual(expect.arrayContaining(['tm.so', 'textops.so', 'app_lua.so']));
    const tm = await editor.plain<CompletionItem>(
      'completionItem/resolve',
      all.find((i) => i.label === 'tm.so'),
    );
    expect(JSON.stringify(tm.documentation)).toContain('Stateful transactions');
  });

  it('gives functions as snippets from the manifests, those of loaded modules first', async () => {
    const all = await items(`${HEAD}request_route {\n  t_re‸\n}\n`);
    const found = all.find((i) => i.label === 't_reply')!;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a snippet of the protocol
    expect(found.textEdit).toMatchObject({ newText: 't_reply("${1:code}", "${2:reason}")' });
    expect((found.textEdit as TextEdit).range.start.character).toBe(2);
    const other = all.find((i) => i.label === 'ds_select_dst')!;
    expect(found.sortText! < other.sortText!).toBe(true);
  });

  it('puts last what may not be called in this kind of route', async () => {
    const rankIn = async (block: string): Promise<string> => {
      const all = await items(`${HEAD}${block} {\n  t_‸\n}\n`);
      return all.find((i) => i.label === 't_newtran')!.sortText!;
    };
    expect((await rankIn('request_route')) < (await rankIn('failure_route[X]'))).toBe(true);
  });

  it('gives the parameters of the module in a modparam', async () => {
    expect(await labels(`${HEAD}modparam("tm", "fr_‸")\n`)).toContain('fr_inv_timer');
    expect(await labels(`${HEAD}modparam("‸`)).toEqual(['pv', 'sl', 'tm', 'htable', 'mqueue']);
  });

  it('gives pseudo-variables after $, and what is in them', async () => {
    expect(await labels(`${HEAD}request_route {\n  if ($‸) exit;\n}\n`)).toEqual(
      expect.arrayContaining(['ru', 'var', 'sht']),
    );
    expect(await labels(`${HEAD}request_route {\n  $var(abc) = 1; $var(x) = $var(‸);\n}\n`)).toContain('abc');
    expect(await labels(`${HEAD}request_route {\n  xlog("$r‸");\n}\n`)).toContain('ru');
    expect(await labels(`${HEAD}request_route {\n  $sht(‸=>x) = 1;\n}\n`)).toEqual(['seen']);
    expect(await labels(`${HEAD}request_route {\n  mq_add("‸", "", "");\n}\n`)).toEqual(['jobs']);
  });

  it('gives transformations inside braces', async () => {
    expect(await labels(`${HEAD}request_route {\n  $var(x) = $(ru{‸});\n}\n`)).toEqual(
      expect.arrayContaining(['s', 'uri']),
    );
    expect(await labels(`${HEAD}request_route {\n  xlog("$(ru{uri.user}{s.‸})");\n}\n`)).toContain('tolower');
  });

  it('gives route blocks by the table they are looked up in', async () => {
    const routes = `route[MAIN] { exit; }\nfailure_route[FAIL] { exit; }\nonreply_route[REPLY] { exit; }\n`;
    expect(await labels(`${HEAD}${routes}request_route { route(‸); }\n`)).toEqual(['MAIN']);
    expect(await labels(`${HEAD}${routes}request_route { t_on_failure("‸"); }\n`)).toEqual(['FAIL']);
    expect(await labels(`${HEAD}${routes}request_route { t_on_reply("‸"); }\n`)).toEqual(['REPLY']);
    expect(await labels(`${HEAD}request_route { route(NEW); }\nroute[‸] { exit; }\n`)).toEqual(['NEW']);
    expect(await labels(`${HEAD}event_route[tm:‸] { exit; }\n`)).toContain('tm:local-request');
  });

  it('gives flags, defines, words of an enumeration, core parameters and their values', async () => {
    expect(await labels(`${HEAD}request_route { setflag(‸); }\n`)).toEqual(['LOUD']);
    expect(await labels(`${HEAD}#!ifdef ‸\n#!endif\n`)).toEqual(['SIP_PORT', 'WITH_X']);
    expect(await labels(`${HEAD}#!def‸\n`)).toContain('#!define');
    expect(await labels(`${HEAD}lo‸\n`)).toEqual(expect.arrayContaining(['log_prefix', 'loadmodule', 'route']));
    expect(await labels(`${HEAD}auto_aliases=‸\n`)).toEqual(['yes', 'no']);
  });

  it('stays quiet in comments', async () => {
    expect(await labels(`${HEAD}# route(‸)\n`)).toEqual([]);
  });
});

async function hoverText(text: string): Promise<string> {
  const { result } = await at<Hover | null>('hover', text);
  return result === null ? '' : (result.contents as { value: string }).value;
}

describe('hover', () => {
  it('tells of functions: document, arguments, route kinds, example', async () => {
    const value = await hoverText(`${HEAD}request_route { t_re‸ply("404", "Gone"); }\n`);
    for (const part of ['t_reply(code, reason)', 'Allowed in', 'module `tm`', '```kamailio'])
      expect(value).toContain(part);
  });

  it('tells of routes what the comment above them says', async () => {
    const text = `${HEAD}request_route { route(A‸); }\nport=1\n# Answers späte calls\n# at night.\nroute[A] { exit; }\n`;
    expect(await hoverText(text)).toBe('route `A`: 2 places in this config\n\nAnswers späte calls\nat night.');
  });

  it('tells of functions that are only upstream', async () => {
    expect(await hoverText('request_route { ds_select_d‸st("1", "4"); }\n')).toMatch(
      /dispatcher.*not implemented in kts yet/is,
    );
  });

  it('tells of variables, transformations, parameters, modules, core parameters and defines', async () => {
    expect(await hoverText(`${HEAD}request_route { xlog("a $r‸u"); }\n`)).toContain('Request-URI');
    expect(await hoverText(`${HEAD}request_route { $var(x) = $(ru{s.l‸en}); }\n`)).toContain('{s.len}');
    expect(await hoverText(`${HEAD}modparam("tm", "fr_t‸imer", 1)\n`)).toContain('default `30000`');
    expect(await hoverText('loadmodule "tm‸.so"\n')).toContain('Stateful transactions');
    expect(await hoverText('auto_al‸iases=no\n')).toContain('core parameter');
    expect(await hoverText(`${HEAD}port=SIP_PO‸RT\n`)).toContain('`5060`');
    expect(await hoverText(`${HEAD}#!define HELLO "Grüße 😀"\nserver_header=HEL‸LO\n`)).toContain('`"Grüße 😀"`');
  });
});

it('helps with signatures, and follows the argument', async () => {
  const { result } = await at<SignatureHelp>('signatureHelp', `${HEAD}request_route { t_reply("404", ‸); }\n`);
  expect(result.signatures[0]!.label).toBe('t_reply(code, reason)');
  expect(result.activeParameter).toBe(1);
});

const CALLS = `${HEAD}request_route { route(ONE); t_on_failure("ONE"); $sht(seen=>a) = 1; mq_add("jobs", "", "x"); port(SIP_PORT); }
route[ONE] { route("ONE"); exit; }
failure_route[ONE] { exit; }
`;

/** Lines and columns of places, from 0. */
const spots = (places: readonly { range: Range }[]): string[] =>
  places.map(({ range: { start, end } }) => `${start.line}:${start.character}-${end.character}`);

describe('names', () => {
  const definitionOf = async (text: string): Promise<string[]> =>
    spots((await at<Location[]>('definition', text)).result);

  it('are found where they are declared', async () => {
    expect(await definitionOf(CALLS.replace('route(ONE)', 'route(O‸NE)'))).toEqual(['12:6-9']);
    expect(await definitionOf(CALLS.replace('t_on_failure("ONE")', 't_on_failure("O‸NE")'))).toEqual(['13:14-17']);
    expect(await definitionOf(CALLS.replace('$sht(seen', '$sht(s‸een'))).toEqual(['8:30-34']);
    expect(await definitionOf(CALLS.replace('mq_add("jobs', 'mq_add("j‸obs'))).toEqual(['9:35-39']);
    expect(await definitionOf(CALLS.replace('port(SIP', 'port(‸SIP'))).toEqual(['1:9-17']);
  });

  it('are found wherever they are used', async () => {
    const { result } = await at<Location[]>('references', CALLS.replace('route[ONE]', 'route[‸ONE]'), {
      context: { includeDeclaration: true },
    });
    expect(spots(result)).toEqual(['11:22-25', '12:6-9', '12:20-23']);
  });

  it('of routes are found in functions that go on elsewhere', async () => {
    const text = `${HEAD}request_route { async_task_route("GO‸"); t_continue("1", "2", "GO"); async(f(), GO); }\nroute[GO] { exit; }\n`;
    const { result } = await at<Location[]>('references', text, { context: { includeDeclaration: true } });
    expect(spots(result)).toEqual(['11:34-36', '11:62-64', '11:79-81', '12:6-8']);
  });

  it('are found in values of parameters, in define values, and in branches that are not taken', async () => {
    const text = `modparam("rtimer", "timer", "name=t;interval=5")
modparam("rtimer", "exec", "timer=t;route=TICK")
modparam("timer", "declare_timer", "x=TICK,1000,slow,enable")
#!define CALL route(TICK)
#!substdef "!LIMIT!5!g"
#!ifdef NEVER
request_route { route(TICK); if (LIMIT > 1) exit; }
#!endif
route[TICK‸] { exit; }
`;
    const { uri, result } = await at<Location[]>('references', text, { context: { includeDeclaration: true } });
    expect(spots(result)).toEqual(['1:42-46', '2:38-42', '3:20-24', '6:22-26', '8:6-10']);
    const context = { includeDeclaration: true };
    const limits = { position: { line: 6, character: 35 }, context };
    expect(spots(await editor.request<Location[]>('references', uri, limits))).toEqual(['4:13-18', '6:33-38']);
    const timers = { position: { line: 0, character: 34 }, context };
    expect(spots(await editor.request<Location[]>('references', uri, timers))).toEqual(['0:34-35', '1:34-35']);
  });

  it('are renamed wherever they are, and nothing else is', async () => {
    const { uri, result } = await at<WorkspaceEdit>('rename', CALLS.replace('route[ONE]', 'route[‸ONE]'), {
      newName: 'TWO',
    });
    expect(spots(result.changes![uri]!)).toEqual(['11:22-25', '12:6-9', '12:20-23']);
    const variables = await at<WorkspaceEdit>(
      'rename',
      `${HEAD}request_route { $var(a‸b) = 1; $avp(ab) = $(var(ab){s.len}); xlog("$var(ab) $var(abc)"); }\n`,
      { newName: 'x.y' },
    );
    expect(spots(variables.result.changes![variables.uri]!)).toEqual(['11:21-23', '11:47-49', '11:71-73']);
    const define = await at<WorkspaceEdit>('rename', CALLS.replace('port(SIP', 'port(‸SIP'), { newName: 'PORT' });
    expect(spots(define.result.changes![define.uri]!)).toEqual(['1:9-17', '11:98-106']);
  });

  it('are not renamed to what cannot be a name or is one already', async () => {
    const text = `${CALLS}route[TWO] { exit; }\n`.replace('route[ONE]', 'route[‸ONE]');
    await expect(at('rename', text, { newName: 'a b' })).rejects.toThrow('cannot be the name');
    await expect(at('rename', text, { newName: 'TWO' })).rejects.toThrow('already');
    expect((await at<Range | null>('prepareRename', `${HEAD}request_route { ex‸it; }\n`)).result).toBeNull();
  });
});

describe('across files', () => {
  it('an included file belongs to the config that includes it', async () => {
    const [main, inner] = [join(dir, 'whole.cfg'), join(dir, 'part.inc')];
    writeFileSync(main, `${HEAD}include_file "part.inc"\nrequest_route { route(INNER); }\n`);
    writeFileSync(inner, 'route[INNER] { exit; }\n');
    const uri = editor.uri(inner);
    const text = 'route[INNER] { route(OUTER); sl_send_reply("200", "OK"); exit; }\n';
    const found = editor.diagnostics(uri);
    await editor.open(uri, text);
    // Functions of modules that the other file loads are known; the buffer counts, not the file.
    expect((await found).map((d) => `${d.code} ${d.range.start.line}:${d.range.start.character}`)).toEqual([
      'KTS1050 0:21',
    ]);
    const position = { line: 0, character: 8 };
    const context = { includeDeclaration: false };
    const uses = await editor.request<Location[]>('references', uri, { position, context });
    expect(uses.map((l) => l.uri)).toEqual([editor.uri(main)]);
    const gone = editor.diagnostics(uri, (d) => d.length === 0);
    await editor.close(uri);
    expect(await gone).toEqual([]);
  });

  it('a file that changes on disk is read again, for configs that are open', async () => {
    const [main, inner] = [join(dir, 'outer.cfg'), join(dir, 'changing.inc')];
    writeFileSync(inner, 'route[A] { exit; }\n');
    const uri = editor.uri(main);
    const clean = editor.diagnostics(uri);
    await editor.open(uri, 'include_file "changing.inc"\nrequest_route { route(A); }\n');
    expect(await clean).toEqual([]);
    const found = editor.diagnostics(uri, (d) => d.length > 0);
    writeFileSync(inner, 'route[OTHER] { exit; }\n');
    await editor.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: editor.uri(inner), type: 2 }] });
    expect((await found).map((d) => d.code)).toEqual(['KTS1050']);
  });

  it('an include leads to its file', async () => {
    const uri = editor.uri(join(dir, 'whole.cfg'));
    await editor.open(uri, `include_file "part.inc"\nrequest_route { exit; }\n`);
    const found = await editor.request<Location[]>('definition', uri, { position: { line: 0, character: 16 } });
    expect(found.map((l) => l.uri)).toEqual([editor.uri(join(dir, 'part.inc'))]);
  });
});

describe('the shape of a file', () => {
  const text = `${HEAD}# one
# two
request_route {
  if (is_method("INVITE")) {
    exit;
  }
}
#!ifdef WITH_X
route[X] { exit; }
#!else
route[Y] { exit; }
#!endif
/* a
   b */
`;

  it('is listed', async () => {
    const uri = fresh();
    await editor.open(uri, text);
    const names = (await editor.request<DocumentSymbol[]>('documentSymbol', uri)).map((s) => s.name);
    expect(names).toEqual([
      'SIP_PORT',
      'WITH_X',
      'pv',
      'sl',
      'tm',
      'htable',
      'mqueue',
      'request_route',
      'route[X]',
      'route[Y]',
    ]);
  });

  it('can be folded', async () => {
    const uri = fresh();
    await editor.open(uri, text);
    const found = await editor.request<FoldingRange[]>('foldingRange', uri);
    expect(found.map((f) => `${f.startLine}-${f.endLine} ${f.kind ?? ''}`.trim()).sort()).toEqual(
      ['11-12 comment', '13-16', '14-15', '18-19 region', '20-21 region', '23-24 comment', '3-9 imports'].sort(),
    );
  });

  it('has colours, one token a line', async () => {
    const uri = fresh();
    await editor.open(uri, 'a=1 /* x\n y */ "$ru ü" $du\n');
    const { data } = await editor.request<SemanticTokens>('semanticTokens/full', uri);
    const lengths = data.filter((_, n) => n % 5 === 2);
    expect(lengths).toEqual([1, 1, 4, 5, 1, 3, 3, 3]);
  });
});

it('shows the values of defines where they are used', async () => {
  const uri = fresh();
  await editor.open(uri, `${HEAD}#!define LONG "${'ä'.repeat(60)}"\nport=SIP_PORT\nserver_header=LONG\n`);
  const range = { start: { line: 0, character: 0 }, end: { line: 20, character: 0 } };
  const hints = await editor.request<InlayHint[]>('inlayHint', uri, { range });
  expect(hints.map((h) => `${h.position.line}:${h.position.character} ${h.label}`)).toEqual([
    '12:13 = 5060',
    `13:18 = "${'ä'.repeat(39)}…`,
  ]);
});

describe('diagnostics', () => {
  it('come while typing, in the columns of the editor', async () => {
    const uri = fresh();
    const first = editor.diagnostics(uri, (d) => d.length > 0);
    await editor.open(uri, `${HEAD}request_route {\n  sl_send_reply("200", "ÄÖ😀"); nothing();\n}\n`);
    expect((await first).map((d) => [d.code, d.range.start.character, d.range.end.character, d.source])).toEqual([
      ['KTS1020', 32, 39, 'kts'],
    ]);
    const second = editor.diagnostics(uri, (d) => d.length === 0);
    const range = { start: { line: 12, character: 32 }, end: { line: 12, character: 41 } };
    await editor.change(uri, [{ range, text: 'exit' }]);
    expect(await second).toEqual([]);
  });

  it('of a module that is not here are one, with the places that depend on it', async () => {
    const uri = fresh();
    const found = editor.diagnostics(uri, (d) => d.length > 0);
    await editor.open(uri, 'loadmodule "app_lua.so"\nrequest_route {\n  lua_run("x");\n  lua_run("y");\n}\n');
    const [only, ...others] = await found;
    expect(others).toEqual([]);
    expect(only!.relatedInformation!.map((r) => [r.message, r.location.range.start.line])).toEqual([
      ['function lua_run, also at 4', 2],
    ]);
  });
});

it('marks branches that are not taken, and code that never runs', async () => {
  const uri = fresh();
  const found = editor.diagnostics(uri, (d) => d.length > 0);
  const text = `${HEAD}#!ifdef WITH_X\nport=5060\n#!else\nport=5061\n#!ifdef A\nport=1\n#!endif\n#!endif\n`;
  await editor.open(uri, `${text}#!ifndef WITH_X\nport=2\n#!endif\nrequest_route {\n  exit;\n  force_rport();\n}\n`);
  const tagged = (await found).map((d) => `${d.range.start.line}-${d.range.end.line} ${d.severity} ${d.tags}`);
  expect(tagged.sort()).toEqual(['14-18 4 1', '20-21 4 1', '24-24 2 1']);
});

it('heeds comments that suppress a finding', async () => {
  const uri = fresh();
  const [wrong, right] = [editor.diagnostics(uri, (d) => d.length > 0), editor.diagnostics(uri, (d) => d.length === 0)];
  await editor.open(uri, 'request_route {\n  exit;\n  force_rport();\n}\n');
  const [finding] = await wrong;
  await editor.open(
    uri,
    `request_route {\n  exit;\n  # kts-ignore ${finding!.code}: shown to trainees\n  force_rport();\n}\n`,
  );
  expect(await right).toEqual([]);
});

it('lays out a file as kts fmt does', async () => {
  const uri = fresh();
  await editor.open(uri, 'request_route {\nexit ;\n}\n');
  const edits = await editor.request<TextEdit[]>('formatting', uri, { options: { tabSize: 4, insertSpaces: false } });
  expect(edits.map((e) => e.newText)).toEqual(['\texit']);
});

it('offers the fixes that findings carry, for the text that they were found in', async () => {
  const uri = fresh();
  const found = editor.diagnostics(uri, (d) => d.length > 0);
  await editor.open(uri, 'request_route {\n  # ü\n  exit\n}\n');
  const [missing] = await found;
  const params = { range: missing!.range, context: { diagnostics: [missing] } };
  const [action, ...others] = await editor.request<CodeAction[]>('codeAction', uri, params);
  expect(others).toEqual([]);
  expect([action!.title, action!.kind]).toEqual(['add the semicolon', 'quickfix']);
  const mended = editor.diagnostics(uri);
  const [edit] = action!.edit!.changes![uri]!;
  await editor.change(uri, [{ range: edit!.range, text: edit!.newText }]);
  expect(await editor.request('codeAction', uri, params)).toEqual([]);
  expect(await mended).toEqual([]);
});
