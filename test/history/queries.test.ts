import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BeginIncarnation, History } from '../../src/history/index.js';
import { type Domid, type IncarnationEnd, uuid } from '../../src/model/index.js';

const host = 'here';
const first = uuid('aaaa1111-0000-4000-8000-000000000001');
const second = uuid('aaaa2222-0000-4000-8000-000000000002');
const third = uuid('bbbb3333-0000-4000-8000-000000000003');
const d = (value: number) => value as Domid;

describe('the history', () => {
  let directory: string;
  let history: History;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'domovoi-qry-'));
    history = History.open(join(directory, 'history.db'));
  });
  afterEach(() => {
    history.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const begin = (incarnation: Partial<BeginIncarnation>) =>
    history.records.beginIncarnation({
      uuid: first,
      name: 'web1',
      host,
      domid: d(1),
      cause: 'create',
      operation: 'create',
      at: 1,
      ...incarnation,
    });
  const end = (uuid: typeof first, domid: number, why: IncarnationEnd, at: number) =>
    history.records.endIncarnation({ uuid, host, domid: d(domid), end: why, at });

  it('numbers the incarnations of a domain through its migrations', () => {
    expect(begin({})).toBe(1);
    expect(begin({ domid: d(2), cause: 'migrate', operation: 'move', at: 5 })).toBe(2);
    expect(end(first, 1, 'migrate', 6)).toBe(true);
    expect(begin({ uuid: second, domid: d(3), at: 7 })).toBe(1);
    expect(history.queries.incarnations({ uuid: first })).toEqual([
      {
        uuid: first,
        epoch: 2,
        host,
        domid: 2,
        from: 5,
        cause: 'migrate',
        operation: 'move',
      },
      {
        uuid: first,
        epoch: 1,
        host,
        domid: 1,
        from: 1,
        to: 6,
        cause: 'create',
        end: 'migrate',
        operation: 'create',
      },
    ]);
    expect(history.queries.living(host).map(({ domid }) => domid)).toEqual([2, 3]);
    expect(history.queries.living('elsewhere')).toEqual([]);
  });

  it('has one incarnation for a step that is done again', () => {
    expect(begin({})).toBe(1);
    expect(begin({ at: 9 })).toBe(1);
    expect(history.queries.incarnations()).toMatchObject([{ epoch: 1, from: 1 }]);
    expect(end(first, 1, 'destroy', 10)).toBe(true);
    expect(end(first, 1, 'host-lost', 11)).toBe(false);
    expect(history.queries.incarnations()).toMatchObject([{ to: 10, end: 'destroy' }]);
  });

  it('keeps an incarnation that was rolled back, and gives its number to no other', () => {
    begin({});
    begin({ domid: d(2), operation: 'move', at: 5 });
    begin({ uuid: second, domid: d(4), operation: 'move', at: 5 });
    history.records.rollBackIncarnations('move', first, 6);
    expect(history.queries.living(host).map(({ domid }) => domid)).toEqual([1, 4]);
    expect(history.queries.incarnations({ uuid: first })[0]).toMatchObject({
      domid: 2,
      end: 'rolled-back',
    });
    expect(begin({ domid: d(3), operation: 'move again', at: 7 })).toBe(3);
  });

  describe('finds a domain', () => {
    it('by name: the living one before the dead, the newest of the dead', () => {
      begin({ uuid: first, at: 1, operation: 'a' });
      end(first, 1, 'destroy', 2);
      begin({ uuid: second, domid: d(2), at: 3, operation: 'b' });
      end(second, 2, 'destroy', 4);
      expect(history.queries.find('web1')).toBe(second);
      begin({ uuid: first, domid: d(3), at: 5, operation: 'c' });
      history.records.domainSeen({ uuid: third, name: 'web1', at: 9 });
      expect(history.queries.find('web1')).toBe(first);
    });

    it('by the name it has now', () => {
      begin({ name: 'web1--incoming' });
      history.records.domainSeen({ uuid: first, name: 'web1', at: 2 });
      expect(history.queries.find('web1')).toBe(first);
      expect(history.queries.find('web1--incoming')).toBeUndefined();
    });

    it('by domid while it lives, and never by one it had', () => {
      begin({ uuid: first, domid: d(7) });
      expect(history.queries.find('7')).toBe(first);
      end(first, 7, 'destroy', 2);
      expect(history.queries.find('7')).toBeUndefined();
      begin({ uuid: second, domid: d(7), operation: 'b', at: 3 });
      expect(history.queries.find('7')).toBe(second);
    });

    it('by domid rather than by a name that looks like one', () => {
      begin({ uuid: first, name: '9', domid: d(1) });
      expect(history.queries.find('9')).toBe(first);
      begin({ uuid: second, domid: d(9), operation: 'b' });
      expect(history.queries.find('9')).toBe(second);
    });

    it('by UUID in every spelling, and by its beginning', () => {
      begin({ uuid: first });
      begin({ uuid: second, domid: d(2) });
      begin({ uuid: third, domid: d(3) });
      for (const text of [
        third,
        third.toUpperCase(),
        third.replaceAll('-', ''),
        'bbbb',
        'bbbb33',
      ]) {
        expect(history.queries.find(text)).toBe(third);
      }
      expect(history.queries.find('aaaa2222-0')).toBe(second);
      expect(history.queries.find('aaaa22220000')).toBe(second);
      for (const text of ['bbb', 'bbbb4', 'cccc', '', '%', `${third}0`]) {
        expect(history.queries.find(text)).toBeUndefined();
      }
    });

    it('not when a beginning fits several, which it names', () => {
      begin({ uuid: first });
      begin({ uuid: second, domid: d(2) });
      expect(() => history.queries.find('aaaa')).toThrow(
        expect.objectContaining({
          code: 'EINVAL',
          suggestions: [`Give more of it; it fits ${first}, ${second}.`],
        }),
      );
    });
  });
});
