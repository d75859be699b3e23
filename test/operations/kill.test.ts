import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recover } from '../../src/operations/index.js';
import { FILE_PLAN, fileSteps } from './helpers/file-steps.mjs';
import { Ground } from './helpers/ground.js';

const program = fileURLToPath(new URL('helpers/run-plan.mjs', import.meta.url));

describe('a process that is killed', () => {
  let ground: Ground;
  let effects: string;
  beforeEach(() => {
    ground = new Ground();
    effects = join(ground.directory, 'effects');
    mkdirSync(effects);
  });
  afterEach(() => ground.remove());

  async function runChild(faults: string) {
    const child = spawn(process.execPath, [program, ground.file, effects, faults], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 60_000,
    });
    const [code, signal] = await once(child, 'exit');
    return { code, signal };
  }

  const files = FILE_PLAN.steps.map(({ args }) => String(args?.name)).toSorted();
  const points = FILE_PLAN.steps.flatMap(({ name }, index) =>
    (['before', 'after'] as const).map((point) => {
      const pivot = FILE_PLAN.steps.findIndex((step) => step.pivot);
      const isForward = index > pivot || (index === pivot && point === 'after');
      return { name, point, end: isForward ? ('succeeded' as const) : ('failed' as const) };
    }),
  );

  it.each(points)('$point step $name leaves an operation that ends as $end', async (at) => {
    const exit = await runChild(`${at.name}:${at.point}=kill`);
    expect(exit).toEqual({ code: null, signal: 'SIGKILL' });

    ground.reopen();
    const context = { journal: ground.journal, handlers: fileSteps(effects) };
    const unfinished = ground.journal.unfinished();
    expect(unfinished.map(({ status }) => status)).toEqual(['running']);
    for (const record of unfinished) await recover(context, record, () => undefined);

    expect(ground.operation('the-operation').status).toBe(at.end);
    expect(readdirSync(effects).toSorted()).toEqual(at.end === 'succeeded' ? files : []);
    expect(ground.journal.unfinished()).toEqual([]);
  });

  it('by nobody ends its operation itself', async () => {
    expect(await runChild('')).toEqual({ code: 0, signal: null });
    ground.reopen();
    expect(ground.operation('the-operation').status).toBe('succeeded');
    expect(readdirSync(effects).toSorted()).toEqual(files);
  });
});
