import { existsSync, readdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { childPath } from '../../src/xenstore/path.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import { FrameDecoder, MessageType } from '../../src/xenstore/wire.js';
import type { DomainState } from '../../src/xenstored/daemon.js';
import { openStore, TestHost, type TestStore, temporaryDirectory } from './helpers/daemon.js';
import { Fuzzer, type Session } from './helpers/fuzzer.js';
import { bytesInUse } from './helpers/memory.js';

const FRAMES = 1_000_000;
const SESSIONS_AT_ONCE = 8;
const FRAMES_PER_SESSION = 300;
/** The bystander's; no mutation of a fuzzer's domid comes near it. */
const BYSTANDER = 4242;

/** A host that can lose all of its domains but one. */
class FuzzHost extends TestHost {
  isDeserted = false;

  override domainState(domid: number): DomainState {
    return this.isDeserted && domid !== BYSTANDER ? 'gone' : super.domainState(domid);
  }
}

/** Does as a client should, and sees that the store does as it should. */
class Bystander {
  readonly #client: XenStoreClient;
  readonly #watcher: XenStoreClient;
  readonly #path: string;
  #round = 0;

  constructor(client: XenStoreClient, watcher: XenStoreClient, path: string) {
    this.#client = client;
    this.#watcher = watcher;
    this.#path = path;
  }

  get rounds(): number {
    return this.#round;
  }

  async watch(): Promise<AsyncIterator<unknown>> {
    const events = (await this.#watcher.watch(this.#path))[Symbol.asyncIterator]();
    await events.next();
    return events;
  }

  async act(events: AsyncIterator<unknown>): Promise<void> {
    const path = this.#path;
    expect(Number(await this.#client.readText(path))).toBe(this.#round);
    this.#round += 1;
    await this.#client.transaction(async (tx) => {
      await tx.write(path, String(this.#round));
      expect(await tx.readText(path)).toBe(String(this.#round));
    });
    expect((await events.next()).value).toMatchObject({ path });
    expect(await this.#client.list(path)).toEqual([]);
  }
}

/** A way into the daemon: most within the process, some over sockets. */
function transportTo(store: TestStore, { dice }: Fuzzer): Duplex {
  const domid = dice.pick([0, 0, 5, 6, 7]);
  if (dice.roll(10) > 0) return store.daemon.connectLocal(domid);
  const own = join(store.dir, 'domain', String(domid));
  return createConnection(existsSync(own) ? own : store.socketPath);
}

/** Resolves, once the connection has ended, with how many replies came. */
async function run(transport: Duplex, fuzzer: Fuzzer, session: Session): Promise<number> {
  const closed = new Promise((resolve) => transport.once('close', resolve));
  // A fuzzer may be hung up on at any time.
  transport.on('error', () => transport.destroy());
  const decoder = new FrameDecoder();
  let replies = 0;
  transport.on('data', (bytes: Buffer) => {
    decoder.feed(bytes);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      if (frame.type !== MessageType.WATCH_EVENT) replies += 1;
    }
  });
  for (const piece of fuzzer.pieces(session.bytes)) {
    if (transport.writable && !transport.write(piece)) {
      await Promise.race([new Promise((resolve) => transport.once('drain', resolve)), closed]);
    }
  }
  if (session.ending === 'hang up') transport.destroy();
  else transport.end();
  await closed;
  return replies;
}

const openFiles = () => readdirSync('/proc/self/fd').length;

test('a million bad frames bring nothing down, disturb nobody and leave nothing behind', async () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 32);
  const fuzzer = new Fuzzer(seed);
  const host = new FuzzHost();
  const store = await openStore(temporaryDirectory(), host);
  onTestFinished(() => store.close());
  const boss = await store.connect();
  const home = `/local/domain/${BYSTANDER}`;
  await boss.write('/bystander', '0');
  await boss.write(home, '0');
  await boss.setPermissions(home, parsePermissions(`n${BYSTANDER}`));
  const guest = store.as(BYSTANDER);
  const bystanders = [
    new Bystander(boss, await store.connect(), '/bystander'),
    new Bystander(guest, guest, home),
  ];
  const events = await Promise.all(bystanders.map((bystander) => bystander.watch()));
  const act = () =>
    Promise.all(bystanders.map((one, i) => one.act(events[i] as AsyncIterator<unknown>)));
  await act();
  const before = { files: openFiles(), bytes: bytesInUse(), dump: await boss.control('dump') };

  let isOver = false;
  const acting = (async () => {
    while (!isOver) await act();
  })();
  let [sent, answered] = [0, 0];
  const busy = new Set<Promise<void>>();
  while (sent < FRAMES) {
    const session = fuzzer.session(FRAMES_PER_SESSION);
    const running = run(transportTo(store, fuzzer), fuzzer, session).then((replies) => {
      answered += replies;
      busy.delete(running);
    });
    busy.add(running);
    sent += session.frames;
    if (busy.size < SESSIONS_AT_ONCE) continue;
    await Promise.race(busy);
  }
  await Promise.all(busy);
  isOver = true;
  await acting;

  const at = `FUZZ_SEED=${seed}`;
  expect(sent, at).toBeGreaterThanOrEqual(FRAMES);
  // The others were behind what ended their connection, or came when the client was gone.
  expect(answered, at).toBeGreaterThan(FRAMES / 2);
  expect(Math.min(...bystanders.map(({ rounds }) => rounds)), at).toBeGreaterThan(10);
  // Only what a client did may end its connection: an error of ours would show here.
  const reasons = store.lines.filter(({ level }) => level === 'warn' || level === 'error');
  for (const { details, message } of reasons) {
    const { err } = details as { err?: NodeJS.ErrnoException };
    expect({ message, code: err?.code }, `${at}: ${err?.stack}`).toEqual({
      message: 'ended a connection',
      code: expect.stringMatching(/^(EPROTO|ECONNRESET|EPIPE)$/),
    });
  }
  expect(reasons.length).toBeGreaterThan(100);
  expect(await boss.control('check'), at).toBe('OK');

  host.isDeserted = true;
  store.daemon.domainsChanged();
  for (const [above, kept] of [
    ['/', ['tool', 'local', 'bystander']],
    ['/tool', ['xenstored']],
    ['/local', ['domain']],
    ['/local/domain', [String(BYSTANDER)]],
  ] as const) {
    for (const name of await boss.list(above)) {
      if (!kept.some((one) => one === name)) await boss.remove(childPath(above, name));
    }
  }
  await boss.control('check');
  store.lines.length = 0;
  host.rings.clear();
  const figures = (text: string) => text.replace(/^generation.*\n/, '');
  expect(figures(await boss.control('dump')), at).toBe(figures(before.dump));
  expect(openFiles(), at).toBe(before.files);
  expect(bytesInUse() - before.bytes, at).toBeLessThan(16e6);
});
