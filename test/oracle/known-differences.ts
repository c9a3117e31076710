import { existsSync, readFileSync } from 'node:fs';

const FILE = new URL('../../docs/differences.md', import.meta.url);

/**
 * Cases in which kts differs on purpose: names after `Oracle cases:` in docs/differences.md, where the paragraph says what
 * upstream does, what kts does, and why users are better off. A name may be a whole group's.
 */
export function knownDifferences(): (caseName: string) => boolean {
  const names = existsSync(FILE)
    ? [...readFileSync(FILE, 'utf8').matchAll(/^Oracle cases:(.*)$/gm)].flatMap((m) =>
        m[1]!.split(/[\s,`]+/).filter((n) => n !== ''),
      )
    : [];
  const known = new Set(names);
  return (name) => {
    for (let path = name; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/'))))
      if (known.has(path)) return true;
    return false;
  };
}
