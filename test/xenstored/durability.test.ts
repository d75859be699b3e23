import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoreView } from '../../src/xenstore/client.js';
import { XenStoreClient } from '../../src/xenstore/client.js';
import { formatPermissions, parsePermissions } from '../../src/xenstore/permissions.js';
import { openStore, type TestStore, temporaryDirectory } from './helpers/daemon.js';

/** The whole tree as one text: path, permissions, value; a line for each node. */
async function dump(view: StoreView, path = '/'): Promise<string[]> {
  const lines = [
    `${path} (${formatPermissions(await view.getPermissions(path))}) ${await view.readText(path)}`,
  ];
  for (const name of await view.list(path)) {
    lines.push(...(await dump(view, path === '/' ? `/${name}` : `${path}/${name}`)));
  }
  return lines;
}

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  directory.remove();
});

/** Opens a store on a copy of a directory, so that the copy may be damaged. */
async function openCopy(name: string, damage: (log: string) => void): Promise<TestStore> {
  const path = join(directory.path, name);
  mkdirSync(path);
  cpSync(join(directory.path, 'original', 'store.log'), join(path, 'store.log'));
  damage(join(path, 'store.log'));
  return openStore({ path, remove: () => undefined });
}

async function openOriginal(): Promise<TestStore> {
  return openStore({ path: join(directory.path, 'original'), remove: () => undefined });
}

describe('a daemon that is started again', () => {
  test('has tree, order, permissions and generation', async () => {
    const first = await openOriginal();
    const before = first.as(0);
    for (const name of ['z', 'b', 'a']) await before.write(`/order/${name}`, `value ${name}`);
    await before.setPermissions('/order/b', parsePermissions('b3,r4,w5'));
    await before.transaction(async (tx) => {
      await tx.write('/tx/one', '1');
      await tx.remove('/order/z');
    });
    await before.write(
      '/bytes',
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
    const tree = await dump(before);
    const second = await first.reopen();
    const after = second.as(0);
    expect(await dump(after)).toEqual(tree);
    expect([...(await after.read('/bytes'))]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    expect(await after.control('check')).toBe('OK');
    expect(second.lines).toEqual([]);
    await second.close();
  });

  test('serves the domains that are still there, and has removed the others', async () => {
    const first = await openOriginal();
    const before = first.as(0);
    for (const domid of [5, 6]) {
      await before.write(`/local/domain/${domid}/data`, '');
      await before.setPermissions(`/local/domain/${domid}/data`, parsePermissions(`n${domid}`));
      await before.introduce(domid, 0x1_0000_0001n, 3);
    }
    first.host.states.set(6, 'gone');
    first.host.rings.clear();
    const second = await first.reopen();
    const after = second.as(0);
    expect(await after.isIntroduced(5)).toBe(true);
    expect(await after.isIntroduced(6)).toBe(false);
    expect(await after.exists('/local/domain/5/data')).toBe(true);
    expect(await after.exists('/local/domain/6/data')).toBe(false);
    const guest = second.host.guest(5);
    await guest.write('data', 'alive');
    expect(await after.readText('/local/domain/5/data')).toBe('alive');
    await second.close();
  });

  test('does not revive dead permission entries, through a compaction either', async () => {
    const first = await openOriginal();
    const before = first.as(0);
    await before.introduce(5, 1n, 1);
    await before.write('/x', 'secret');
    await before.setPermissions('/x', parsePermissions('n0,r5'));
    await before.release(5);
    const big = 'x'.repeat(4000);
    while (!first.lines.some(({ message }) => message === 'compacted the store log')) {
      await Promise.all(Array.from({ length: 100 }, () => before.write('/big', big)));
    }
    const second = await first.reopen();
    const after = second.as(0);
    await after.introduce(5, 1n, 1);
    await expect(second.host.guest(5).read('/x')).rejects.toMatchObject({ code: 'EACCES' });
    await second.close();
  });
});

describe('a damaged log', () => {
  /** Writes step by step; gives the tree after each step. */
  async function history(): Promise<string[][]> {
    const store = await openOriginal();
    const client = store.as(0);
    const trees = [await dump(client)];
    for (let step = 0; step < 6; step++) {
      await client.transaction(async (tx) => {
        await tx.write(`/s/${step}/a`, `value ${step}`);
        await tx.write('/s/last', String(step));
        if (step === 3) await tx.remove('/s/1');
      });
      trees.push(await dump(client));
    }
    await store.close();
    return trees;
  }

  test('torn at any byte it opens at the last whole commit, and keeps the rest aside', async () => {
    const trees = (await history()).map((tree) => tree.join('\n'));
    const whole = readFileSync(join(directory.path, 'original', 'store.log'));
    const reached = new Set<number>();
    for (let size = 0; size < whole.length; size++) {
      const store = await openCopy(`torn-${size}`, (log) => truncateSync(log, size));
      const tree = (await dump(store.as(0))).join('\n');
      const step = trees.indexOf(tree);
      expect(step, `cut to ${size} bytes`).toBeGreaterThanOrEqual(0);
      reached.add(step);
      expect(await store.as(0).control('check')).toBe('OK');
      const aside = readdirSync(store.dir).filter((name) => name.includes('damaged'));
      expect(aside.length, `cut to ${size} bytes`).toBe(
        store.lines.filter(({ level }) => level === 'warn').length,
      );
      await store.daemon.close();
    }
    expect(reached.size).toBe(trees.length - 1);
  });

  test('with a flipped bit in the middle it is cut there, and says so', async () => {
    const trees = (await history()).map((tree) => tree.join('\n'));
    const whole = readFileSync(join(directory.path, 'original', 'store.log'));
    const middle = Math.floor(whole.length / 2);
    for (let offset = middle; offset < middle + 80; offset += 7) {
      const store = await openCopy(`flipped-${offset}`, (log) => {
        const bytes = Buffer.from(whole);
        bytes.writeUInt8(bytes.readUInt8(offset) ^ 0x10, offset);
        writeFileSync(log, bytes);
      });
      const step = trees.indexOf((await dump(store.as(0))).join('\n'));
      expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThan(trees.length - 1);
      const aside = readdirSync(store.dir).find((name) => name.includes('damaged')) ?? '';
      const damagedBytes = readFileSync(join(store.dir, aside)).length;
      expect(store.lines).toMatchObject([{ level: 'warn', details: { damagedBytes } }]);
      await store.as(0).write('/goes', 'on');
      const again = await store.reopen();
      expect(await again.as(0).readText('/goes')).toBe('on');
      expect(again.lines).toEqual([]);
      await again.close();
    }
  });

  test('a commit that is missing from the middle is noticed', async () => {
    await history();
    const store = await openCopy('gap', (log) => {
      const bytes = readFileSync(log);
      const starts: number[] = [];
      for (let at = 0; at < bytes.length; at += 8 + bytes.readUInt32LE(at)) starts.push(at);
      const [from = 0, to = 0] = starts.slice(-3, -1);
      writeFileSync(log, Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]));
    });
    expect(await store.as(0).readText('/s/last')).toBe('2');
    expect(store.lines).toMatchObject([{ level: 'warn' }]);
    await store.close();
  });
});

