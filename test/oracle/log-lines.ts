/** Sorts the log of a server (stderr with `-E`) into what the script said and what the server said. */

const LINE = /^\s*\d+\(\d+\) (ALERT|BUG|CRITICAL|ERROR|WARNING|NOTICE|INFO|DEBUG): ([\s\S]*)$/;
const SCRIPT = '<script>: ';
/** `module [file.c:12]: ` */
const POSITION = /^(.*?\S) \[[^\]\s]+:\d+\]: /;
/** Process number and position inside a line: upstream wrote several messages without a line end between them. */
const INNER = / ?\d+\(\d+\) (?=[A-Z]+: | :)|(?<=[\s:]<core>) \[core\/[\w./]+:\d+\]/g;

export interface LogLines {
  readonly log: string[];
  readonly core: string[];
}

/** @param dir - the run's directory, written `@DIR@` in script lines and left out of core lines, as recordings have it */
export function readLog(text: string, dir: string): LogLines {
  const entries: string[] = [];
  for (const line of text.split('\n')) {
    if (LINE.test(line) || entries.length === 0) entries.push(line);
    else entries[entries.length - 1] += `\n${line}`;
  }
  const log: string[] = [];
  const core: string[] = [];
  for (const entry of entries) {
    const match = LINE.exec(entry.replace(/\n+$/, ''));
    if (match === null) continue;
    const level = match[1]!;
    const rest = match[2]!;
    const at = rest.indexOf(SCRIPT);
    // A log prefix stands before the script's mark, and may hold anything but a line end.
    if (at >= 0 && !rest.slice(0, at).includes('\n') && !POSITION.test(rest.slice(0, at))) {
      log.push(`${level}: ${rest.slice(0, at)}${rest.slice(at + SCRIPT.length)}`.replaceAll(dir, '@DIR@'));
    } else if (level !== 'INFO' && level !== 'DEBUG') {
      core.push(`${level}: ${rest.replace(POSITION, '$1: ').replace(INNER, '')}`.replaceAll(`${dir}/`, ''));
    }
  }
  return { log, core };
}
