import { type Answer, DEFAULT_ENDPOINT, type OracleCase, type ReplyDraft, type Step, WRITTEN_ADDRESS } from './case.js';
import { composeConfig, DEFAULT_GLOBALS, DEFAULT_MESSAGE, DEFAULT_MODULES } from './defaults.js';
import { JSONRPC_PORT } from './rpc-client.js';

/** A mistake in a `.cases` file, told with its line. */
export class CaseFileError extends Error {}

interface Chunk {
  readonly head: string;
  readonly line: number;
  readonly text: string;
}

/**
 * Reads the `.cases` format described in README.md: text before the first `===` is config shared by all cases, each
 * `=== id title` starts a case with the body of its `request_route`, each `--- word …` a section of it.
 */
export function parseCaseFile(file: string, name: string, text: string): OracleCase[] {
  const [shared, ...chunks] = split(text, '=== ', 1);
  const head = split(shared!.text, '--- ', 1);
  const fileModules = head[0]!.text.trim() === '' ? '' : `${head[0]!.text.trimEnd()}\n`;
  const ids = new Set<string>();
  return chunks.map((chunk) => {
    const space = chunk.head.search(/\s|$/);
    const id = chunk.head.slice(0, space);
    if (id === '' || ids.has(id))
      throw new CaseFileError(`${file}:${chunk.line}: case id ${id || 'missing'}, or used twice`);
    ids.add(id);
    return readCase(file, `${name}/${id}`, id, chunk.head.slice(space).trim(), chunk, head.slice(1), fileModules);
  });
}

function readCase(
  file: string,
  name: string,
  id: string,
  title: string,
  chunk: Chunk,
  common: readonly Chunk[],
  fileModules: string,
): OracleCase {
  const [script, ...own] = split(chunk.text, '--- ', chunk.line + 1);
  const parts = { globals: DEFAULT_GLOBALS, modules: DEFAULT_MODULES + fileModules, pre: '', post: '' };
  let config: string | null = null;
  const args: string[] = [];
  const env: Record<string, string> = {};
  const files: Record<string, string> = {};
  const listen: string[] = [];
  const answers: Answer[] = [];
  const http: number[] = [];
  const steps: Step[] = [];
  let checkOnly = false;
  let compareCore = false;
  for (const section of [...common, ...own]) {
    const [word = '', ...rest] = section.head.split(/\s+/);
    const fail = (why: string): never => {
      throw new CaseFileError(`${file}:${section.line}: ${why}`);
    };
    const from = rest.find((w) => w.startsWith('from='))?.slice(5) ?? DEFAULT_ENDPOINT;
    const to = rest.find((w) => w.startsWith('to='))?.slice(3) ?? null;
    const words = rest.filter((w) => !/^(from|to)=/.test(w));
    switch (word) {
      case 'globals':
      case 'modules':
      case 'pre':
      case 'post':
        parts[word] = section.text;
        break;
      case 'config':
        config = section.text;
        break;
      case 'args':
        args.push(...rest);
        break;
      case 'env':
        for (const w of rest) env[w.slice(0, w.indexOf('='))] = w.slice(w.indexOf('=') + 1);
        break;
      case 'file':
        files[words[0] ?? fail('file needs a name')] = section.text;
        break;
      case 'check':
        checkOnly = true;
        break;
      case 'core':
        compareCore = true;
        break;
      case 'listen':
        listen.push(...words);
        break;
      case 'http':
        http.push(...words.map(Number));
        break;
      case 'answer':
        answers.push({
          at: from,
          method: words[0] ?? fail('answer needs a method'),
          replies: replies(section.text, words.slice(1)),
        });
        break;
      case 'send': {
        const draft = splitMessage(section.text);
        steps.push({ do: 'send', from, message: { method: words[0] ?? 'INVITE', uri: words[1] ?? null, ...draft } });
        break;
      }
      case 'raw':
        steps.push({ do: 'raw', from, text: rawText(section.text) });
        break;
      case 'reply': {
        const [draft] = replies(section.text, [words.join(' ')]);
        steps.push({ do: 'reply', from, to, reply: draft ?? fail('reply needs a status') });
        break;
      }
      case 'wait':
        steps.push({ do: 'wait', ms: Number(words[0]) || fail('wait needs milliseconds') });
        break;
      case 'rpc':
      case 'ctl':
        steps.push({
          do: word,
          method: words[0] ?? fail(`${word} needs a method`),
          params: words.slice(1).map(rpcParam),
        });
        break;
      case 'stop':
        steps.push({ do: 'stop' });
        break;
      default:
        fail(`unknown section ${word}`);
    }
  }
  const body = script!.text.trimEnd();
  parts.modules += rpcModules(parts.modules + parts.pre, steps);
  if (!checkOnly && steps.length === 0) steps.push({ do: 'raw', from: DEFAULT_ENDPOINT, text: DEFAULT_MESSAGE });
  return {
    name,
    id,
    title,
    config: config ?? composeConfig({ ...parts, script: body }),
    args,
    env,
    files,
    checkOnly,
    compareCore,
    listen,
    answers,
    http,
    steps,
  };
}

