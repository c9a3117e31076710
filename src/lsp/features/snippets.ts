import { CompletionItemKind } from 'vscode-languageserver';
import { BLOCK_WORDS } from '../outline.js';

/**
 * Text with holes: `<name>` is one to be filled in, `<|>` where the cursor ends up. Everything else is meant as written.
 */
export function snippet(text: string): string {
  let n = 0;
  return text
    .replace(/[\\$}]/g, '\\$&')
    .replace(/<([^<>]+)>/g, (_, hole: string) => (hole === '|' ? '$0' : `\${${++n}:${hole}}`));
}

/** The text with its holes as written, for editors without snippets: up to the first hole. */
export function withoutHoles(text: string): string {
  const hole = text.indexOf('<');
  return hole === -1 ? text : text.slice(0, hole);
}

/** A word of the language, and the snippet it begins. */
export interface WordItem {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly insert?: string;
}

const kind = CompletionItemKind.Keyword;
const word = (label: string, insert?: string): WordItem => ({ label, kind, insert });
const UNNAMED: ReadonlySet<string> = new Set(['request_route', 'reply_route', 'onsend_route']);

/** What begins something outside of route blocks. */
export const SECTION_WORDS: readonly WordItem[] = [
  ...[...BLOCK_WORDS.values()].map((block) =>
    word(block.word, `${block.word}${UNNAMED.has(block.word) ? '' : '[<NAME>]'} {\n\t<|>\n}`),
  ),
  word('loadmodule', 'loadmodule "<name>.so"'),
  word('modparam', 'modparam("<module>", "<parameter>", <value>)'),
  word('listen', 'listen=<udp:127.0.0.1:5060>'),
  word('alias', 'alias="<example.com>"'),
  word('flags', 'flags <NAME>:<1>'),
  word('import_file', 'import_file "<file>"'),
  word('include_file', 'include_file "<file>"'),
  ...['loadmodulex', 'modparamx', 'loadpath', 'mpath', 'socket', 'avpflags'].map((label) => word(label)),
];

/** What begins a statement or stands in an expression. */
export const STATEMENT_WORDS: readonly WordItem[] = [
  word('if', 'if (<condition>) {\n\t<|>\n}'),
  word('while', 'while (<condition>) {\n\t<|>\n}'),
  word('switch', 'switch (<value>) {\n\tcase <1>:\n\t\t<|>\n\t\tbreak;\n}'),
  word('route', 'route(<NAME>)'),
  ...['exit;', 'drop;', 'return;', 'break;', 'else', 'case', 'default:', 'and', 'or', 'not', 'mod', 'eq', 'ne'].map(
    (label) => word(label),
  ),
  ...['defined', 'strlen', 'strempty', 'selval', 'myself', 'method', 'uri', 'status', 'src_ip', 'proto'].map((label) =>
    word(label),
  ),
];
