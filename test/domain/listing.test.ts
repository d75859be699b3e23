import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  currentIncarnation,
  findDomain,
  incarnationsOf,
  listDomains,
} from '../../src/domain/index.js';
import { type Domid, uuid } from '../../src/model/index.js';
import { TestGround } from '../daemon/helpers/embedded.js';

const ONE = uuid('abcd1234-0000-4000-8000-000000000001');
const TWO = uuid('abcd1234-0000-4000-8000-000000000002');

let ground: TestGround;
beforeEach(async () => {
  ground = await TestGround.start();
});
afterEach(() => ground.close());

/** A domain of which there is nothing but what is looked at here. It is paused. */
async function bare(id: typeof ONE, name?: string): Promise<Domid> {
  const domid = await ground.hypervisor.createDomain({ uuid: id, type: 'pv', maxVcpus: 1 });
  if (name !== undefined) await ground.store.write(`/local/domain/${domid}/name`, name);
  return domid;
}

async function found(reference: string): Promise<Domid> {
  return (await findDomain(ground.host, reference)).domid;
}

describe('a domain is found', () => {
  test('by domid, name, UUID and the beginning of one', async () => {
    const one = await bare(ONE, 'one');
    const two = await bare(TWO, 'two');
    for (const reference of [String(one), 'one', ONE, ONE.toUpperCase(), ONE.replaceAll('-', '')]) {
      expect(await found(reference)).toBe(one);
    }
    await ground.hypervisor.destroyDomain(two);
    for (const length of [4, 8, 9, 10, 35]) expect(await found(ONE.slice(0, length))).toBe(one);
    expect(await found('ABCD12340000')).toBe(one);
    expect(await found('Domain-0')).toBe(0);
  });

  test('by its name before the beginning of the UUID of another', async () => {
    await bare(ONE, 'one');
    const two = await bare(uuid('00000000-0000-4000-8000-000000000009'), 'abcd');
    expect(await found('abcd')).toBe(two);
  });

  test('by its name while that is on its way from the source to the destination', async () => {
    await bare(ONE, 'web--migratedaway');
    const destination = await bare(ONE, 'web--incoming');
    await ground.hypervisor.unpauseDomain(destination);
    await expect(found('web')).rejects.toMatchObject({ code: 'no-such-domain' });
    ground.host.names.claim('web', ONE);
    expect(await found('web')).toBe(destination);
    ground.host.names.release('web', ONE);
    await expect(found('web')).rejects.toMatchObject({ code: 'no-such-domain' });
  });

  test('by UUID where it runs, when it is on the host twice', async () => {
    const running = await ground.domain('web', `uuid = "${ONE}"`);
    await bare(ONE, 'web--incoming');
    expect(await found(ONE)).toBe(running);
    expect(await found(ONE.slice(0, 6))).toBe(running);
    expect((await currentIncarnation(ground.host, ONE))?.domid).toBe(running);
    expect(await incarnationsOf(ground.host, ONE)).toHaveLength(2);
  });
});

describe('no domain is found', () => {
  test.each(['99', 'nobody', 'abc', '----', 'abcd-zz', 'abcd9', TWO, '32752', ''])(
    'by "%s"',
    async (reference) => {
      await bare(ONE, 'one');
      await expect(found(reference)).rejects.toMatchObject({
        code: 'no-such-domain',
        message: `${reference} is an invalid domain identifier (rc=-6)`,
      });
    },
  );

  test('by the beginning of two UUIDs, and both are named', async () => {
    await bare(ONE, 'one');
    await bare(TWO, 'two');
    await expect(found('abcd1234')).rejects.toMatchObject({
      code: 'no-such-domain',
      message: '"abcd1234" begins the UUIDs of several domains',
      suggestions: [`Say ${ONE}.`, `Say ${TWO}.`],
    });
  });

  test('by the name or UUID of one that is dying', async () => {
    const domid = await ground.domain('web', `uuid = "${ONE}"`);
    await ground.until(`/local/domain/${domid}/device/vbd/51712/state`, (state) => state === '4');
    // Asked in one go: the back ends have not let go of its pages yet.
    const [, byName, byUuid] = await Promise.allSettled([
      ground.hypervisor.destroyDomain(domid),
      found('web'),
      found(ONE),
    ]);
    expect([byName.status, byUuid.status]).toEqual(['rejected', 'rejected']);
  });
});

test('a domain without a name in the tree is listed without one', async () => {
  const domid = await bare(ONE);
  const listed = await listDomains(ground.host);
  expect(listed.map((domain) => [domain.domid, domain.name])).toEqual([
    [0, 'Domain-0'],
    [domid, null],
  ]);
});
