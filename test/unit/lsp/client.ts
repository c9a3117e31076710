import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

const KTS = fileURLToPath(new URL('../../../bin/kts', import.meta.url));

/** Marks the cursor in texts of tests. */
export const MARK = '‸';

/** A text without its mark, and where the mark was. */
export function marked(text: string): { readonly text: string; readonly position: Position } {
  const at = text.indexOf(MARK);
  if (at === -1) throw new Error(`no ${MARK} in the text`);
  const before = text.slice(0, at).split('\n');
  return {
    text: text.replace(MARK, ''),
    position: { line: before.length - 1, character: before[before.length - 1]!.length },
  };
}

/** An editor: `kts lsp` in a process of its own, spoken to over its streams. */
export class Editor {
  readonly logged: string[] = [];
  readonly #process: ChildProcess;
  readonly #connection: ProtocolConnection;
  readonly #found = new Map<string, Diagnostic[]>();
  #waiting: { uri: string; ready: (found: Diagnostic[]) => boolean; done: (found: Diagnostic[]) => void }[] = [];
  #version = 0;

  constructor(args: readonly string[] = []) {
    this.#process = spawn(process.execPath, [KTS, 'lsp', '--stdio', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdin, stdout } = this.#process;
    this.#connection = createProtocolConnection(new StreamMessageReader(stdout!), new StreamMessageWriter(stdin!));
    this.#connection.onNotification('textDocument/publishDiagnostics', (p: PublishDiagnosticsParams) => {
      this.#found.set(p.uri, p.diagnostics);
      this.#waiting = this.#waiting.filter((w) => {
        if (w.uri !== p.uri || !w.ready(p.diagnostics)) return true;
        w.done(p.diagnostics);
        return false;
      });
    });
    this.#connection.onNotification('window/logMessage', (p: { message: string }) => {
      this.logged.push(p.message);
    });
    this.#connection.listen();
  }

  async start(initializationOptions?: unknown): Promise<InitializeResult> {
    const capabilities = { textDocument: { completion: { completionItem: { snippetSupport: true } } } };
    const result = await this.#connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities,
      initializationOptions,
    });
    await this.#connection.sendNotification('initialized', {});
    return result;
  }

  /** Ends the server as editors do; its exit status. */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((done) => this.#process.once('exit', done));
    await this.#connection.sendRequest('shutdown');
    await this.#connection.sendNotification('exit');
    return ended;
  }

  uri(path: string): string {
    return pathToFileURL(path).href;
  }

  /** Opens a buffer, or replaces the text of one that is open. */
  async open(uri: string, text: string): Promise<void> {
    const version = ++this.#version;
    if (this.#found.has(uri) || this.#opened.has(uri)) {
      await this.change(uri, [{ text }]);
      return;
    }
    this.#opened.add(uri);
    const textDocument = { uri, languageId: 'kamailio', version, text };
    await this.#connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  readonly #opened = new Set<string>();

  async change(uri: string, contentChanges: readonly unknown[]): Promise<void> {
    const textDocument = { uri, version: ++this.#version };
    await this.#connection.sendNotification('textDocument/didChange', { textDocument, contentChanges });
  }

  async close(uri: string): Promise<void> {
    this.#opened.delete(uri);
    await this.#connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** The next findings for a file that are as wanted. */
  diagnostics(uri: string, ready: (found: Diagnostic[]) => boolean = () => true): Promise<Diagnostic[]> {
    return new Promise((done) => this.#waiting.push({ uri, ready, done }));
  }

  request<R>(method: string, uri: string, params: object = {}): Promise<R> {
    return this.#connection.sendRequest<R>(`textDocument/${method}`, { textDocument: { uri }, ...params });
  }

  async notify(method: string, params: object): Promise<void> {
    await this.#connection.sendNotification(method, params);
  }

  plain<R>(method: string, params: unknown): Promise<R> {
    return this.#connection.sendRequest<R>(method, params);
  }
}
