import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Position, type Range, TextDocument } from 'vscode-languageserver-textdocument';
import { analyze } from '../../../src/lsp/analysis.js';
import { check } from '../../../src/lsp/check.js';
import { complete } from '../../../src/lsp/features/completion.js';
import { formatting } from '../../../src/lsp/features/formatting.js';
import { hover, signatureHelp } from '../../../src/lsp/features/hover.js';
import { inlayHints } from '../../../src/lsp/features/inlay-hints.js';
import { definition, references, rename, renameRange } from '../../../src/lsp/features/names.js';
import { semanticTokens } from '../../../src/lsp/features/semantic-tokens.js';
import { documentSymbols, foldingRanges } from '../../../src/lsp/features/structure.js';
import { ConfigText, utf8 } from '../../../src/lsp/text.js';
import type { Workspace } from '../../../src/lsp/workspace.js';
import { workspaceOf } from './workspace.js';

const URI = 'untitled:a.cfg';
const SAMPLE = readFileSync(new URL('../../../examples/quickstart/kamailio.cfg', import.meta.url), 'utf8');

/** Asks everything that an editor can ask, at one position. */
function askAll(workspace: Workspace, position: Position, range: Range): void {
  const outline = workspace.outline(URI)!;
  complete(workspace, URI, position, true);
  hover(workspace, URI, position);
  signatureHelp(workspace, URI, position);
  definition(workspace, URI, position);
  references(workspace, URI, position, true);
  renameRange(workspace, URI, position);
  rename(workspace, URI, position, 'other');
  documentSymbols(outline);
  foldingRanges(outline);
  semanticTokens(outline, () => false);
  inlayHints(workspace, URI, range);
}

/** Pieces that break configs in the ways that typing does. */
const fragment = fc.oneof(
  fc.constantFrom(
    ...['"', "'", '{', '}', '(', ')', '[', ']', '$', '$(', '$var(', '{s.', '#!', '#!ifdef ', '#!define A ', '/*', '*/'],
    ...['\0', '\r', '\n', '\r\n', 'ü', '😀', '\ud800', ';', ',', '=', 'route[', 'route(', 'modparam("', 'loadmodule "'],
    ...[
      'include_file "untitled:a.cfg"\n',
      '#!include_file "x"\n',
      '#!substdef "!A!B!g"\n',
      'flags A:',
      '%',
      '@',
      'event_route[',
    ],
  ),
  fc.string({ maxLength: 8 }),
);

const position = (document: TextDocument, at: number): Position =>
  document.positionAt(Math.floor(at * (document.getText().length + 1)));

