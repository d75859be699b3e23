import { ToolstackError } from '../model/index.js';
import { unknownDomainMessage } from '../render/errors.js';

/** A command line that cannot be understood. */
export class UsageError extends Error {
  /** How it is written, where that is known. */
  readonly usage: string | undefined;

  constructor(message: string, usage?: string) {
    super(message);
    this.usage = usage;
  }
}

/** A failure for which xl has words of its own: they are printed as they are. */
export class WordedFailure extends Error {
  readonly error: ToolstackError;

  /** @param words end with a line feed */
  constructor(words: string, error: ToolstackError) {
    super(words, { cause: error });
    this.error = error;
  }
}

/** A failure whose command has an exit code of its own for it. */
export class FailureWithExitCode extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, cause: unknown) {
    super('see the cause', { cause });
    this.exitCode = exitCode;
  }
}

/** Lets `work` fail in xl's words when it finds that the domain it is about is not there. */
export async function aboutDomain<Result>(
  command: string,
  reference: string,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof ToolstackError) || thrown.code !== 'no-such-domain') throw thrown;
    throw new WordedFailure(unknownDomainMessage(command, reference), thrown);
  }
}
