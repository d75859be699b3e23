import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Domovoi, type Result } from '../e2e/helpers/domovoi.js';

const KERNEL = fileURLToPath(new URL('../../examples/kernels/tiny', import.meta.url));
/** Where `capture.sh` had its files. */
const CAPTURED_DIR = '/tmp/';

/** The guests and files of `capture.sh`, on the embedded machine. */
export class PreparedHost {
  readonly #host = new Domovoi();
  readonly #dir = mkdtempSync(join(tmpdir(), 'dvx-'));

  constructor() {
    for (const [name, text] of Object.entries(configs(this.#dir))) {
      writeFileSync(join(this.#dir, `${name}.cfg`), text);
    }
    writeFileSync(join(this.#dir, 'initrd'), 'a ramdisk');
    for (const disk of ['a', 'b'])
      writeFileSync(join(this.#dir, `${disk}.img`), Buffer.alloc(65536));
  }

  /** As many processors as the captured host has. */
  async start(): Promise<void> {
    await this.#host.ok('machine', 'start', '--cpus', '2');
  }

  /** Runs the words of a captured command line; what it says has the paths of the capture. */
  async run(words: readonly string[]): Promise<Result> {
    const here = words.map((word) => word.replaceAll(CAPTURED_DIR, `${this.#dir}/`));
    const { code, stdout, stderr } = await this.#host.run(here, { cwd: this.#dir });
    const there = (text: string): string =>
      text
        .replaceAll(KERNEL, '/guest/vmlinuz')
        .replaceAll(`${this.#dir}/initrd`, '/guest/initrd')
        .replaceAll(`${this.#dir}/`, CAPTURED_DIR);
    return { code, stdout: there(stdout), stderr: there(stderr) };
  }

  /** Makes what is missing of the guests, and has them as they were captured. */
  async prepare(state: string): Promise<void> {
    const wanted = GUESTS[state];
    if (wanted === undefined) throw new Error(`nobody knows how to prepare "${state}"`);
    const { items } = await this.#host.json<{ items: readonly Listed[] }>('list');
    const left: Listed[] = [];
    for (const domain of items.filter(({ domid }) => domid !== 0)) {
      const { name, domid, paused, shutdown } = domain;
      const how = paused ? 'paused' : 'running';
      if (shutdown === undefined && wanted[name ?? ''] === how) left.push(domain);
      else await this.#host.ok('destroy', String(domid));
    }
    for (const [name, how] of Object.entries(wanted)) {
      if (left.some((domain) => domain.name === name)) continue;
      const paused = how === 'paused' ? ['-p'] : [];
      await this.#host.ok('create', '-q', ...paused, join(this.#dir, `${name}.cfg`));
      if (how === 'running') await this.#host.ok('wait', name, '--for', 'connected');
    }
  }

  async close(): Promise<void> {
    await this.#host.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

interface Listed {
  readonly domid: number;
  readonly name: string | null;
  readonly paused: boolean;
  readonly shutdown?: string;
}

const RUNNING_AND_PAUSED = { pv1: 'running', pv2: 'paused' } as const;
/** Which guests there are in a state of the capture. */
const GUESTS: Readonly<Record<string, Readonly<Record<string, 'running' | 'paused'>>>> = {
  'no guest': {},
  'pv1 is paused': { pv1: 'paused' },
  'pv2 is paused': { pv2: 'paused' },
  'pv1 runs': { pv1: 'running' },
  'pv1 and pv2 are paused': { pv1: 'paused', pv2: 'paused' },
  'pv1 runs; pv2 is paused': RUNNING_AND_PAUSED,
};

export function canBePrepared(state: string): boolean {
  return GUESTS[state] !== undefined;
}

function configs(dir: string): Readonly<Record<string, string>> {
  const guest = (name: string, ...lines: string[]): string =>
    [
      `name = "${name}"`,
      'type = "pv"',
      `kernel = "${KERNEL}"`,
      `ramdisk = "${dir}/initrd"`,
      'extra = "console=hvc0 quiet mitigations=off"',
      'memory = 128',
      'vcpus = 1',
      ...lines,
      '',
    ].join('\n');
  return {
    pv1: guest(
      'pv1',
      'uuid = "11111111-1111-4111-8111-111111111111"',
      'maxvcpus = 2',
      'maxmem = 160',
      `disk = [ 'format=raw,vdev=xvda,access=rw,target=${dir}/a.img' ]`,
      "vif = [ 'mac=00:16:3e:aa:bb:cc,bridge=xenbr0' ]",
    ),
    pv2: guest('pv2', 'uuid = "22222222-2222-4222-8222-222222222222"'),
    pv3: guest('pv3', "on_poweroff = 'preserve'"),
    syntax: 'name = "bad"\nmemory = \n',
    noname: guest('x').replace(/^name.*\n/, ''),
    badmem: guest('x', 'memory = "lots"'),
    badcpus: guest('x', 'vcpus = 3', 'maxvcpus = 2'),
    badaction: guest('x', 'on_crash = "explode"'),
    baduuid: guest('x', 'uuid = "zz"'),
    baddisk: guest('x', "disk = [ 'nonsense=1' ]"),
    nodisk: guest('x', "disk = [ 'format=raw,vdev=xvda,access=rw,target=/nonexistent.img' ]"),
    badvif: guest('x', "vif = [ 'nonsense=1' ]"),
    badtype: guest('x', 'type = "nonsense"'),
    nokernel: guest('x', 'kernel = "/nonexistent"'),
    badkernel: guest('x', 'kernel = "/etc/passwd"'),
    nomem: guest('x', 'memory = 90000'),
  };
}
