import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { ApiClient } from '../client/api-client.js';
import { withDaemon } from '../client/ensure.js';
import { findStateDir, type StateDir } from '../runtime/state-dir.js';

/** What all commands share: `--json`, the state directory, the way to the daemon. */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: 'print JSON: {apiVersion, kind, item or items}' }),
  };

  private knownStateDir: StateDir | undefined;

  protected get stateDir(): StateDir {
    this.knownStateDir ??= findStateDir();
    return this.knownStateDir;
  }

  /** Asks the daemon, and starts machine and daemon where they do not run. */
  protected ask<Reply>(question: (daemon: ApiClient) => Promise<Reply>): Promise<Reply> {
    return withDaemon(this.stateDir, { stderr: process.stderr }, question);
  }

  /** Prints text that has its own line feeds. */
  protected print(text: string): void {
    process.stdout.write(text);
  }
}
