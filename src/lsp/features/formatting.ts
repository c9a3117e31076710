import { dirname } from 'node:path';
import type { FormattingOptions, Range, TextEdit } from 'vscode-languageserver';
import { formatSafely } from '../../../grammar/print/safely.js';
import { utf8 } from '../text.js';
import type { Workspace } from '../workspace.js';

/** The layout that `kts fmt` gives a file, or some lines of it; nothing for a file that is not valid. */
export function formatting(
  workspace: Workspace,
  path: string,
  { insertSpaces, tabSize }: FormattingOptions,
  range?: Range,
): TextEdit[] {
  const { files, options } = workspace;
  const text = files.text(path);
  if (!text) return [];
  const root = workspace.root(path);
  const formatted = formatSafely(
    {
      file: path,
      text: text.bytes,
      read: (file) => files.text(utf8(file))?.bytes ?? null,
      env: process.env,
      cwd: dirname(root),
      compat: options.compat,
      defines: options.defines,
    },
    {
      indent: insertSpaces ? ' '.repeat(Math.min(8, Math.max(1, tabSize))) : '\t',
      ...(range && { range: { from: range.start.line + 1, to: range.end.line + 1 } }),
    },
  );
  if (!formatted.ok || formatted.text === text.bytes) return [];
  return [changedPart(text.bytes, formatted.text)].map(({ start, end, newText }) => ({
    range: text.range(start, end),
    newText: Buffer.from(newText, 'latin1').toString('utf8'),
  }));
}

/** The least part of a text to replace so that it becomes the other: the cursor stays where it can. */
function changedPart(before: string, after: string): { start: number; end: number; newText: string } {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  // Never between the bytes of a character.
  while (start > 0 && isInside(before, start)) start--;
  while (end > 0 && isInside(before, before.length - end)) end--;
  return { start, end: before.length - end, newText: after.slice(start, after.length - end) };
}

const isInside = (bytes: string, at: number): boolean => (bytes.charCodeAt(at) & 0xc0) === 0x80;
