import { parseDiskWords, parseVifWords } from '../../../../src/config/index.js';
import { planAttach, planDetach, planMedium } from '../../../../src/domain/index.js';
import { consoleDevice } from '../../../../src/layout/index.js';
import { domid } from '../../../../src/model/index.js';
import { DISK, EXAMPLES } from '../../../daemon/helpers/embedded.js';
import type { CrashHost } from '../crash-host.js';
import { CHANGING, created, NAME, running } from './guest.js';
import { change, type Verb } from './verb.js';

const domain = NAME;
const cwd = EXAMPLES;
const MAC = '00:16:3e:00:00:02';
const BLOCK = { domain, cwd, specification: `${DISK},raw,xvdb,r` };
const NETWORK = { domain, cwd, specification: `mac=${MAC}` };

const disk = parseDiskWords(BLOCK.specification);
const { vif } = parseVifWords(NETWORK.specification, 'pv');
const { address } = consoleDevice(domid(1), 2);
const departing = { address, name: 'one', state: 4 };

const withDevice =
  (kind: 'block-attach' | 'network-attach', device: typeof BLOCK) =>
  async (host: CrashHost): Promise<void> => {
    await running(host);
    await host.perform(kind, device);
    await host.rests();
  };
const withDisk = withDevice('block-attach', BLOCK);
const withVif = withDevice('network-attach', NETWORK);

const INSERT = { domain, device: 'hdc', target: DISK, cwd };
const withDrive = (host: CrashHost): Promise<void> =>
  created(host, 'type="hvm"', "disk+=[',hdc:cdrom,r']");
const withMedium = async (host: CrashHost): Promise<void> => {
  await withDrive(host);
  await host.perform('cd-insert', INSERT);
};
const media = { before: disk, after: disk };

/** What is done to the devices of a running domain. */
export const DEVICES: readonly Verb[] = [
  change('block-attach', BLOCK, {
    steps: planAttach(CHANGING, { type: 'disk', disk }).steps,
    prepare: running,
  }),
  change('network-attach', NETWORK, {
    steps: planAttach(CHANGING, { type: 'vif', vif } as never).steps,
    prepare: running,
  }),
  ...[false, true].flatMap((force) => {
    const { steps } = planDetach(CHANGING, departing, force);
    const title = (kind: string) => (force ? `${kind} --force` : kind);
    return [
      change(
        'block-detach',
        { domain, device: 'xvdb', force },
        { title: title('block-detach'), steps, prepare: withDisk },
      ),
      change(
        'network-detach',
        { domain, device: MAC, force },
        { title: title('network-detach'), steps, prepare: withVif },
      ),
    ];
  }),
  change('cd-insert', INSERT, {
    steps: planMedium('cd-insert', CHANGING, address, media).steps,
    prepare: withDrive,
  }),
  change(
    'cd-eject',
    { domain, device: 'hdc' },
    { steps: planMedium('cd-eject', CHANGING, address, media).steps, prepare: withMedium },
  ),
];
