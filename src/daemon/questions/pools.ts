import { z } from 'zod';
import { POOLS, poolNamePath } from '../../layout/index.js';
import type { Question } from './question.js';

export const pools: Question<'pools'> = {
  schema: z.object({}),
  async answer({ toolstack: { host } }) {
    const ids = ((await host.store.maybeList(POOLS)) ?? [])
      .filter((id) => /^\d{1,5}$/.test(id))
      .map(Number);
    const names = await Promise.all(
      ids.map(async (id) => [id, (await host.store.maybeRead(poolNamePath(id))) ?? ''] as const),
    );
    return { names: Object.fromEntries(names) };
  },
};
