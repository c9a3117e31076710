import {
  createConnection,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { VERSION } from '../observe/version.js';
import { Diagnosing } from './diagnosing.js';
import { codeActions } from './features/code-actions.js';
import { complete, resolveItem } from './features/completion.js';
import { formatting } from './features/formatting.js';
import { hover, signatureHelp } from './features/hover.js';
import { inlayHints } from './features/inlay-hints.js';
import { definition, references, rename, renameRange } from './features/names.js';
import { LEGEND, semanticTokens } from './features/semantic-tokens.js';
import { documentSymbols, foldingRanges } from './features/structure.js';
import { Files } from './files.js';
import { Knowledge } from './knowledge.js';
import { type LanguageOptions, Workspace } from './workspace.js';

/**
 * Serves one editor over the streams until it says exit or goes away. `optionsOf` takes what the editor sends as
 * `initializationOptions`, which may be anything.
 */
export function serve(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  optionsOf: (sent: unknown) => LanguageOptions,
): void {
  const connection = createConnection(input, output);
  const documents = new TextDocuments(TextDocument);
  const files = new Files({ get: (uri) => documents.get(uri), all: () => documents.all() });
  // All manifests are read at once, while the editor shows its window.
  const knowledge = Knowledge.load();
  let started: Promise<{ readonly workspace: Workspace; readonly diagnosing: Diagnosing }>;
  let snippets = false;

  const failed = (error: unknown): void =>
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));

  /** Answers a request; one that fails is logged and answered with nothing. */
  const answer =
    <P, R>(nothing: R, work: (workspace: Workspace, params: P, diagnosing: Diagnosing) => R) =>
    async (params: P): Promise<R> => {
      try {
        const { workspace, diagnosing } = await started;
        return work(workspace, params, diagnosing);
      } catch (e) {
        if (e instanceof ResponseError) throw e;
        failed(e);
        return nothing;
      }
    };
  const at = (params: { readonly textDocument: { readonly uri: string } }): string =>
    files.path(params.textDocument.uri);

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    snippets = params.capabilities.textDocument?.completion?.completionItem?.snippetSupport === true;
    const options = optionsOf(params.initializationOptions);
    started = knowledge.then((known) => {
      const workspace = new Workspace(files, known, options);
      const publish = (path: string, diagnostics: readonly object[]): void =>
        void connection.sendDiagnostics({
          uri: files.uri(path),
          version: files.document(path)?.version,
          diagnostics: diagnostics as never,
        });
      return { workspace, diagnosing: new Diagnosing(workspace, publish, failed) };
    });
    return { capabilities: CAPABILITIES, serverInfo: { name: 'kts', version: VERSION.version } };
  });

  const withDocument =
    (work: (diagnosing: Diagnosing, path: string) => void) => (change: { document: TextDocument }) => {
      started.then(({ diagnosing }) => work(diagnosing, files.path(change.document.uri))).catch(failed);
    };
  documents.onDidChangeContent(withDocument((diagnosing, path) => diagnosing.changed(path)));
  documents.onDidSave(withDocument((diagnosing, path) => diagnosing.changed(path)));
  documents.onDidClose(withDocument((diagnosing, path) => diagnosing.closed(path, files.openPaths())));
  connection.onDidChangeWatchedFiles(({ changes }) => {
    started
      .then(({ diagnosing }) => {
        for (const { uri } of changes) diagnosing.changedOnDisk(files.path(uri), files.openPaths());
      })
      .catch(failed);
  });
  connection.onShutdown(() => started.then(({ diagnosing }) => diagnosing.stop()).catch(failed));

  connection.onCompletion(answer([], (w, p) => complete(w, at(p), p.position, snippets)));
  connection.onCompletionResolve((item) =>
    started.then(({ workspace }) => resolveItem(workspace, item)).catch(() => item),
  );
  connection.onHover(answer(null, (w, p) => hover(w, at(p), p.position)));
  connection.onSignatureHelp(answer(null, (w, p) => signatureHelp(w, at(p), p.position)));
  connection.onDefinition(answer([], (w, p) => definition(w, at(p), p.position)));
  connection.onReferences(answer([], (w, p) => references(w, at(p), p.position, p.context.includeDeclaration)));
  connection.onPrepareRename(answer(null, (w, p) => renameRange(w, at(p), p.position)));
  connection.onRenameRequest(
    answer(null, (w, p) => {
      const renamed = rename(w, at(p), p.position, p.newName);
      if ('refused' in renamed) throw new ResponseError(LSPErrorCodes.RequestFailed, renamed.refused);
      return renamed.edit;
    }),
  );
  connection.onDocumentSymbol(answer([], (w, p) => outlined(w.outline(at(p)), documentSymbols)));
  connection.onFoldingRanges(answer([], (w, p) => outlined(w.outline(at(p)), foldingRanges)));
  connection.languages.semanticTokens.on(
    answer({ data: [] }, (w, p) => {
      const path = at(p);
      const outline = w.outline(path);
      const defined = new Set(w.names(path, 'define'));
      return outline ? semanticTokens(outline, (name) => defined.has(name)) : { data: [] };
    }),
  );
  connection.onDocumentFormatting(answer([], (w, p) => formatting(w, at(p), p.options)));
  connection.onDocumentRangeFormatting(answer([], (w, p) => formatting(w, at(p), p.options, p.range)));
  connection.languages.inlayHint.on(answer([], (w, p) => inlayHints(w, at(p), p.range)));
  connection.onCodeAction(
    answer([], (w, p, diagnosing) => {
      const path = at(p);
      return codeActions(diagnosing.fixes(path), p.textDocument.uri, w.files.text(path), p.range);
    }),
  );

  documents.listen(connection);
  connection.listen();
}

const outlined = <T, R>(outline: T | undefined, make: (outline: T) => R[]): R[] => (outline ? make(outline) : []);

const CAPABILITIES: InitializeResult['capabilities'] = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
  completionProvider: { triggerCharacters: ['$', '(', '"', '{', '.', '!', '[', '='], resolveProvider: true },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  semanticTokensProvider: { legend: LEGEND, full: true },
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  inlayHintProvider: true,
  codeActionProvider: { codeActionKinds: ['quickfix'] },
};