/** Steps that ask the server need someone there who answers. */
function rpcModules(text: string, steps: readonly Step[]): string {
  const needs = (what: Step['do'], module: string) =>
    steps.some((s) => s.do === what) && !text.includes(`"${module}.so"`);
  return (
    (needs('rpc', 'jsonrpcs')
      ? `loadmodule "jsonrpcs.so"\nmodparam("jsonrpcs", "dgram_socket", "udp:${WRITTEN_ADDRESS}:${JSONRPC_PORT}")\n`
      : '') + (needs('ctl', 'ctl') ? 'loadmodule "ctl.so"\nmodparam("ctl", "binrpc", "unixs:@DIR@/ctl.sock")\n' : '')
  );
}

/** `3` is a number, `s:3` a string, as in kamcmd. */
function rpcParam(word: string): string | number {
  if (word.startsWith('s:')) return word.slice(2);
  return /^-?\d+$/.test(word) ? Number(word) : word;
}

/** Lines become CRLF lines and the head gets its end; `\xNN` stands for a byte. A body is sent as it stands. */
function rawText(text: string): string {
  const lines = text.trimEnd().replaceAll('\n', '\r\n');
  const whole = lines.includes('\r\n\r\n') ? lines : `${lines}\r\n\r\n`;
  return whole.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Statuses from the section's head (`180 200` or one `486 Busy Here`), headers and body of the last from its text. */
function replies(text: string, heads: readonly string[]): ReplyDraft[] {
  const draft = splitMessage(text);
  return heads.map((head, i) => {
    const [status, ...reason] = head.split(' ');
    const last = i === heads.length - 1;
    return {
      status: Number(status),
      reason: reason.length > 0 ? reason.join(' ') : null,
      headers: last ? draft.headers : [],
      body: last ? draft.body : '',
    };
  });
}

function splitMessage(text: string): { headers: string[]; body: string } {
  const gap = text.startsWith('\n') ? 0 : text.indexOf('\n\n');
  const headers = (gap < 0 ? text : text.slice(0, gap)).split('\n').filter((l) => l !== '');
  const body = gap < 0 ? '' : text.slice(gap + (gap === 0 ? 1 : 2)).replace(/\n+$/, '\n');
  return { headers, body: body.replaceAll('\n', '\r\n') };
}

function split(text: string, mark: string, firstLine: number): Chunk[] {
  const chunks: { head: string; line: number; lines: string[] }[] = [{ head: '', line: firstLine, lines: [] }];
  const bare = mark.trimEnd();
  text.split('\n').forEach((line, i) => {
    if (line.startsWith(mark) || line === bare)
      chunks.push({ head: line.slice(mark.length).trim(), line: firstLine + i, lines: [] });
    else chunks.at(-1)!.lines.push(line);
  });
  return chunks.map((c) => ({
    head: c.head,
    line: c.line,
    text: c.lines.length > 0 ? `${c.lines.join('\n').trimEnd()}\n` : '',
  }));
}
