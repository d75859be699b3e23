import { type Plan, ToolstackError } from '../../model/index.js';
import { obstacleOf, planChange, requireAwake, type Standing } from './standing.js';

/** Holds a domain's vcpus, whatever it does. One that is paused stays so. */
export function planPause(domain: Standing): Plan {
  return planChange('pause', domain, [
    { name: 'pause-domain', pivot: true },
    { name: 'note-run-state', args: { event: 'paused' } },
  ]);
}

/**
 * Lets a domain run. For one that is not paused, and does not run all the same, the state has a
 * `notice` of why.
 */
export function planUnpause(domain: Standing): Plan {
  const { info, name } = domain;
  const still = obstacleOf({ ...info, paused: false }, name);
  return planChange(
    'unpause',
    domain,
    [
      { name: 'unpause-domain', pivot: true },
      { name: 'note-run-state', args: { event: 'unpaused' } },
    ],
    still === undefined ? {} : { notice: `${name} does not run: ${still.why}. ${still.way}` },
  );
}

/** Has the guest suspend itself to memory. @throws ToolstackError EINVAL for one that cannot hear */
export function planSuspend(domain: Standing): Plan {
  requireAwake(domain, 'suspended');
  return planChange('suspend', domain, [{ name: 'suspend', pivot: true }]);
}

/** Wakes a suspended guest. @throws ToolstackError EINVAL for one that is not suspended */
export function planResume(domain: Standing): Plan {
  if (domain.info.shutdown !== 'suspend') {
    throw new ToolstackError('EINVAL', `${domain.name} cannot be resumed: it is not suspended`, {
      suggestions: domain.info.paused
        ? [`It is paused: "domovoi unpause ${domain.name}" lets it run.`]
        : [],
    });
  }
  return planChange('resume', domain, [
    { name: 'resume-domain', pivot: true },
    { name: 'resume-store' },
    { name: 'note-run-state', args: { event: 'resumed' } },
  ]);
}
