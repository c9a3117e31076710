/**
 * How soon the language server answers while a person types in a config of 2 000 lines: each key is a change followed
 * by what an editor asks then, over stdio. Prints milliseconds from the key to the answer.
 *
 *     node bench/lsp.mjs [keys]
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

const KEYS = Number(process.argv[2] ?? 200);
const LINES = 2_000;
const uri = 'file:///bench/kamailio.cfg';

const base = readFileSync(new URL('../examples/quickstart/kamailio.cfg', import.meta.url), 'utf8');
let text = base;
for (let n = 0; text.split('\n').length < LINES; n++) {
  text += `\nroute[R${n}] {\n\tif (is_method("INVITE") && $rU =~ "^\\+49") {\n\t\t$var(a${n}) = $(ru{uri.user}{s.len}) + 1;\n`;
  text += `\t\txlog("L_INFO", "$ci: $var(a${n}) of $fu\\n"); # é\n\t\troute(R${Math.max(0, n - 1)});\n\t}\n}\n`;
}
const at = text.indexOf('\n', text.length / 2) + 1;
const line = text.slice(0, at).split('\n').length - 1;

const child = spawn(process.execPath, [new URL('../bin/kts', import.meta.url).pathname, 'lsp'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const connection = createProtocolConnection(
  new StreamMessageReader(child.stdout),
  new StreamMessageWriter(child.stdin),
);
connection.listen();
const capabilities = { textDocument: { completion: { completionItem: { snippetSupport: true } } } };
await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities });
connection.sendNotification('initialized', {});
connection.sendNotification('textDocument/didOpen', {
  textDocument: { uri, languageId: 'kamailio', version: 0, text },
});

const typed = 'xlog("L_INFO", "$(ru{uri.user})\\n"); t_on_failure("F"); $var(x) = $ru; ';
const asked = {
  completion: (position) => ({ position }),
  hover: (position) => ({ position }),
  signatureHelp: (position) => ({ position }),
  'semanticTokens/full': () => ({}),
  documentSymbol: () => ({}),
  foldingRange: () => ({}),
  inlayHint: () => ({
    range: { start: { line: Math.max(0, line - 30), character: 0 }, end: { line: line + 30, character: 0 } },
  }),
};
const times = Object.fromEntries(Object.keys(asked).map((name) => [name, []]));
let version = 0;
let character = 0;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const key = (c) => {
  const start = { line, character };
  connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: ++version },
    contentChanges: [{ range: { start, end: start }, text: c }],
  });
  character += c.length;
};
for (let n = 0; n < KEYS + 20; n++) {
  for (const [name, params] of Object.entries(asked)) {
    const from = performance.now();
    key(typed[n % typed.length]);
    await connection.sendRequest(`textDocument/${name}`, { textDocument: { uri }, ...params({ line, character }) });
    // The first ones warm the server up.
    if (n >= 20) times[name].push(performance.now() - from);
  }
  // Now and then the person stops for long enough for a check of the whole config to begin.
  if (n % 20 === 0) await pause(200);
}
process.stdout.write(`${text.split('\n').length} lines, ${KEYS} keys each; ms from key to answer\n`);
for (const [name, list] of Object.entries(times)) {
  list.sort((a, b) => a - b);
  const part = (p) => list[Math.min(list.length - 1, Math.floor(list.length * p))].toFixed(1).padStart(6);
  process.stdout.write(`${name.padEnd(20)} p50 ${part(0.5)}   p99 ${part(0.99)}   max ${part(1)}\n`);
}
await connection.sendRequest('shutdown');
connection.sendNotification('exit');
