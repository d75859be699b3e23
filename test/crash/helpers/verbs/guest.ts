import { type DomainConfig, parseDomainConfig } from '../../../../src/config/index.js';
import type { Changing, Leaving, Standing } from '../../../../src/domain/index.js';
import { type CompleteConfig, consoleDevice } from '../../../../src/layout/index.js';
import { domid, kib, uuid } from '../../../../src/model/index.js';
import { DISK, EXAMPLES, KERNEL } from '../../../daemon/helpers/embedded.js';
import type { CrashHost } from '../crash-host.js';

/** The domain that everything is done to. */
export const NAME = 'pv';
export const FILE = `${EXAMPLES}/crash.cfg`;

export const TEXT = `
name = "${NAME}"
type = "pv"
kernel = "${KERNEL}"
memory = 16
maxmem = 32
vcpus = 2
disk = [ '${DISK},raw,xvda,rw' ]
vif = [ 'mac=00:16:3e:00:00:01,bridge=xenbr0' ]
`;

/** Makes it, and waits until it has connected its devices. */
export async function created(host: CrashHost, ...overrides: readonly string[]): Promise<void> {
  await host.created(TEXT, overrides);
  await host.rests();
}

/** For {@link created}, where nothing is to be said about it. */
export const running = (host: CrashHost): Promise<void> => created(host);

/*
 * The same domain as plans see it. Their steps depend on what it is, not on its numbers.
 */

const UUID = uuid('7d41e7c2-3ebe-480b-935a-7cc581f25e53');
const parsed: DomainConfig = parseDomainConfig(TEXT, { file: FILE }).config;
export const CONFIG = { ...parsed, uuid: UUID } as CompleteConfig;

export const LEAVING: Leaving = {
  domid: domid(1),
  uuid: UUID,
  name: NAME,
  devices: [consoleDevice(domid(1), 2).address],
};

export const CHANGING: Changing = { ...LEAVING, type: 'pv' };

export const STANDING: Standing = {
  info: {
    domid: domid(1),
    uuid: UUID,
    type: 'pv',
    running: true,
    blocked: false,
    paused: false,
    shutdown: undefined,
    dying: false,
    memoryKib: kib(16384),
    maxMemoryKib: kib(33792),
    vcpus: 2,
    maxVcpus: 2,
    cpupool: 0,
    cpuTimeNs: 0,
  },
  name: NAME,
  config: CONFIG,
};
