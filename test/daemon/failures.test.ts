import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  config,
  DISK,
  type Environment,
  EXAMPLES,
  finished,
  KERNEL,
  TestHost,
} from './helpers/embedded.js';

let host: TestHost;
let uuid: string;
beforeEach(async () => {
  host = await TestHost.start();
  const state = await host.created(config('first'));
  uuid = String(state.uuid);
  await isConnected(String(state.newDomid));
});
afterEach(async () => {
  await host.close();
});

/** The devices of the first domain have come to rest: nothing of it changes any more. */
async function isConnected(domid: string): Promise<void> {
  for (const device of ['vbd/51712', 'vif/0']) {
    await host.until(`/local/domain/${domid}/device/${device}/state`, (state) => state === '4');
  }
}

const NOWHERE = '/nowhere/to/be/found';

const FAILURES: readonly {
  readonly what: string;
  readonly overrides: (uuid: string) => string[];
  readonly code: string;
  readonly message: RegExp;
  readonly step: string;
  readonly env?: Environment;
}[] = [
  {
    what: 'an unknown kernel',
    overrides: () => [`kernel="${NOWHERE}"`],
    code: 'ENOENT',
    message: /cannot read the kernel: .*\/nowhere\/to\/be\/found/,
    step: 'build',
  },
  {
    what: 'a kernel that is none',
    overrides: () => [`kernel="${DISK}"`],
    code: 'ENOEXEC',
    message: /is no kernel/,
    step: 'build',
  },
  {
    what: 'an unknown ramdisk',
    overrides: () => [`ramdisk="${NOWHERE}"`],
    code: 'ENOENT',
    message: /cannot read the ramdisk/,
    step: 'build',
  },
  {
    what: 'a name that is taken',
    overrides: () => ['name="first"'],
    code: 'EEXIST',
    message: /domain with name "first" already exists: 1/,
    step: 'check-identity',
  },
  {
    what: 'a UUID that is taken',
    overrides: (taken) => [`uuid="${taken}"`],
    code: 'EEXIST',
    message: /a domain with UUID .* is on this host already/,
    step: 'check-identity',
  },
  {
    what: 'more memory than there is',
    overrides: () => ['memory=100000'],
    code: 'ENOMEM',
    message: /the host has \d+ MiB free, the domain needs 100000 MiB/,
    step: 'prepare-domain',
  },
  {
    what: 'a disk that is missing',
    overrides: () => [`disk=["${DISK},raw,xvdb,rw","${NOWHERE},raw,xvda,rw"]`],
    code: 'EIO',
    message: /vbd 51712 of domain \d+ cannot be plugged in: .*\/nowhere\/to\/be\/found/,
    step: 'await-back-ends',
  },
  {
    what: 'a driver domain that is not there',
    overrides: () => ['vif=["backend=drivers"]'],
    code: 'ENOENT',
    message: /there is no driver domain "drivers"/,
    step: 'add-devices',
  },
  {
    what: 'a driver domain that has no drivers',
    overrides: () => ['vif=["backend=first"]'],
    code: 'ETIMEDOUT',
    message: /the back end of vif 0 of domain \d+ did not answer within 300 ms/,
    step: 'await-back-ends',
    env: { DOMOVOI_BACKEND_TIMEOUT_MS: '300' },
  },
];

describe('a create that fails', () => {
  test.each(FAILURES)('because of $what leaves nothing behind', async (failure) => {
    const before = await host.traces();
    const { overrides, code, message, step, env } = failure;
    if (env !== undefined) {
      await host.stopDaemon();
      await host.startDaemon(env);
    }
    const end = await finished(await host.create(config('second'), overrides(uuid)));
    expect(end.status).toBe('failed');
    expect(end.error?.code).toBe(code);
    expect(end.error?.message).toMatch(message);
    const name = failure.what === 'a name that is taken' ? 'first' : 'second';
    expect(end.error?.where).toMatch(new RegExp(`^domain ${name}, step ${step}`));
    expect(await host.traces()).toEqual(before);

    const { operations } = await host.api.ask('history', { limit: 1 });
    const [operation] = operations;
    expect(operation?.id).toBe(end.operation);
    expect(operation?.status).toBe('failed');
    expect(operation?.error).toEqual(end.error);
    const failed = operation?.steps.find(({ error }) => error !== undefined);
    expect([failed?.step.name, failed?.status]).toEqual([step, 'undone']);
    const { domains } = await host.api.ask('domains');
    expect(domains.map((domain) => domain.name)).toEqual(['Domain-0', 'first']);
  });

  test('can be tried again with the fault corrected', async () => {
    await finished(await host.create(config('second'), [`kernel="${NOWHERE}"`]));
    await host.created(config('second'));
  });
});

