import type { TextDocument } from 'vscode-languageserver-textdocument';
import { Files } from '../../../src/lsp/files.js';
import { Knowledge } from '../../../src/lsp/knowledge.js';
import { Workspace } from '../../../src/lsp/workspace.js';

let knowledge: Promise<Knowledge> | undefined;

/** A workspace over buffers that a test holds, without a server around it. */
export async function workspaceOf(buffers: () => readonly TextDocument[]): Promise<Workspace> {
  knowledge ??= Knowledge.load();
  const files = new Files({ get: (uri) => buffers().find((d) => d.uri === uri), all: () => [...buffers()] });
  return new Workspace(files, await knowledge, { compat: '6.x', defines: new Map(), allowMissing: new Set() });
}