test('the log does not grow without bound, and nothing is lost while it is compacted', async () => {
  const store = await openOriginal();
  const client = store.as(0);
  const value = 'v'.repeat(3000);
  await Promise.all(Array.from({ length: 700 }, (_, i) => client.write(`/t/${i}`, `${i}`)));
  for (let round = 0; round < 60; round++) {
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        client.write(`/hot/${i % 7}`, `${round} ${i} ${value}`),
      ),
    );
  }
  expect(
    store.lines.filter(({ message }) => message === 'compacted the store log').length,
  ).toBeGreaterThan(1);
  const tree = await dump(client);
  const second = await store.reopen();
  expect(readFileSync(join(second.dir, 'store.log')).length).toBeLessThan(6 * 1024 * 1024);
  expect(await dump(second.as(0))).toEqual(tree);
  expect(existsSync(join(second.dir, 'store.log.new'))).toBe(false);
  await second.close();
});

test('the size of the log follows what lives, not what was', async () => {
  const store = await openOriginal();
  const client = store.as(0);
  const sizeOfLog = () => readFileSync(join(store.dir, 'store.log')).length;
  // Domains come and go: 60 MB of history, and next to nothing left of it.
  const value = 'v'.repeat(2000);
  let written = 0;
  for (let domid = 1; domid <= 1000; domid++) {
    const home = `/local/domain/${domid}`;
    await client.transaction(async (tx) => {
      await Promise.all(Array.from({ length: 30 }, (_, i) => tx.write(`${home}/${i}`, value)));
    });
    await client.remove(home);
    written += 30 * value.length;
  }
  expect(written).toBeGreaterThan(50e6);
  // What lives, three times over, and 4 MB: the promise; a batch may exceed it before it is noticed.
  expect(sizeOfLog()).toBeLessThan(5e6);
  const again = await store.reopen();
  expect(await again.as(0).list('/local/domain')).toEqual([]);
  await again.close();
});

const childScript = fileURLToPath(new URL('./helpers/daemon-child.mjs', import.meta.url));

