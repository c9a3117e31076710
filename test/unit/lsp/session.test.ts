import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Editor } from './client.js';

/** A session as editors have them: many small changes, with requests between them, in any order. */
const editor = new Editor();
beforeAll(async () => {
  await editor.start();
});
afterAll(async () => {
  expect(editor.logged).toEqual([]);
  expect(await editor.stop()).toBe(0);
});

const TEXT = `#!KAMAILIO
loadmodule "pv.so"
loadmodule "tm.so"
request_route {
  route(A);
  $var(x) = "ü😀 $ru";
}
route[A] { t_relay(); exit; }
`;
const METHODS = [
  'completion',
  'hover',
  'signatureHelp',
  'definition',
  'prepareRename',
  'documentSymbol',
  'foldingRange',
];

it('knows the same text as the editor, and answers everything', async () => {
  const step = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(6),
    text: fc.constantFrom('"', '{', '}', '\n', '\r\n', 'é', '😀', '#!ifdef X\n', 'route(', '$(', '/*', '', 'x;', '\0'),
    method: fc.constantFrom(...METHODS),
  });
  let session = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const uri = editor.uri(`/nowhere/s${session++}.cfg`);
      let here = TextDocument.create(uri, 'kamailio', 0, TEXT);
      await editor.open(uri, TEXT);
      const answers: Promise<unknown>[] = [];
      for (const [n, { at, cut, text, method }] of steps.entries()) {
        const start = here.positionAt(Math.floor(at * (here.getText().length + 1)));
        const end = here.positionAt(here.offsetAt(start) + cut);
        const change = { range: { start, end }, text };
        here = TextDocument.update(here, [change], n + 1);
        await editor.change(uri, [change]);
        answers.push(editor.request(method, uri, { position: start }));
      }
      await Promise.all(answers);
      const whole = editor.uri(`/nowhere/w${session}.cfg`);
      await editor.open(whole, here.getText());
      const [typed, opened] = await Promise.all([uri, whole].map((u) => editor.request('semanticTokens/full', u)));
      expect(typed).toEqual(opened);
      await editor.close(uri);
      await editor.close(whole);
    }),
    { numRuns: 12 },
  );
});
