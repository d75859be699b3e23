import { describe, expect } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';
import { type ExpectedDomain, IDLE_HOST, oneDomain } from './helpers/expected-tree.js';
import { dump, pathAndPermissions, storeTest, valueAt, withoutNumbers } from './helpers/store.js';

const MIGRATIONS = 20;

interface Example extends ExpectedDomain {
  readonly name: string;
  readonly memoryMib: number;
  readonly vcpus: number;
}

const EXAMPLES: readonly Example[] = [
  { name: 'pv', memoryMib: 64, vcpus: 1, maxVcpus: 1, vmKeys: ['image/ostype'] },
  { name: 'pvh', memoryMib: 64, vcpus: 1, maxVcpus: 2, vmKeys: [] },
  { name: 'hvm', memoryMib: 256, vcpus: 2, maxVcpus: 2, vmKeys: ['image/ostype'], isHvm: true },
  { name: 'busy', memoryMib: 128, vcpus: 2, maxVcpus: 2, vmKeys: ['image/ostype'] },
];

interface Identity {
  readonly domid: number;
  readonly uuid: string;
}

describe('a domain of an example', () => {
  storeTest.concurrent.for(EXAMPLES)(
    '$name is created, migrated twenty times and destroyed, and the store shows just that',
    async (example, { onTestFinished }) => {
      const { name } = example;
      const host = new Domovoi();
      onTestFinished(() => host.close());
      expect(await host.ok('list')).toMatch(table([]));
      const idle = await dump(host);
      expect(idle.map(pathAndPermissions)).toEqual(IDLE_HOST);

      await host.ok('create', exampleConfig(name));
      const born = await identityOf(host, name);
      const birth = await dump(host);
      expectOneDomain(birth, born, example);
      expect(await host.ok('domname', String(born.domid))).toBe(`${name}\n`);

      let last = born;
      for (let count = 1; count <= MIGRATIONS; count++) {
        const said = await host.ok('migrate', name, 'localhost');
        const now = await identityOf(host, name);
        expect(said).toMatch(/^Migration successful\.\n/);
        expect(said).toContain(`${name}: domid ${last.domid} -> ${now.domid}, UUID ${born.uuid}\n`);
        expect(now.uuid).toBe(born.uuid);
        expect(now.domid).toBeGreaterThan(last.domid);
        const tree = await dump(host);
        expectOneDomain(tree, now, example);
        expect(withoutNumbers(tree, now)).toEqual(withoutNumbers(birth, born));
        expect(valueAt(tree, `/vm/${born.uuid}/start_time`)).toMatch(/^\d+\.\d\d$/);
        expect(await host.ok('list')).toMatch(table([{ ...example, domid: now.domid }]));
        last = now;
      }

      await host.ok('destroy', name);
      expect(await host.ok('list')).toMatch(table([]));
      expect(await dump(host)).toEqual(idle);
    },
  );
});

function expectOneDomain(tree: readonly string[], identity: Identity, expected: Example): void {
  const paths = withoutNumbers(tree, identity).map(pathAndPermissions).sort();
  expect(paths).toEqual(oneDomain(expected));
}

async function identityOf(host: Domovoi, name: string): Promise<Identity> {
  const domid = Number(await host.ok('domid', name));
  const [, row] = (await host.ok('list', '--verbose', name)).split('\n');
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(row ?? '')?.[0] ?? '';
  return { domid, uuid };
}

interface Row {
  readonly name: string;
  readonly domid: number;
  readonly memoryMib: number;
  readonly vcpus: number;
}

/** The whole of what `xl list` prints: widths as in its printf, times as they come. */
function table(guests: readonly Row[]): RegExp {
  const dom0: Row = { name: 'Domain-0', domid: 0, memoryMib: 1024, vcpus: 4 };
  const rows = [dom0, ...guests].map(
    ({ name, domid, memoryMib, vcpus }) =>
      `${name.padEnd(40)} ${right(domid)} ${right(memoryMib)} ${right(vcpus)}` +
      '     [r-][b-]----  (?= *\\d+\\.\\d\\n).{8}\\n',
  );
  const header =
    'Name                                        ID   Mem VCPUs\tState\tTime\\(s\\)\\n';
  return new RegExp(`^${header}${rows.join('')}$`);
}

function right(value: number): string {
  return String(value).padStart(5);
}
