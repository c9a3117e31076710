import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * The parser library from the one file that its package carries besides its hundreds of modules: loading those takes a
 * quarter of a second, most of what a short command needs.
 */
async function load(): Promise<typeof import('chevrotain')> {
  try {
    const entry = pathToFileURL(createRequire(import.meta.url).resolve('chevrotain'));
    return await import(new URL('../chevrotain.min.mjs', entry).href);
  } catch {
    // Another release may be laid out otherwise.
    return import('chevrotain');
  }
}

export const { createToken, EmbeddedActionsParser, isRecognitionException, Lexer, MismatchedTokenException } =
  await load();
