import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { ConfigText } from './text.js';

/** What the language server needs of the collection of open buffers. */
export interface OpenDocuments {
  get(uri: string): TextDocument | undefined;
  all(): TextDocument[];
}

/** No config is larger; what is, is something else. */
const MAX_FILE = 8_000_000;

/** Texts of files by path: an open buffer where there is one, the disk otherwise. A buffer without a file has its URI for a path. */
export class Files {
  readonly #buffers = new WeakMap<TextDocument, { readonly version: number; readonly text: ConfigText }>();
  readonly #disk = new Map<string, { readonly stamp: string; readonly text: ConfigText }>();
  /** URIs as the editor writes them, by path: it may escape other characters than we do. */
  readonly #uris = new Map<string, string>();

  constructor(private readonly open: OpenDocuments) {}

  path(uri: string): string {
    if (!uri.startsWith('file:')) return uri;
    try {
      const path = fileURLToPath(uri);
      if (!this.#uris.has(path)) this.#uris.set(path, uri);
      return path;
    } catch {
      return uri;
    }
  }

  uri(path: string): string {
    return this.#uris.get(path) ?? (path.startsWith('/') ? pathToFileURL(path).href : path);
  }

  /** The open buffer of a path. */
  document(path: string): TextDocument | undefined {
    return this.open.get(this.uri(path));
  }

  /** Bytes of every open buffer by path. */
  buffers(): Map<string, string> {
    return new Map(this.open.all().map((d) => [this.path(d.uri), this.#ofBuffer(d).bytes]));
  }

  openPaths(): string[] {
    return this.open.all().map((d) => this.path(d.uri));
  }

  /** The text of a file; undefined when it cannot be read. */
  text(path: string): ConfigText | undefined {
    const document = this.document(path);
    return document ? this.#ofBuffer(document) : this.#ofDisk(path);
  }

  #ofBuffer(document: TextDocument): ConfigText {
    const known = this.#buffers.get(document);
    if (known?.version === document.version) return known.text;
    const text = ConfigText.ofBuffer(document.getText());
    this.#buffers.set(document, { version: document.version, text });
    return text;
  }

  #ofDisk(path: string): ConfigText | undefined {
    try {
      const { mtimeMs, size, isFile } = stampOf(path);
      if (!isFile || size > MAX_FILE) return undefined;
      const stamp = `${mtimeMs}:${size}`;
      const known = this.#disk.get(path);
      if (known?.stamp === stamp) return known.text;
      const text = ConfigText.ofBytes(readFileSync(path, 'latin1'));
      this.#disk.set(path, { stamp, text });
      return text;
    } catch {
      this.#disk.delete(path);
      return undefined;
    }
  }
}

function stampOf(path: string): { readonly mtimeMs: number; readonly size: number; readonly isFile: boolean } {
  const stat = statSync(path);
  return { mtimeMs: stat.mtimeMs, size: stat.size, isFile: stat.isFile() };
}
