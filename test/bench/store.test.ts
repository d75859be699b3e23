import { describe, expect, it } from 'vitest';
import type { Subject } from '../../bench/store/daemons.js';
import { judge, recordIn } from '../../bench/store/report.js';
import { Results, type Round } from '../../bench/store/results.js';
import { fullScale, type Pledge, type Row, rowsOf } from '../../bench/store/rows.js';

describe('the store bench', () => {
  it('sets medians against each other, so that one bad round does not count', () => {
    const results = measured({ ours: [80, 100, 9], c: [100, 1000, 100] });
    expect(verdict(results, { atLeast: 0.8 })).toMatchObject({ figure: 0.8, verdict: 'kept' });
    expect(verdict(results, { atLeast: 0.81 })).toMatchObject({ verdict: 'BROKEN' });
  });

  it('says that nothing was measured where a daemon did not run', () => {
    const results = measured({ ours: [80] });
    expect(verdict(results, { atLeast: 0.8 })).toMatchObject({ verdict: 'not measured' });
  });

  it('compares the last operations with those around the 100th', () => {
    const results = new Results();
    results.add('ours', 'domains', { ...round, early: 200, late: 250 });
    expect(results.growth('ours')).toBe(1.25);
  });

  it('records figures between the marks of a specification, once', () => {
    const text = 'before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter';
    const judgement = verdict(measured({ ours: [1], c: [1] }), { atLeast: 1 });
    const recorded = recordIn(text, [judgement]);
    expect(recorded).toMatch(/^before\n<!-- figures -->\n\n\| row /);
    expect(recorded).toContain('| `read` | fast    | 1.00 x, kept  |');
    expect(recorded).not.toContain('old');
    expect(recordIn(recorded, [judgement])).toBe(recorded);
  });

  it('has one name for each row, and for each case within it', () => {
    const rows = rowsOf(fullScale);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { cases } of rows) {
      expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    }
  });
});

const round: Round = {
  count: 1,
  seconds: 1,
  perSecond: 1,
  p50: 1,
  p99: 1,
  early: 0,
  late: 0,
  retries: 0,
  pid: 1,
  resident: 1,
  peak: 1,
};

/** Results of a row of one case, from the rates in each round. */
function measured(rates: Partial<Record<Subject, number[]>>): Results {
  const results = new Results();
  for (const [subject, values] of Object.entries(rates)) {
    for (const perSecond of values)
      results.add(subject as Subject, 'read', { ...round, perSecond });
  }
  return results;
}

function verdict(results: Results, limit: Pledge['limit']) {
  const pledge: Pledge = {
    text: 'fast',
    limit,
    figure: (from) => from.ratio('perSecond', ['ours'], ['c']),
  };
  const row: Row = { name: 'read', cases: [], pledges: [pledge] };
  return judge(row, pledge, results);
}
