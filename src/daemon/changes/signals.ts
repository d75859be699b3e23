import { z } from 'zod';
import { planSysrq, planTrigger } from '../../domain/index.js';
import { TRIGGERS } from '../../model/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './change-of.js';

export const trigger: Change<'trigger'> = {
  schema: z.object({ ...aboutDomain, trigger: z.enum(TRIGGERS), vcpu: z.int().min(0) }),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'sent a trigger');
    return changeOf(toolstack, domain, request, (standing) =>
      planTrigger(standing, request.trigger, request.vcpu),
    );
  },
};

export const sysrq: Change<'sysrq'> = {
  schema: z.object({ ...aboutDomain, letter: z.string().regex(/^[\x20-\x7e]$/) }),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'sent a system request');
    return changeOf(toolstack, domain, request, (standing) => planSysrq(standing, request.letter));
  },
};
