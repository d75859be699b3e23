import type { ReplyLine } from '../model/index.js';
import { progressTeller } from '../render/progress.js';
import { truncate } from '../render/table.js';

const CLEAR_LINE = '\r\u001b[2K';

export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressPrinter {
  show(line: ReplyLine): void;
  /** Takes the live line away. To be called once, whatever happened. */
  end(): void;
}

/**
 * Tells how an operation goes: on a terminal in one live line, elsewhere line by line.
 * @param steps whether elsewhere each step is a line too, or only what went wrong
 */
export function progressPrinter(
  output: Terminal,
  { steps = true }: { readonly steps?: boolean } = {},
): ProgressPrinter {
  const tell = progressTeller();
  const isLive = output.isTTY === true;
  return {
    show(line) {
      const said = tell(line);
      if (said === undefined) return;
      if (!isLive) {
        if (said.weight !== 'fleeting' && (steps || !isRetold(line)))
          output.write(`${said.text}\n`);
      } else if (said.weight === 'lasting') {
        output.write(`${CLEAR_LINE}${said.text}\n`);
      } else {
        // A terminal without a size has 0 columns. The last cell stays free, because some terminals
        // begin a new line when it is written.
        output.write(CLEAR_LINE + truncate(said.text, (output.columns || 80) - 1));
      }
    },
    end() {
      if (isLive) output.write(CLEAR_LINE);
    },
  };
}

/** Steps that fail are told of once more, as the error that ends the command. */
function isRetold(line: ReplyLine): boolean {
  return line.event === 'progress' || (line.event === 'step' && line.status !== 'undo-failed');
}

/** For `--quiet` and `--json`. */
export const SILENT_PRINTER: ProgressPrinter = {
  show: () => undefined,
  end: () => undefined,
};
