import type { Plan, Trigger } from '../../model/index.js';
import { planChange, type Standing } from './standing.js';

/** Presses a button, or pulls a line, of one of the domain's vcpus. */
export function planTrigger(domain: Standing, trigger: Trigger, vcpu: number): Plan {
  return planChange('trigger', domain, [
    { name: 'send-trigger', subject: trigger, args: { trigger, vcpu }, pivot: true },
  ]);
}

/** Hands the guest a magic system request of Linux: one character. */
export function planSysrq(domain: Standing, letter: string): Plan {
  return planChange('sysrq', domain, [
    { name: 'send-sysrq', subject: letter, args: { letter }, pivot: true },
  ]);
}
