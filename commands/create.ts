import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { optionalWords } from '../src/cli/arguments.js';
import { readConfigFile, readConfigWords } from '../src/cli/config-words.js';
import { openConsole } from '../src/cli/console-line.js';
import { converse } from '../src/cli/console-session.js';
import { endingSignal } from '../src/cli/ending-signal.js';
import { FailureWithExitCode, UsageError, WordedFailure } from '../src/cli/failure.js';
import { follow, type Outcome } from '../src/cli/follow.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { SILENT_PRINTER } from '../src/cli/progress-printer.js';
import { watchOver } from '../src/cli/watch-over.js';
import { requestedBy } from '../src/client/requested-by.js';
import {
  type CreateRequest,
  type JsonObject,
  parseDomid,
  ToolstackError,
  type Uuid,
} from '../src/model/index.js';
import { EXIT_FAILURE, EXIT_NO_CONFIG } from '../src/render/errors.js';

export default class Create extends OperationCommand {
  static override summary = 'Create a domain from an xl.cfg file.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> examples/busy.cfg',
    '<%= config.bin %> <%= command.id %> --paused examples/busy.cfg memory=256 \'name="web"\'',
    '<%= config.bin %> <%= command.id %> --dry-run examples/busy.cfg',
  ];
  static override usage = '<%= command.id %> [FILE] [KEY=VALUE]... [FLAGS]';
  static override args = {
    file: optionalWords(
      'the configuration, - for standard input; and key=value settings, read after it',
    ),
  };
  static override flags = {
    paused: Flags.boolean({ char: 'p', description: 'leave the domain paused' }),
    defconfig: Flags.string({
      char: 'f',
      description: 'the configuration file',
      helpValue: 'FILE',
    }),
    'dry-run': Flags.boolean({
      ...OperationCommand.baseFlags['dry-run'],
      char: 'n',
      aliases: ['dryrun'],
    }),
    debug: Flags.boolean({ char: 'd', description: 'print the configuration as it was read' }),
    unsupervised: Flags.boolean({
      char: 'e',
      description: 'do nothing when the domain stops by itself',
    }),
    layout: Flags.option({
      options: ['xl'] as const,
      description: 'write only the keys that xl writes',
    })(),
    console: Flags.boolean({ char: 'c', description: 'attach to the console; Ctrl-] leaves it' }),
    foreground: Flags.boolean({
      char: 'F',
      description: 'stay, and tell what happens to the domain until it is gone',
    }),
    vncviewer: Flags.boolean({ char: 'V', hidden: true }),
    'vncviewer-autopass': Flags.boolean({ char: 'A', hidden: true }),
    // There is no xl.conf here, and so nothing to ignore.
    'ignore-global-affinity-masks': Flags.boolean({ char: 'i', hidden: true }),
  };

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(Create);
    if (flags.vncviewer || flags['vncviewer-autopass']) {
      throw new UsageError('no VNC viewer is started here: leave -V and -A out');
    }
    const { file, overrides } = readConfigWords(argv as string[], flags.defconfig);
    if (file === undefined) throw noFile();
    const text = await readConfigFile(file);
    if (!flags.quiet && !flags.json) process.stderr.write(`Parsing config from ${file}\n`);
    const request: CreateRequest = {
      text,
      file: resolve(file),
      cwd: process.cwd(),
      overrides,
      // xl too attaches to the console before anything can be said on it.
      paused: flags.paused || flags.console || false,
      requestedBy: requestedBy(),
      ...(flags.unsupervised ? { unsupervised: true } : {}),
      ...(flags.layout === undefined ? {} : { layout: flags.layout }),
      ...(flags.debug && !flags.json ? { debug: true } : {}),
    };
    const made = await asXlExits(this.perform((daemon) => daemon.change('create', request), flags));
    if (made === undefined) return;
    if (flags.console) await this.#converse(made, flags.paused);
    if (flags.foreground && !flags.unsupervised) await this.#watchOver(made, flags.json);
  }

  /** Lets the domain run, unless it is to stay paused, once its console is listened to. */
  async #converse({ uuid }: Outcome, staysPaused: boolean): Promise<void> {
    const { path } = await this.ask((daemon) => daemon.ask('console', { domain: uuid }));
    const line = await openConsole(path);
    try {
      if (!staysPaused) await this.#unpause(uuid);
    } catch (error) {
      line.close();
      throw error;
    }
    await endingSignal((signal) => converse(line, process.stdin, process.stdout, signal));
  }

  async #unpause(uuid: Uuid): Promise<void> {
    const request = { domain: uuid, requestedBy: requestedBy() };
    await follow(await this.ask((daemon) => daemon.change('unpause', request)), SILENT_PRINTER);
  }

  async #watchOver({ uuid, name, state }: Outcome, isQuiet: boolean): Promise<void> {
    const domid = parseDomid(String(state.newDomid));
    if (domid === undefined) return;
    const config = (state.config ?? {}) as JsonObject;
    await watchOver(
      (question) => this.ask(question),
      { domid, uuid, name, config },
      (line) => isQuiet || process.stderr.write(`${line}\n`),
    );
  }
}

function noFile(): FailureWithExitCode {
  const message = 'Config file not specified and none in save file';
  const error = new ToolstackError('EINVAL', message, { suggestions: ['See --help.'] });
  return new FailureWithExitCode(EXIT_NO_CONFIG, new WordedFailure(`${message}\n`, error));
}

/** A config that cannot be read has another exit code than a domain that cannot be made. */
async function asXlExits<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof ToolstackError) || thrown.code !== 'config-invalid') throw thrown;
    throw new FailureWithExitCode(EXIT_FAILURE, thrown);
  }
}
