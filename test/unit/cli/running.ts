import { vi } from 'vitest';
import { main } from '../../../src/cli/main.js';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `kts …` in this process. */
export async function kts(...args: string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const into = (keep: (text: string) => void) => (text: string | Uint8Array) => {
    keep(typeof text === 'string' ? text : Buffer.from(text).toString('latin1'));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(into((text) => (out += text)));
  vi.spyOn(process.stderr, 'write').mockImplementation(into((text) => (err += text)));
  process.exitCode = undefined;
  await main(args);
  const status = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  vi.restoreAllMocks();
  return { status, out, err };
}
