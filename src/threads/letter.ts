/** What one script thread tells another. Plain data: it crosses as a structured clone. */
export interface Letter {
  readonly to: number;
  readonly from: number;
  /** Names the handler; for an answer empty. */
  readonly kind: string;
  readonly payload: unknown;
  /** Number of a question that wants an answer, or of the question that this answers; 0: neither. */
  readonly ask: number;
  /** The group whose worker runs this as a task; absent for letters that are no tasks. */
  readonly task?: string;
}

export function isAnswer(letter: Letter): boolean {
  return letter.kind === '';
}

/** A way to one other thread; letters keep their order. */
export interface LetterPort {
  post(letters: readonly Letter[]): void;
}
