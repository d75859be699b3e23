import type { Action } from './actions.js';
import type { ExpectedDomain, ExpectedHost } from './expected-domain.js';

/** What a model says an action comes to. */
export interface Prediction {
  /** `any`: the guest's doings decide; what has become of the domain is to be looked up. */
  readonly outcome: 'succeeds' | 'fails' | 'any';
  /** The slot's domain afterwards, if it succeeds or the outcome is sure; undefined: there is none. */
  readonly domain: ExpectedDomain | undefined;
  /** The domain is to come back under another domid. */
  readonly moves?: true;
}

export const MEMORY_MIB = 16;
export const MAX_VCPUS = 2;

/** Which other domain has a name. */
type Holder = (name: string) => ExpectedDomain | undefined;

/** The toolstack as a pure function: what `action` must come to on a host as described. */
export function predict(host: ExpectedHost, action: Action): Prediction {
  const domain = host[action.slot];
  const others = Object.entries(host).filter(([slot]) => slot !== action.slot);
  const holder: Holder = (name) => others.map(([, other]) => other).find((o) => o.name === name);
  if (action.verb === 'create') return predictCreate(domain, action, holder(action.slot));
  if (domain === undefined) return { outcome: 'fails', domain };
  if (action.verb === 'destroy') return { outcome: 'succeeds', domain: undefined };
  if (domain.behaviour !== 'good') return { outcome: 'any', domain };
  return predictGood(domain, action, holder);
}

function predictCreate(
  domain: ExpectedDomain | undefined,
  { slot, behaviour, policy, paused }: Extract<Action, { verb: 'create' }>,
  holder: ExpectedDomain | undefined,
): Prediction {
  const created: ExpectedDomain = {
    name: slot,
    behaviour,
    policy,
    state: paused ? 'paused' : 'running',
    memoryMib: MEMORY_MIB,
    vcpus: MAX_VCPUS,
    disks: ['xvda'],
    vifs: [0],
  };
  const inTheWay = domain ?? holder;
  if (inTheWay === undefined) return { outcome: 'succeeds', domain: created };
  return whileHeld(inTheWay) === 'any'
    ? { outcome: 'any', domain: created }
    : { outcome: 'fails', domain };
}

function predictGood(
  domain: ExpectedDomain,
  action: Exclude<Action, { verb: 'create' }>,
  holder: Holder,
): Prediction {
  const fails: Prediction = { outcome: 'fails', domain };
  const any: Prediction = { outcome: 'any', domain };
  const becomes = (change: Partial<ExpectedDomain>): Prediction => ({
    outcome: 'succeeds',
    domain: { ...domain, ...change },
  });
  const { state } = domain;
  switch (action.verb) {
    case 'destroy':
      return { outcome: 'succeeds', domain: undefined };
    case 'pause':
      return state === 'running' ? becomes({ state: 'paused' }) : any;
    case 'unpause':
      return state === 'paused' ? becomes({ state: 'running' }) : any;
    case 'suspend':
      return state === 'running' ? becomes({ state: 'suspended' }) : any;
    case 'resume':
      return state === 'suspended' ? becomes({ state: 'running' }) : any;
    case 'migrate':
      return state === 'running' ? becomes({}) : fails;
    case 'shutdown':
    case 'reboot':
      return state === 'running' ? predictStop(domain, action.verb) : any;
    case 'crash':
      if (state === 'running') return predictStop(domain, action.verb);
      // The guest will see the request when it runs again.
      return { outcome: 'any', domain: { ...domain, behaviour: 'crashing' } };
    case 'rename':
      if (action.name === domain.name) return any;
      return predictRename(domain, action.name, holder(action.name));
    case 'mem-set':
      return action.mib > MEMORY_MIB ? fails : becomes({ memoryMib: action.mib });
    case 'vcpu-set':
      return action.vcpus > MAX_VCPUS ? fails : becomes({ vcpus: action.vcpus });
    case 'block-attach':
      if (domain.disks.includes(action.vdev)) return fails;
      return becomes({ disks: [...domain.disks, action.vdev].sort() });
    case 'block-detach':
      if (!domain.disks.includes(action.vdev)) return fails;
      if (state !== 'running') return any;
      return becomes({ disks: domain.disks.filter((vdev) => vdev !== action.vdev) });
    case 'network-attach': {
      const free = domain.vifs.length === 0 ? 0 : Math.max(...domain.vifs) + 1;
      return becomes({ vifs: [...domain.vifs, free] });
    }
    case 'network-detach':
      if (!domain.vifs.includes(action.id)) return fails;
      if (state !== 'running') return any;
      return becomes({ vifs: domain.vifs.filter((id) => id !== action.id) });
  }
}

function predictStop(domain: ExpectedDomain, how: 'shutdown' | 'reboot' | 'crash'): Prediction {
  const restarted: Prediction = { outcome: 'succeeds', domain, moves: true };
  const gone: Prediction = { outcome: 'succeeds', domain: undefined };
  switch (domain.policy) {
    case 'default':
      return how === 'reboot' ? restarted : gone;
    case 'restart':
    case 'rename-restart':
      return restarted;
    case 'coredump-destroy':
      return gone;
    case 'preserve':
      return { outcome: 'succeeds', domain: { ...domain, state: 'stopped' } };
  }
}

function predictRename(
  domain: ExpectedDomain,
  name: string,
  holder: ExpectedDomain | undefined,
): Prediction {
  if (holder === undefined) return { outcome: 'succeeds', domain: { ...domain, name } };
  return whileHeld(holder) === 'any'
    ? { outcome: 'any', domain: { ...domain, name } }
    : { outcome: 'fails', domain };
}

/** A domain that does as it likes may have gone, and its name with it. */
function whileHeld({ behaviour }: ExpectedDomain): 'fails' | 'any' {
  return behaviour === 'good' ? 'fails' : 'any';
}