describe('no document and no position makes a request fail', () => {
  it('whatever is typed, deleted and asked', async () => {
    let document = TextDocument.create(URI, 'kamailio', 0, SAMPLE);
    const workspace = await workspaceOf(() => [document]);
    const edit = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(60), text: fragment });
    const asked = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), asked, asked, (edits, a, b) => {
        document = TextDocument.create(URI, 'kamailio', 0, SAMPLE);
        for (const [n, { from, cut, text }] of edits.entries()) {
          const start = position(document, from);
          const end = document.positionAt(document.offsetAt(start) + cut);
          document = TextDocument.update(document, [{ range: { start, end }, text }], n + 1);
        }
        askAll(workspace, position(document, a), { start: position(document, a), end: position(document, b) });
      }),
      { numRuns: 60 },
    );
  });

  it('whatever the document is, and wherever the position', async () => {
    let document = TextDocument.create(URI, 'kamailio', 0, '');
    let version = 0;
    const workspace = await workspaceOf(() => [document]);
    const anywhere = fc.record({ line: fc.integer({ min: -5, max: 99 }), character: fc.integer({ min: -5, max: 99 }) });
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), anywhere, anywhere, (parts, start, end) => {
        document = TextDocument.create(URI, 'kamailio', ++version, parts.join(''));
        askAll(workspace, start, { start, end });
      }),
      { numRuns: 150 },
    );
  });

  it('whatever is checked and laid out', async () => {
    let document = TextDocument.create(URI, 'kamailio', 0, '');
    let version = 0;
    const workspace = await workspaceOf(() => [document]);
    await fc.assert(
      fc.asyncProperty(fc.array(fragment, { maxLength: 20 }), fc.nat(SAMPLE.length), async (parts, at) => {
        const text = SAMPLE.slice(0, at) + parts.join('') + SAMPLE.slice(at);
        document = TextDocument.create(URI, 'kamailio', ++version, text);
        const { diagnostics } = await analyze(workspace, URI, check);
        for (const { range } of diagnostics.get(URI)!) {
          expect(document.offsetAt(range.end)).toBeGreaterThanOrEqual(document.offsetAt(range.start));
          expect(range.end.line).toBeLessThan(document.lineCount);
        }
        for (const { range, newText } of formatting(workspace, URI, { tabSize: 4, insertSpaces: true })) {
          const once = TextDocument.applyEdits(document, [{ range, newText }]);
          // Half a surrogate pair has no form in UTF-8, in which configs are laid out.
          const bare = (config: string): string => Buffer.from(config).toString().replace(/\s/g, '');
          expect(bare(once)).toBe(bare(text));
        }
      }),
      {
        numRuns: 20,
        examples: [
          [['\ud800'], 1592],
          [['\ud800'], 0],
        ],
      },
    );
  });

  it('a file that includes itself, and brackets without end', async () => {
    let document = TextDocument.create(URI, 'kamailio', 0, '');
    const workspace = await workspaceOf(() => [document]);
    const texts = [
      'include_file "untitled:a.cfg"\n',
      'f('.repeat(20_000),
      '$('.repeat(20_000),
      '{'.repeat(50_000),
      '"$(a{'.repeat(10_000),
    ];
    for (const [version, text] of texts.entries()) {
      document = TextDocument.create(URI, 'kamailio', version + 1, text);
      const end = document.positionAt(text.length);
      askAll(workspace, end, { start: { line: 0, character: 0 }, end });
    }
  });
});

describe('positions', () => {
  it('go to bytes and back, for every character of any text', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 20 }), (parts) => {
        const document = TextDocument.create(URI, 'kamailio', 1, parts.join(''));
        const text = ConfigText.ofBuffer(document.getText());
        for (let unit = 0; unit <= document.getText().length; unit++) {
          const here = document.positionAt(unit);
          // The second half of a surrogate pair has no byte of its own, nor has the LF of a CRLF.
          if (/[\udc00-\udfff]/.test(document.getText().charAt(unit)) || document.offsetAt(here) !== unit) continue;
          expect(text.position(text.offset(here))).toEqual(here);
        }
        expect(text.offset(document.positionAt(document.getText().length))).toBe(text.bytes.length);
      }),
    );
  });

  it('and texts of findings mix bytes of the config with words of ours', () => {
    expect(utf8('unknown “Ã¼Ã©” … § 7.6')).toBe('unknown “üé” … § 7.6');
    expect(utf8('\xff\xfe')).toBe('\xff\xfe');
  });

  it('are those of the grammar’s lines and columns', () => {
    const text = ConfigText.ofBuffer('a\r\nÄ = "😀x"\n');
    const span = (from: number, to: number) => ({
      at: { file: '', line: 2, column: from },
      end: { file: '', line: 2, column: to },
    });
    expect(text.spanRange(span(1, 2))).toEqual({ start: { line: 1, character: 0 }, end: { line: 1, character: 1 } });
    expect(text.spanRange(span(7, 10))).toEqual({ start: { line: 1, character: 5 }, end: { line: 1, character: 7 } });
    expect(text.spanRange(span(11, 11))).toEqual({ start: { line: 1, character: 7 }, end: { line: 1, character: 8 } });
  });
});