/** Runs the daemon in a process of its own; resolves once it listens. */
async function startChild(): Promise<ChildProcess> {
  const child = fork(childScript, [directory.path]);
  // A child that cannot start would else be waited for in vain.
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  expect(message).toBe('listening');
  return child;
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

describe('a daemon in a process of its own', () => {
  test('what was acknowledged survives kill -9, again and again', async () => {
    let acknowledged = -1;
    for (let life = 0; life < 5; life++) {
      const child = await startChild();
      const client = await XenStoreClient.connect(join(directory.path, 'socket'));
      const found = Number((await client.maybeRead('/count/last')) ?? -1);
      expect(found).toBeGreaterThanOrEqual(acknowledged);
      expect((await client.maybeList('/count/all'))?.length ?? 0).toBe(found + 1);
      const target = found + 300 + life * 37;
      for (let next = found + 1; !child.killed; next += 20) {
        const numbers = Array.from({ length: 20 }, (_, i) => next + i);
        await Promise.allSettled(
          numbers.map(async (number) => {
            await client.transaction((tx) =>
              Promise.all([
                tx.write(`/count/all/${number}`, ''),
                tx.write('/count/last', `${number}`),
              ]),
            );
            acknowledged = Math.max(acknowledged, number);
            if (number >= target) child.kill('SIGKILL');
          }),
        );
      }
      await exitOf(child);
    }
    expect(acknowledged).toBeGreaterThan(1000);
  });

  test('of several clients nothing acknowledged is lost to kill -9, no transaction halved', async () => {
    const CLIENTS = 5;
    const socketPath = join(directory.path, 'socket');
    /** By client: the number of the last transaction that was acknowledged. */
    const acknowledged = Array.from({ length: CLIENTS }, () => 0);
    /** Writes outside of transactions that were acknowledged. */
    const alone: string[] = [];
    for (let life = 0; life < 4; life++) {
      const child = await startChild();
      const clients = await Promise.all(acknowledged.map(() => XenStoreClient.connect(socketPath)));
      const writing = clients.map(async (client, index) => {
        const mine = `/load/${index}`;
        let next = Number((await client.maybeRead(`${mine}/last`)) ?? 0);
        // The last transaction may have been committed without its client having heard of it.
        expect(next - (acknowledged[index] ?? 0)).toBeOneOf([0, 1]);
        const found = (await client.maybeList(mine)) ?? [];
        expect(found).toHaveLength(next === 0 ? 0 : next + 1);
        for (;;) {
          next += 1;
          const value = String(next);
          await client.transaction(async (tx) => {
            await Promise.all([
              tx.write(`${mine}/${value}/a`, value),
              tx.write(`${mine}/last`, value),
            ]);
            await tx.write('/load/shared', `${index}`);
          });
          acknowledged[index] = next;
          await client.write(`${mine}/${value}/b`, 'x'.repeat(500));
          alone.push(`${mine}/${value}/b`);
          if (next > 60 * (life + 1)) child.kill('SIGKILL');
        }
      });
      const ends = await Promise.allSettled(writing);
      for (const end of ends) {
        expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ECONNRESET' } });
      }
      await exitOf(child);
      const store = await openStore({ path: directory.path, remove: () => undefined });
      const reader = store.as(0);
      expect(await reader.control('check')).toBe('OK');
      for (const [index, last] of acknowledged.entries()) {
        for (let number = 1; number <= last; number++) {
          expect(await reader.readText(`/load/${index}/${number}/a`)).toBe(String(number));
        }
      }
      for (const path of alone) expect(await reader.exists(path), path).toBe(true);
      await store.daemon.close();
    }
  });

  test('a full disk: changes are refused, nothing half done, and all goes on when there is room', async () => {
    const child = await startChild();
    const client = await XenStoreClient.connect(join(directory.path, 'socket'));
    await client.write('/kept', 'old');
    const watch = await client.watch('/kept');
    const events = watch[Symbol.asyncIterator]();
    await events.next();
    limitFileSize(child, '4096');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => client.write(`/many/${i}`, 'x'.repeat(2000))),
    );
    // They came in one turn, so they share one write to the log, and its fate.
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ENOSPC' } });
    }
    await expect(
      client.transaction((tx) => tx.write('/kept', 'x'.repeat(4000))),
    ).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await client.exists('/many')).toBe(false);
    expect(await client.readText('/kept')).toBe('old');
    limitFileSize(child, 'unlimited');
    await client.write('/kept', 'new');
    expect((await events.next()).value).toMatchObject({ path: '/kept' });
    expect(await client.control('check')).toBe('OK');
    child.kill('SIGKILL');
    await exitOf(child);
    const reopened = await openStore({ path: directory.path, remove: () => undefined });
    expect(await reopened.as(0).readText('/kept')).toBe('new');
    expect(await reopened.as(0).exists('/many')).toBe(false);
    expect(reopened.lines).toEqual([]);
    await reopened.close();
  });
});

/** How much a process may write to a file, in bytes: stands in for a disk that is full. */
function limitFileSize(child: ChildProcess, soft: string): void {
  execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${soft}:unlimited`]);
}
