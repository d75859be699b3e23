import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../src/cli/base-command.js';
import { escapeText } from '../src/render/escape.js';
import { renderJson } from '../src/render/json.js';

export default class Dmesg extends BaseCommand {
  static override summary = "Print the hypervisor's own messages.";
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --clear',
  ];
  static override flags = {
    clear: Flags.boolean({ char: 'c', description: 'forget the messages that are printed' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Dmesg);
    const { text } = await this.ask((daemon) => daemon.ask('messages', { clear: flags.clear }));
    if (flags.json) {
      const lines = text.split('\n').filter((line) => line !== '');
      return this.print(renderJson('Messages', { items: lines }));
    }
    this.print(text.split('\n').map(escapeText).join('\n'));
  }
}
