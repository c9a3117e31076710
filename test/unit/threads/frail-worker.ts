import { threadId } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Letter } from '../../../src/threads/letter.js';
import { letterPort, READY, readLetters, type ServeTask, STOP } from '../../../src/threads/supervisor.js';

/** Serves as a script thread does, and does what letters tell it: answers, throws where nobody catches, ends, refuses. */
export default function serve({ index, port, present }: ServeTask): Promise<void> {
  const { refuses, refusals } = Piscina.workerData as {
    readonly refuses: string | null;
    /** How many starts are still to be refused. */
    readonly refusals: Int32Array;
  };
  const fails = Atomics.load(refusals, 0) > 0 && Atomics.sub(refusals, 0, 1) > 0;
  if (refuses === 'throws') throw new Error('nothing works here');
  const out = letterPort(port);
  const post = (letter: Partial<Letter>): void =>
    out.post([{ to: 0, from: index, kind: '', payload: null, ask: 0, ...letter }]);
  return new Promise((done) => {
    readLetters(port, (letters) => {
      for (const { kind, payload, ask } of letters) {
        if (kind === 'echo') post({ payload, ask });
        if (kind === 'present') post({ payload: present, ask });
        if (kind === 'exit') process.exit(3);
        if (kind === 'throw') throw new Error('nobody catches this');
        if (kind === STOP) {
          port.close();
          done();
        }
      }
    });
    post({ kind: READY, payload: { reason: fails ? 'not yet' : refuses, threadId } });
  });
}
