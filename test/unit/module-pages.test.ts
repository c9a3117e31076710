import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MODULES } from '../../src/modules/index.js';
import { modulePage } from '../../src/registry/module-page.js';

describe('docs/modules says what the manifests say (npm run docs writes it)', () => {
  for (const [name, load] of Object.entries(MODULES)) {
    test(name, async () => {
      const page = readFileSync(new URL(`../../docs/modules/${name}.md`, import.meta.url), 'utf8');
      expect(page).toBe(modulePage(await load()));
    });
  }
});