describe('what fails before it begins', () => {
  test('a broken config names file, line and column', async () => {
    await expect(host.create('name = "x"\nmemory = \n')).rejects.toMatchObject({
      code: 'config-invalid',
      where: expect.stringMatching(new RegExp(`^${join(EXAMPLES, 'test.cfg')}:[23]:\\d+$`)),
    });
    await expect(host.create(config('x', 'vcpus = "many"'))).rejects.toMatchObject({
      code: 'config-invalid',
      where: `${join(EXAMPLES, 'test.cfg')}:8:9`,
    });
  });

  test('an unknown key is warned about, and the domain is created', async () => {
    const warnings: string[] = [];
    const text = `name = "x"\nkernel = "${KERNEL}"\nmemory = 8\ntype = "pv"\nvcpu = 2\n`;
    for await (const line of await host.create(text)) {
      if (line.event === 'warning') warnings.push(`${line.where} ${line.message}`);
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/test\.cfg:5:1 .*vcpu.*vcpus/);
  });

  test.each(['destroy', 'migrate'] as const)('%s of a domain that is not there', async (what) => {
    const request = { domain: 'nobody', requestedBy: 'test', destination: 'localhost' };
    await expect(host.api.change(what, request)).rejects.toMatchObject({
      code: 'no-such-domain',
      message: 'nobody is an invalid domain identifier (rc=-6)',
    });
  });

  test.each(['destroy', 'migrate'] as const)('%s of domain 0', async (what) => {
    const request = { domain: '0', requestedBy: 'test', destination: 'localhost' };
    await expect(host.api.change(what, request)).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringContaining('domain 0 cannot be'),
    });
  });

  test('a migration to another host', async () => {
    const request = { domain: 'first', requestedBy: 'test', destination: 'elsewhere' };
    await expect(host.api.change('migrate', request)).rejects.toMatchObject({ code: 'ENOTSUP' });
  });

  test('of two destroys of one domain the second finds it gone', async () => {
    const first = host.destroyed('first');
    const second = host.destroyed('first');
    await first;
    await expect(second).rejects.toMatchObject({ code: 'no-such-domain' });
  });
});

describe('a migration that fails', () => {
  test('of a paused domain leaves it paused where it was', async () => {
    await host.created(config('second'), [], true);
    const before = await host.traces();
    const end = await finished(await host.migrate('second'));
    expect(end.status).toBe('failed');
    expect(end.error?.code).toBe('EINVAL');
    expect(end.error?.message).toBe(
      'the domain cannot be migrated: it is paused, and has to run to be suspended: unpause it',
    );
    expect(end.error?.where).toBe('domain second, step check-migration');
    expect(await host.traces()).toEqual(before);
  });

  test('of a domain whose host has no room for two of it', async () => {
    await host.created(config('second'), ['memory=2000']);
    const end = await finished(await host.migrate('second'));
    expect(end.error?.message).toMatch(/has \d+ MiB free and it needs 2000 MiB/);
  });

  test('of a domain that must not be migrated', async () => {
    await host.created(config('second', 'nomigrate = 1'));
    const end = await finished(await host.migrate('second'));
    expect(end.error?.message).toMatch(/nomigrate/);
  });

  test.each([
    'precopy:after',
    'suspend:after',
    'stop-and-copy:after',
    'verify-memory:after',
    'introduce:after',
    'rename-away:after',
    'go:before',
  ])('at %s leaves the source running as it was', async (point) => {
    await host.stopDaemon();
    await host.startDaemon({ DOMOVOI_FAULT: `${point}=fail` });
    const before = await host.traces();
    const end = await finished(await host.migrate('first'));
    expect(end.status).toBe('failed');
    expect(end.error?.code).toBe('EIO');
    expect(end.error?.where).toBe(`domain first, step ${point.split(':')[0]}`);
    expect(await host.traces()).toEqual(before);
    await host.stopDaemon();
    await host.startDaemon();
    await host.migrated('first');
  });
});
