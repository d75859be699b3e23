/** Signals that ask a command to end; each with the exit code that a shell gives for it. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs what has something to put right at its end, such as a terminal's mode: a signal to end
 * aborts it instead of ending the process under it. Sets the exit code when that happened.
 */
export async function endingSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const listeners = Object.entries(SIGNALS).map(([name, exitCode]) => {
    const listener = (): void => {
      process.exitCode = exitCode;
      end.abort();
    };
    process.once(name, listener);
    return () => process.off(name, listener);
  });
  try {
    await work(end.signal);
  } finally {
    for (const stopListening of listeners) stopListening();
  }
}
