import { join } from 'node:path';
import type { ApiClient } from '../../src/client/api-client.js';
import { mibToKib, type ReplyLine, type Uuid } from '../../src/model/index.js';
import { config, DISK, EXAMPLES } from '../daemon/helpers/embedded.js';
import type { Action } from './actions.js';
import { BEHAVIOURS, POLICIES } from './expected-domain.js';
import { MAX_VCPUS, MEMORY_MIB } from './predict.js';

/** Asks the toolstack for an action. A domain is known by its UUID, whatever it is called by now. */
export function request(
  api: ApiClient,
  action: Action,
  domain: Uuid,
): Promise<AsyncIterable<ReplyLine>> {
  const about = { domain, requestedBy: 'test' };
  switch (action.verb) {
    case 'create':
      return create(api, action, domain);
    case 'destroy':
    case 'pause':
    case 'unpause':
    case 'suspend':
    case 'resume':
    case 'shutdown':
    case 'reboot':
      return api.change(action.verb, about);
    case 'crash':
      return api.change('sysrq', { ...about, letter: 'c' });
    case 'migrate':
      return api.change('migrate', { ...about, destination: 'localhost' });
    case 'rename':
      return api.change('rename', { ...about, name: action.name });
    case 'mem-set':
      return api.change('mem-set', { ...about, kib: mibToKib(action.mib) });
    case 'vcpu-set':
      return api.change('vcpu-set', { ...about, vcpus: action.vcpus });
    case 'block-attach': {
      const specification = `${DISK},raw,${action.vdev},r`;
      return api.change('block-attach', { ...about, specification, cwd: EXAMPLES });
    }
    case 'block-detach':
      return api.change('block-detach', { ...about, device: action.vdev });
    case 'network-attach':
      return api.change('network-attach', { ...about, specification: '', cwd: EXAMPLES });
    case 'network-detach':
      return api.change('network-detach', { ...about, device: String(action.id) });
  }
}

function create(
  api: ApiClient,
  { slot, behaviour, policy, paused }: Extract<Action, { verb: 'create' }>,
  uuid: Uuid,
) {
  const extra = [
    `uuid = "${uuid}"`,
    `memory = ${MEMORY_MIB}`,
    `vcpus = ${MAX_VCPUS}`,
    `extra = "${BEHAVIOURS[behaviour]}"`,
    ...POLICIES[policy],
  ];
  return api.change('create', {
    text: config(slot, extra.join('\n')),
    file: join(EXAMPLES, 'test.cfg'),
    cwd: EXAMPLES,
    overrides: [],
    paused,
    requestedBy: 'test',
  });
}
