import type { XenStoreClient } from '../../xenstore/client.js';
import { readConsoleInput } from '../console-ring.js';
import { FRAMES } from './frames.js';
import type { Guest } from './guest.js';
import { LineEditor } from './line-editor.js';

const PROMPT = '# ';
const HELP = 'help uptime free nproc ls-devices echo sync poweroff reboot crash\n';

/** What sits at the guest's console: echoes what is typed and obeys a few commands. */
export class Shell {
  readonly #guest: Guest;
  readonly #store: XenStoreClient;
  readonly #editor = new LineEditor();
  readonly #startedAt = performance.now();
  #work: Promise<void> = Promise.resolve();

  constructor(guest: Guest, store: XenStoreClient) {
    this.#guest = guest;
    this.#store = store;
  }

  /** Listens to the console from now on. */
  start(): void {
    const { events, consolePort } = this.#guest.domain;
    events.listen(consolePort, () => this.#read());
    this.#read();
  }

  #read(): void {
    const { domain } = this.#guest;
    if (!this.#guest.hasStore(this.#store) || !domain.runnable) return;
    const typed = readConsoleInput(domain.memory, FRAMES.consoleRing);
    if (typed.length === 0) return;
    // There is room for more.
    domain.events.notify(domain.consolePort);
    let echoed = '';
    for (const key of typed.toString('latin1')) {
      const { echo, line } = this.#editor.type(key);
      echoed += echo;
      if (line !== undefined) this.#enqueue(line);
    }
    this.#guest.print(echoed);
  }

  #enqueue(line: string): void {
    this.#work = this.#work
      .then(() => this.#run(line))
      .catch(() => undefined)
      .then(() => this.#guest.print(PROMPT));
  }

  async #run(line: string): Promise<void> {
    const guest = this.#guest;
    const { domain } = guest;
    const [command = '', ...words] = line.trim().split(/\s+/);
    switch (command) {
      case '':
        return;
      case 'help':
        return guest.print(HELP);
      case 'echo':
        return guest.print(`${words.join(' ')}\n`);
      case 'uptime':
        return guest.print(`up ${Math.floor((performance.now() - this.#startedAt) / 1000)} s\n`);
      case 'free':
        return guest.print(`${domain.memoryKib} KiB\n`);
      case 'nproc':
        return guest.print(`${domain.vcpus.online}\n`);
      case 'sync':
        return;
      case 'ls-devices':
        return guest.print(await this.#listDevices());
      case 'poweroff':
      case 'reboot':
        return guest.shutdown(command);
      case 'crash':
      case 'panic':
        guest.print('Kernel panic - not syncing: asked for on the console\n');
        return guest.shutdown('crash');
      default:
        return guest.print(`${command}: not found\n`);
    }
  }

  async #listDevices(): Promise<string> {
    let listed = '';
    for (const kind of (await this.#store.maybeList('device')) ?? []) {
      for (const id of (await this.#store.maybeList(`device/${kind}`)) ?? []) {
        const state = await this.#store.maybeRead(`device/${kind}/${id}/state`);
        listed += `${kind} ${id} state ${state ?? '-'}\n`;
      }
    }
    return listed;
  }
}
