import { messageOf } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { recordEvent } from '../record-event.js';
import { domidIn, textIn, uuidIn } from '../step-state.js';

/**
 * Writes a domain's memory to `args.file`. With `args.tolerant` a failure is only recorded: what a
 * crashed domain needs most is to be done with.
 */
export function dumpCore(host: Host): StepHandler {
  return {
    async do({ state, args, operation, signal }) {
      const domid = domidIn(state, 'domid');
      const file = textIn(args, 'file');
      const domain = { uuid: uuidIn(state), domid };
      try {
        await host.dumps.write(file, operation, (output) =>
          host.hypervisor.dumpCore(domid, output, signal),
        );
      } catch (thrown) {
        if (args.tolerant !== true) throw thrown;
        const error = messageOf(thrown);
        recordEvent(host, domain, 'dumped', { file, error });
        return { dumpError: error };
      }
      recordEvent(host, domain, 'dumped', { file });
      return { file };
    },
    undo: ({ args, operation }) => host.dumps.discard(textIn(args, 'file'), operation),
  };
}
