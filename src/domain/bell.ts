/** Lets one who looks again and again sleep in between, and wakes him when there is something new. */
export class Bell {
  #hasRung = false;
  #wake: () => void = () => undefined;

  /** Rung often before it is heard, it is heard once. */
  ring(): void {
    this.#hasRung = true;
    this.#wake();
  }

  /** Resolves when the bell is rung, or was since it was heard last; after `ms`; or on the abort. */
  async heard(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal.aborted) await this.#sleep(ms, signal);
    this.#hasRung = false;
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }
}
