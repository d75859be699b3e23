import { z } from 'zod';
import {
  planPause,
  planResume,
  planSuspend,
  planUnpause,
  type Standing,
} from '../../domain/index.js';
import type { Plan } from '../../model/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './change-of.js';

export const pause = runState<'pause'>('paused', planPause);
export const unpause = runState<'unpause'>('unpaused', planUnpause);
export const suspend = runState<'suspend'>('suspended', planSuspend);
export const resume = runState<'resume'>('resumed', planResume);

function runState<Name extends 'pause' | 'unpause' | 'suspend' | 'resume'>(
  what: string,
  plan: (standing: Standing) => Plan,
): Change<Name> {
  return {
    schema: z.object(aboutDomain),
    async begin(toolstack, request) {
      const domain = await toolstack.findGuest(request.domain, what);
      return changeOf(toolstack, domain, request, plan);
    },
  };
}
