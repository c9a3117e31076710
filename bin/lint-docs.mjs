/** `node bin/lint-docs.mjs`: writes docs/lint.md from the lint rules. */
import { writeFileSync } from 'node:fs';
import { prepare, ROOT } from './prepare.mjs';

prepare();
const { RULES } = await import('../dist/src/check/lint/index.js');
const { lintPage } = await import('../dist/src/check/lint/page.js');
writeFileSync(`${ROOT}docs/lint.md`, lintPage(RULES));
process.stdout.write(`${RULES.length} lint rules in docs/lint.md\n`);
