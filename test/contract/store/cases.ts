import { expect } from 'vitest';
import { encodeFrames, MessageType } from '../../../src/xenstore/wire.js';
import type { RawClient } from './raw-client.js';

/** A store to be tested, whoever made it. */
export interface StoreUnderTest {
  /** A new connection of domain 0. */
  connect(): Promise<RawClient>;
}

/** What any store daemon must do, told by what is seen on the wire. */
export interface StoreCase {
  readonly name: string;
  run(store: StoreUnderTest): Promise<void>;
}

const OK = 'OK\0';
const T = MessageType;

export const storeCases: readonly StoreCase[] = [
  {
    name: 'READ gives the bytes that were written, and adds none',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.write('/c/v', 'x\0y\0')).toBe(OK);
      expect(await a.read('/c/v')).toBe('x\0y\0');
      expect(await a.write('/c/v', '')).toBe(OK);
      expect(await a.read('/c/v')).toBe('');
    },
  },
  {
    name: 'request and transaction id come back, also with an error',
    run: async (store) => {
      const a = await store.connect();
      const reply = await a.frame(T.READ, '/c/none\0', 77);
      expect([reply.type, reply.transactionId, reply.payload.toString()]).toEqual([
        T.ERROR,
        77,
        'ENOENT\0',
      ]);
      const watch = await a.frame(T.WATCH, '/c\0t\0', 78);
      expect([watch.type, watch.transactionId]).toEqual([T.WATCH, 78]);
    },
  },
  {
    name: 'what it does not know is ENOSYS',
    run: async (store) => {
      const a = await store.connect();
      for (const type of [15, 16, 20, 23, 127, 0xffff_ffff]) {
        expect(await a.ask(type, '/\0'), `type ${type}`).toBe('ENOSYS');
      }
      expect(await a.ask(999, '')).toBe('ENOSYS');
    },
  },
  {
    // C 4.17 answers with whatever error was left over from before; oxenstored agrees with us.
    name: 'a path needs exactly one NUL, at its end',
    run: async (store) => {
      const a = await store.connect();
      for (const type of [T.READ, T.DIRECTORY, T.GET_PERMS, T.MKDIR, T.RM]) {
        for (const payload of ['', '/tool', '/tool\0/tool\0', '/tool\0\0']) {
          expect(await a.ask(type, payload), `${type} ${payload}`).toBe('EINVAL');
        }
      }
    },
  },
  {
    name: 'path grammar',
    run: async (store) => {
      const a = await store.connect();
      for (const path of [
        '',
        '//',
        '/a/',
        '/a//b',
        '/a.b',
        '/a b',
        '/a:b',
        '/ä',
        '@x',
        'a/',
        '.',
      ]) {
        expect(await a.read(path), path).toBe('EINVAL');
      }
      expect(await a.write('/c/A-Za-z0-9_@', 'ok')).toBe(OK);
      const long = `/${'x'.repeat(2047)}`;
      expect(await a.read(long)).toBe('ENOENT');
      expect(await a.read(`${long}x`)).toBe('EINVAL');
      const home = '/local/domain/12345/';
      expect(await a.read(`${home}${'x'.repeat(2048)}`)).toBe('ENOENT');
      expect(await a.read(`${home}${'x'.repeat(2049)}`)).toBe('EINVAL');
    },
  },
  {
    name: 'relative paths lie below the home of domain 0',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.write('rel/x', '1')).toBe(OK);
      expect(await a.read('/local/domain/0/rel/x')).toBe('1');
      expect(await a.read('rel/x')).toBe('1');
    },
  },
  {
    name: 'missing parents are made, empty, with the permissions of the nearest node',
    run: async (store) => {
      const a = await store.connect();
      await a.mkdir('/c');
      expect(await a.setPermissions('/c', 'n0', 'r0')).toBe(OK);
      expect(await a.write('/c/p/q', '1')).toBe(OK);
      expect(await a.read('/c/p')).toBe('');
      expect(await a.getPermissions('/c/p')).toBe('n0\0r0\0');
      expect(await a.getPermissions('/c/p/q')).toBe('n0\0r0\0');
    },
  },
  {
    name: 'MKDIR of what exists changes nothing',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/m', 'kept');
      expect(await a.mkdir('/c/m')).toBe(OK);
      expect(await a.read('/c/m')).toBe('kept');
    },
  },
  {
    name: 'RM: a subtree, a missing node, a missing parent, the root',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/r/s/t', '1');
      expect(await a.rm('/c/r')).toBe(OK);
      expect(await a.read('/c/r/s/t')).toBe('ENOENT');
      expect(await a.rm('/c/r')).toBe(OK);
      expect(await a.rm('/c/r/s')).toBe('ENOENT');
      expect(await a.rm('/')).toBe('EINVAL');
      expect(await a.list('/')).toContain('c\0');
    },
  },
  {
    name: 'DIRECTORY lists in order of creation; a leaf has zero bytes',
    run: async (store) => {
      const a = await store.connect();
      for (const name of ['z', 'm', 'a']) await a.write(`/c/${name}`, '');
      expect(await a.list('/c')).toBe('z\0m\0a\0');
      await a.rm('/c/z');
      await a.write('/c/z', '');
      expect(await a.list('/c')).toBe('m\0a\0z\0');
      expect(await a.list('/c/a')).toBe('');
    },
  },
  {
    name: 'DIRECTORY of exactly 4096 bytes fits, of one name more is E2BIG',
    run: async (store) => {
      const a = await store.connect();
      // 128 names of 31 characters and a NUL.
      const names = Array.from({ length: 128 }, (_, i) => `n${String(i).padStart(30, '0')}`);
      await Promise.all(names.map((name) => a.write(`/c/${name}`, '')));
      expect((await a.list('/c')).length).toBe(4096);
      await a.write('/c/x', '');
      expect(await a.list('/c')).toBe('E2BIG');
    },
  },
  {
    name: 'DIRECTORY_PART gives whole names from a byte offset, under one generation',
    run: async (store) => {
      const a = await store.connect();
      const names = Array.from({ length: 300 }, (_, i) => `name-${i}-${'x'.repeat(i % 40)}`);
      await Promise.all(names.map((name) => a.write(`/c/${name}`, '')));
      const listing = names.map((name) => `${name}\0`).join('');
      let gathered = '';
      const generations = new Set<string>();
      for (let isLast = false; !isLast; ) {
        const answer = await a.ask(T.DIRECTORY_PART, `/c\0${gathered.length}\0`);
        expect(answer.length).toBeLessThanOrEqual(4096);
        const head = answer.indexOf('\0');
        generations.add(answer.slice(0, head));
        const part = answer.slice(head + 1);
        isLast = part.endsWith('\0\0');
        gathered += isLast ? part.slice(0, -1) : part;
      }
      expect(gathered).toBe(listing);
      expect(generations.size).toBe(1);
      const [generation] = generations;
      const end = `${generation}\0\0`;
      expect(await a.ask(T.DIRECTORY_PART, `/c\0${listing.length}\0`)).toBe(end);
      expect(await a.ask(T.DIRECTORY_PART, '/c\x00999999\0')).toBe(end);
      const junk = await a.ask(T.DIRECTORY_PART, '/c\0junk\0');
      expect(junk.startsWith(`${generation}\0${names[0]}\0`)).toBe(true);
    },
  },
  {
    name: 'the generation of DIRECTORY_PART counts what happens to the node, not below it',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/k/l', '');
      const generation = async () => (await a.ask(T.DIRECTORY_PART, '/c\x000\0')).split('\0')[0];
      const first = await generation();
      await a.write('/c/k', 'new');
      await a.write('/c/k/m', '');
      expect(await generation()).toBe(first);
      await a.write('/c/n', '');
      const second = await generation();
      expect(second).not.toBe(first);
      await a.setPermissions('/c', 'r0');
      expect(await generation()).not.toBe(second);
    },
  },
  {
    name: 'permissions: letters, numbers in three bases, what is no permission',
    run: async (store) => {
      const a = await store.connect();
      await a.mkdir('/c');
      expect(await a.getPermissions('/c')).toBe('n0\0');
      expect(await a.setPermissions('/c', 'b0', 'r0x10', 'w010', 'n3', 'r-1')).toBe(OK);
      expect(await a.getPermissions('/c')).toBe('b0\0r16\0w8\0n3\0r-1\0');
      for (const wrong of ['x0', 'r', '0', 'r1x', '']) {
        expect(await a.setPermissions('/c', 'n0', wrong), wrong).toBe('EINVAL');
      }
      expect(await a.setPermissions('/c')).toBe('EINVAL');
      expect(await a.ask(T.SET_PERMS, '/c\0n0')).toBe('EINVAL');
      expect(await a.setPermissions('/c/none', 'n0')).toBe('ENOENT');
    },
  },
  {
    name: 'transactions: ids, nesting, bad ends, ends that come twice',
    run: async (store) => {
      const a = await store.connect();
      const tx = await a.start();
      expect(tx).toBeGreaterThan(0);
      expect(await a.ask(T.TRANSACTION_START, '\0', tx)).toBe('EBUSY');
      expect(await a.ask(T.TRANSACTION_END, 'X\0', tx)).toBe('EINVAL');
      expect(await a.ask(T.TRANSACTION_END, 'T', tx)).toBe('EINVAL');
      expect(await a.end(tx)).toBe(OK);
      expect(await a.end(tx)).toBe('ENOENT');
      expect(await a.end(0)).toBe('ENOENT');
      expect(await a.read('/tool', tx)).toBe('ENOENT');
    },
  },
  {
    name: 'a transaction sees its own changes; others see them when it ends, or never',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      const tx = await a.start();
      await a.write('/c/x', '1', tx);
      expect(await a.read('/c/x', tx)).toBe('1');
      expect(await a.list('/c', tx)).toBe('x\0');
      expect(await a.read('/c/x')).toBe('ENOENT');
      expect(await b.read('/c/x')).toBe('ENOENT');
      expect(await a.end(tx)).toBe(OK);
      expect(await b.read('/c/x')).toBe('1');
      const given = await a.start();
      await a.rm('/c', given);
      expect(await a.end(given, 'F')).toBe(OK);
      expect(await b.read('/c/x')).toBe('1');
    },
  },
  {
    name: 'several transactions of one connection do not see each other',
    run: async (store) => {
      const a = await store.connect();
      const [one, two] = [await a.start(), await a.start()];
      await a.write('/c/one', '1', one);
      expect(await a.read('/c/one', two)).toBe('ENOENT');
      expect(await a.end(two)).toBe(OK);
      expect(await a.end(one)).toBe(OK);
      expect(await a.read('/c/one')).toBe('1');
    },
  },
  {
    name: 'a transaction that read what another changed since is EAGAIN and changes nothing',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.write('/c/n', '1');
      const tx = await a.start();
      expect(await a.read('/c/n', tx)).toBe('1');
      await a.write('/c/n', '2', tx);
      await b.write('/c/n', '10');
      expect(await a.end(tx)).toBe('EAGAIN');
      expect(await b.read('/c/n')).toBe('10');
    },
  },
  {
    name: 'an error within a transaction does not spoil it',
    run: async (store) => {
      const a = await store.connect();
      const tx = await a.start();
      expect(await a.read('/c/none', tx)).toBe('ENOENT');
      expect(await a.write('/c/y', '1', tx)).toBe(OK);
      expect(await a.end(tx)).toBe(OK);
      expect(await a.read('/c/y')).toBe('1');
    },
  },
  {
    name: 'RESET_WATCHES drops watches and transactions',
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c', 't');
      const tx = await a.start();
      expect(await a.ask(T.RESET_WATCHES, '')).toBe(OK);
      expect(await a.end(tx)).toBe('ENOENT');
      await a.events();
      await a.write('/c/x', '');
      expect(await a.events()).toEqual([]);
    },
  },
  {
    name: 'a watch answers OK, then fires at once, also for what is not there',
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c/not/there', 'tok');
      await a.events();
      await a.watch('/c/not/here', 'tok');
      await a.ask(T.GET_DOMAIN_PATH, '1\0');
      expect(a.received.slice(0, 2)).toEqual(['WATCH OK', 'EVENT /c/not/here tok']);
    },
  },
  {
    name: 'watches: the same twice, other tokens, unwatching, wrong arguments',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.watch('rel', 't')).toBe(OK);
      expect(await a.watch('/local/domain/0/rel', 't')).toBe('EEXIST');
      expect(await a.watch('rel', 'u')).toBe(OK);
      expect(await a.unwatch('/local/domain/0/rel', 't')).toBe(OK);
      expect(await a.unwatch('rel', 't')).toBe('ENOENT');
      expect(await a.ask(T.WATCH, 'rel\0a\0b\0')).toBe('EINVAL');
      expect(await a.ask(T.WATCH, 'rel\0')).toBe('EINVAL');
      expect(await a.watch('/bad path', 't')).toBe('EINVAL');
      expect(await a.watch('@anything', 't')).toBe(OK);
    },
  },
  {
    name: 'watches fire for the node and all below; relative ones report relative',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/local/domain/0/dev', 'abs');
      await a.watch('dev', 'rel');
      await a.events();
      await b.write('dev/vbd/1', 'x');
      expect((await a.events()).sort()).toEqual(['/local/domain/0/dev/vbd/1 abs', 'dev/vbd/1 rel']);
      await b.write('/local/domain/0/devil', 'x');
      await b.write('/local/domain/0', 'x');
      expect(await a.events()).toEqual([]);
    },
  },
  {
    name: 'what fires: the same value and permissions do; MKDIR of what is there and failures do not',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await b.write('/c/x', '1');
      await a.watch('/c', 't');
      await a.events();
      await b.mkdir('/c/x');
      await b.rm('/c/none');
      await b.read('/c/none');
      await b.rm('/c/none/none');
      expect(await a.events()).toEqual([]);
      await b.write('/c/x', '1');
      expect(await a.events()).toEqual(['/c/x t']);
      await b.setPermissions('/c/x', 'r0');
      expect(await a.events()).toEqual(['/c/x t']);
    },
  },
  {
    name: 'a write that makes parents fires once, for the leaf',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/', 't');
      await a.watch('/c/p/q/r/s', 'below');
      await a.events();
      await b.write('/c/p/q/r', '');
      expect(await a.events()).toEqual(['/c/p/q/r t']);
    },
  },
  {
    name: 'RM fires once above, and for watched nodes below that existed',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await b.write('/c/r/x/y', '');
      await a.watch('/c', 'above');
      await a.watch('/c/r/x/y', 'leaf');
      await a.watch('/c/r/x', 'middle');
      await a.watch('/c/r/none', 'missing');
      await a.events();
      await b.rm('/c/r');
      expect((await a.events()).sort()).toEqual(['/c/r above', '/c/r/x middle', '/c/r/x/y leaf']);
    },
  },
  {
    name: 'a commit fires once for each node, an abandoned or colliding transaction not at all',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/c', 't');
      await a.events();
      const tx = await b.start();
      await b.write('/c/two', '1', tx);
      await b.write('/c/one', '1', tx);
      await b.write('/c/two', '2', tx);
      await b.write('/c/gone', '', tx);
      await b.rm('/c/gone', tx);
      expect(await a.events()).toEqual([]);
      expect(await b.end(tx)).toBe(OK);
      expect(await a.events()).toEqual(['/c/two t', '/c/one t']);
      const given = await b.start();
      await b.write('/c/one', 'z', given);
      await b.end(given, 'F');
      const colliding = await b.start();
      await b.read('/c/one', colliding);
      await b.write('/c/one', 'z', colliding);
      await a.write('/c/one', 'w');
      expect(await b.end(colliding)).toBe('EAGAIN');
      expect(await a.events()).toEqual(['/c/one t']);
    },
  },
  {
    name: 'a commit that removes a subtree tells only of nodes that others have seen',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await b.write('/c/r/old', '');
      for (const path of ['/c/r/old', '/c/r/new', '/c/r/none']) await a.watch(path, 't');
      await a.events();
      const tx = await b.start();
      await b.write('/c/r/new', '', tx);
      await b.rm('/c/r', tx);
      expect(await b.end(tx)).toBe(OK);
      expect(await a.events()).toEqual(['/c/r/old t']);
    },
  },
  {
    name: "one's own change is an event before it is a reply",
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c', 't');
      await a.events();
      await a.write('/c/x', '');
      expect(a.received).toEqual(['EVENT /c/x t', 'WRITE OK']);
    },
  },
  {
    name: 'a closed connection hears nothing and disturbs nobody',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/c', 't');
      const tx = await a.start();
      await a.write('/c/never', '', tx);
      await a.close();
      expect(await b.write('/c/x', '1')).toBe(OK);
      expect(await b.read('/c/never')).toBe('ENOENT');
    },
  },
  {
    name: 'GET_DOMAIN_PATH and IS_DOMAIN_INTRODUCED read numbers as atoi does',
    run: async (store) => {
      const a = await store.connect();
      const path = (text: string) => a.ask(T.GET_DOMAIN_PATH, `${text}\0`);
      expect(await path('7')).toBe('/local/domain/7\0');
      expect(await path('abc')).toBe('/local/domain/0\0');
      expect(await path('-1')).toBe('/local/domain/4294967295\0');
      const introduced = (text: string) => a.ask(T.IS_DOMAIN_INTRODUCED, `${text}\0`);
      expect(await introduced('0')).toBe('T\0');
      expect(await introduced('32752')).toBe('T\0');
      expect(await introduced('9999')).toBe('F\0');
    },
  },
  {
    name: 'RELEASE, RESUME and SET_TARGET of unknown domains, INTRODUCE with too little',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.ask(T.RELEASE, '9999\0')).toBe('ENOENT');
      expect(await a.ask(T.RELEASE, '0\0')).toBe('EINVAL');
      expect(await a.ask(T.RESUME, '9999\0')).toBe('ENOENT');
      expect(await a.ask(T.SET_TARGET, '9998\x009999\0')).toBe('ENOENT');
      expect(await a.ask(T.INTRODUCE, '1\x001\0')).toBe('EINVAL');
      expect(await a.ask(T.INTRODUCE, '1\x001\x000\0')).toBe('EINVAL');
    },
  },
  {
    name: 'CONTROL: help, check, and what it does not know',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.ask(T.CONTROL, 'help\0')).toMatch(/^check\t.*help\t.*\n\0$/s);
      expect(await a.ask(T.CONTROL, 'check\0')).toBe(OK);
      for (const wrong of ['', 'help', 'nonsense\0', '\0', 'help\0x\0']) {
        expect(await a.ask(T.CONTROL, wrong), wrong).toBe('EINVAL');
      }
      expect(await a.ask(T.CONTROL, 'quota\0')).toMatch(/^Quota settings:\nnodes +: +1000 /);
      expect(await a.ask(T.CONTROL, 'quota\0set\0bogus\x001\0')).toBe('EINVAL');
    },
  },
  {
    name: 'a payload of more than 4096 bytes ends that connection and no other',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      const payload = `/tool\0${'x'.repeat(4091)}`;
      const frame = { type: T.WRITE, requestId: 1, transactionId: 0, payload };
      a.transport.write(encodeFrames([frame]).subarray(0, 20));
      await a.closed();
      expect(a.received.filter((line) => !line.startsWith('BROKEN'))).toEqual([]);
      expect(await b.read('/tool/xenstored')).toBe('');
    },
  },
  {
    name: 'frames may come in single bytes',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/bytes', 'whole');
      const [payload, requestId] = ['/c/bytes\0', 0xfedc];
      const frame = { type: T.READ, requestId, transactionId: 0, payload };
      a.received.splice(0);
      for (const byte of encodeFrames([frame])) {
        a.transport.write(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await a.ask(T.GET_DOMAIN_PATH, '0\0');
      expect(a.received[0]).toBe('READ whole');
    },
  },
];
