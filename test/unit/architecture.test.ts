import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What each area may import besides itself; docs/architecture.md explains the shape. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  grammar: ['src/script/regex'],
  'src/sip': [],
  'src/clock': [],
  'src/net': ['src/clock', 'src/sip'],
  'src/shm': ['src/clock'],
  'src/db': ['src/clock'],
  'src/rpc': ['src/net', 'src/clock'],
  'src/observe': ['grammar', 'src/net', 'src/rpc', 'src/script'],
  'src/script': ['src/net', 'src/observe', 'src/registry', 'src/sip'],
  'src/registry': ['src/clock', 'src/db', 'src/net', 'src/observe', 'src/rpc', 'src/script', 'src/shm', 'src/sip'],
  'src/check': ['grammar', 'src/registry', 'src/script'],
  'src/compile': ['grammar', 'src/check', 'src/registry', 'src/script'],
  'src/lsp': ['grammar', 'src/check', 'src/clock', 'src/core', 'src/modules', 'src/observe', 'src/registry'],
  'src/port': ['grammar', 'src/check', 'src/core', 'src/modules', 'src/observe', 'src/registry'],
  'src/tm': ['src/clock', 'src/net', 'src/observe', 'src/registry', 'src/script', 'src/shm', 'src/sip'],
  'src/threads': ['src/net', 'src/observe', 'src/registry', 'src/sip'],
  'src/modules': [
    'src/clock',
    'src/db',
    'src/net',
    'src/observe',
    'src/registry',
    'src/rpc',
    'src/script',
    'src/shm',
    'src/sip',
    'src/tm',
  ],
};

function filesUnder(dir: string): string[] {
  return readdirSync(join(ROOT, dir), { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.name.endsWith('.ts'))
    .map((e) => relative(ROOT, join(e.parentPath, e.name)));
}

function areaOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'src' ? parts.slice(0, 2).join('/') : parts[0]!;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const targets = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((m) => m[1]!);
  return targets.map((t) => relative(ROOT, resolve(ROOT, dirname(file), t)));
}

describe('imports go one way', () => {
  for (const [area, allowed] of Object.entries(MAY_IMPORT)) {
    test(`${area} imports only ${['itself', ...allowed].join(', ')}`, () => {
      const wrong = filesUnder(area).flatMap((file) =>
        importsOf(file)
          .filter((target) => areaOf(target) !== area && !allowed.some((a) => target.startsWith(`${a}/`)))
          .map((target) => `${file} → ${target}`),
      );
      expect(wrong).toEqual([]);
    });
  }
});
