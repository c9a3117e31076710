import type { Host } from '../../registry/host.js';
import type { ParamValues } from '../../registry/module.js';
import type { SipMessage } from '../../sip/message.js';
import type { params as definitions } from './params.js';
import { type Command, type Outcome, Shell } from './shell.js';
import { variablesOf } from './variables.js';

/** The shell of one script thread. */
export class Exec {
  readonly #shell: Shell;

  constructor(
    readonly host: Host,
    private readonly params: ParamValues<typeof definitions>,
  ) {
    this.#shell = new Shell(host.clock, params.time_to_kill);
  }

  error(text: string): -1 {
    this.host.log.error('exec', text);
    return -1;
  }

  /** Runs a command that is told about a request; its output, and whether it went well (logged when it did not). */
  run(msg: SipMessage, text: string, input: string | null, output: Command['output']): Promise<Answer> {
    const variables = this.params.setvars !== 0 ? variablesOf(msg, this.params.bash_safety !== 0) : {};
    return this.#ask({ text, variables, input, output });
  }

  /** Runs a command that is told nothing. */
  runAlone(text: string): Promise<Answer> {
    return this.#ask({ text, variables: {}, input: null, output: 'ignore' });
  }

  stop(): void {
    this.#shell.stop();
  }

  async #ask(command: Command): Promise<Answer> {
    const outcome = await this.#shell.run(command);
    const problem = problemOf(outcome);
    if (problem !== null) this.error(`cmd ${command.text} failed. ${problem}`);
    return {
      output: outcome.end === 'failed' ? null : outcome.output,
      code: outcome.end === 'exit' && outcome.status === 0 ? 1 : -1,
    };
  }
}

/** What a command gave. */
export interface Answer {
  /** Null when it did not end by itself. */
  readonly output: string | null;
  readonly code: 1 | -1;
}

/** What is worth a line in the log: an exit status is not, as commands answer with it. */
function problemOf(outcome: Outcome): string | null {
  if (outcome.end === 'exit') return null;
  return outcome.end === 'signal' ? `ended by ${outcome.signal}` : outcome.reason;
}
