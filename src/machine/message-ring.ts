/** What Xen keeps of its messages unless it is told otherwise (`conring_size`). */
const RING_BYTES = 16 * 1024;

/** The hypervisor's console ring: its last messages, whole lines, for `dmesg`. */
export class MessageRing {
  #lines: string[] = [];
  #bytes = 0;

  /** Adds one line, and lets the oldest go when there are too many. */
  add(message: string): void {
    const line = `(XEN) ${message}\n`;
    this.#lines.push(line);
    this.#bytes += line.length;
    while (this.#bytes > RING_BYTES) this.#bytes -= this.#lines.shift()?.length ?? this.#bytes;
  }

  read(options: { readonly clear: boolean }): string {
    const text = this.#lines.join('');
    if (options.clear) {
      this.#lines = [];
      this.#bytes = 0;
    }
    return text;
  }
}
