/** How long transactions in progress may take to end after the signal, in milliseconds. */
export const PATIENCE = 3000;

/** How long a start may still take when a signal comes meanwhile, in milliseconds. */
const START_PATIENCE = 5000;

/** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(1);
        stopping = true;
        resolve(signal);
      });
    }
  });
}

/**
 * What a start gives. One that a signal comes upon is let through, so that what it has opened can be closed in order, but
 * not for long.
 */
export async function startedBefore<T>(signal: Promise<unknown>, start: Promise<T>): Promise<T> {
  let done = false;
  let limit: NodeJS.Timeout | undefined;
  void signal.then(() => {
    if (!done) limit = setTimeout(() => process.exit(1), START_PATIENCE);
  });
  try {
    return await start;
  } finally {
    done = true;
    clearTimeout(limit);
  }
}
