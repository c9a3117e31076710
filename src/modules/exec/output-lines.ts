/** Characters that upstream reads at once: a longer line counts as several. */
const LONGEST = 1023;

/** Lines of a command's output: blanks at their ends and what follows a NUL cut off, empty ones left out. */
export function outputLines(output: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf('\n', at);
    const end = Math.min(lineEnd < 0 ? output.length : lineEnd + 1, at + LONGEST);
    const line = trimmed(output, at, end);
    if (line !== '') lines.push(line);
    at = end;
  }
  return lines;
}

function trimmed(output: string, start: number, end: number): string {
  const nul = output.indexOf('\0', start);
  let last = nul < 0 ? end : Math.min(nul, end);
  while (last > start && ' \t\r\n'.includes(output[last - 1]!)) last--;
  return output.slice(start, last);
}
