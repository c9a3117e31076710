import { Level, type Log } from '../observe/log.js';

/**
 * What nothing else has caught: the message or timer that it came from is lost, the server goes on for all others.
 * Upstream's process dies.
 */
export function outlive(log: Log): void {
  const lost = (error: unknown): void => {
    log.context = null;
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.write(Level.CRIT, '<core>', `unexpected: ${what}`);
  };
  process.on('uncaughtException', lost);
  process.on('unhandledRejection', lost);
}
