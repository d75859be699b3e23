import { setTimeout as delay } from 'node:timers/promises';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../src/cli/base-command.js';
import { endingSignal } from '../src/cli/ending-signal.js';
import { FullScreen } from '../src/cli/full-screen.js';
import type { LoadReport } from '../src/model/index.js';
import { renderJson } from '../src/render/json.js';
import { renderTop, renderTopSummary } from '../src/render/xl/top.js';

export default class Top extends BaseCommand {
  static override summary = 'Watch what domains take of the host, in the columns of xentop.';
  static override description =
    'On a terminal it fills the screen until q is typed. Elsewhere, and with --batch, it prints a ' +
    'table for each look, and one look is what there is unless --iterations says otherwise. ' +
    'Packets and sectors are not counted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -b -i 3 -d 1',
  ];
  static override flags = {
    delay: Flags.integer({
      char: 'd',
      description: 'seconds between two looks',
      default: 3,
      min: 1,
    }),
    iterations: Flags.integer({ char: 'i', description: 'look so often, then end', min: 1 }),
    batch: Flags.boolean({ char: 'b', description: 'one table after the other' }),
    'full-name': Flags.boolean({ char: 'f', description: 'names in full' }),
    vcpus: Flags.boolean({ char: 'v', description: 'the time of each vcpu too' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Top);
    const options = { fullNames: flags['full-name'], vcpus: flags.vcpus };
    const isTerminal = process.stdout.isTTY && process.stdin.isTTY && !flags.batch && !flags.json;
    const looks = flags.iterations ?? (isTerminal ? Number.POSITIVE_INFINITY : 1);
    await endingSignal(async (signal) => {
      const quit = new AbortController();
      const end = AbortSignal.any([signal, quit.signal]);
      const screen = isTerminal
        ? new FullScreen(process.stdin, process.stdout, () => quit.abort())
        : undefined;
      try {
        let before: LoadReport | undefined;
        for (let look = 1; look <= looks && !end.aborted; look += 1) {
          const now = await this.ask((daemon) => daemon.ask('load'));
          const table = renderTop(now, before, options);
          if (flags.json) this.print(renderJson('Load', { item: now }));
          else if (screen === undefined) this.print(table);
          else screen.show(renderTopSummary(now, new Date()) + table);
          before = now;
          if (look < looks) await pause(flags.delay, end);
        }
      } finally {
        screen?.close();
      }
    });
  }
}

/** Not to overlook the end, a signal cuts it short. */
async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
}
