/** `npm run docs`: writes docs/modules from the manifests of the modules, docs/core-parameters.md
 * from their table, and grammar/grammar.txt from the parser. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { prepare, ROOT } from './prepare.mjs';

prepare();
const { MODULES } = await import('../dist/src/modules/index.js');
const { moduleIndex, modulePage } = await import('../dist/src/registry/module-page.js');
const dir = `${ROOT}docs/modules`;
mkdirSync(dir, { recursive: true });
for (const old of readdirSync(dir)) rmSync(`${dir}/${old}`);
const defs = await Promise.all(
  Object.keys(MODULES)
    .sort()
    .map((name) => MODULES[name]()),
);
for (const def of defs) writeFileSync(`${dir}/${def.name}.md`, modulePage(def));
writeFileSync(`${dir}/README.md`, moduleIndex(defs));
const { coreParamsPage } = await import('../dist/src/registry/core-params-page.js');
writeFileSync(`${ROOT}docs/core-parameters.md`, coreParamsPage());
const { grammarText } = await import('../dist/grammar/grammar-text.js');
writeFileSync(`${ROOT}grammar/grammar.txt`, grammarText());
process.stdout.write(`${defs.length} module pages in docs/modules, docs/core-parameters.md, grammar/grammar.txt\n`);
