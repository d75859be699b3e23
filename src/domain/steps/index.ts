import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { restoreVm } from './adopt-steps.js';
import * as devices from './device-steps.js';
import { dumpCore } from './dump-steps.js';
import * as hypervisor from './hypervisor-steps.js';
import { checkIdentity } from './identity.js';
import * as records from './record-steps.js';
import { repairStep } from './repair-steps.js';
import * as tree from './tree-steps.js';

/** Every step of a domain's life on one host, by the name that plans call it. */
export function lifecycleSteps(host: Host): Map<string, StepHandler> {
  return new Map([
    ['check-identity', checkIdentity(host)],
    ['create-domain', hypervisor.createDomain(host)],
    ['prepare-domain', hypervisor.prepareDomain(host)],
    ['write-skeleton', tree.writeSkeletonStep(host)],
    ['build', hypervisor.build(host)],
    ['write-details', tree.writeDetailsStep(host)],
    ['write-rings', tree.writeRingsStep(host)],
    ['introduce', hypervisor.introduce(host)],
    ['add-devices', devices.addDevicesStep(host)],
    ['await-back-ends', devices.awaitBackEndsStep(host)],
    ['await-console', devices.awaitConsoleStep(host)],
    ['record-incarnation', records.recordIncarnation(host)],
    ['unpause', hypervisor.unpause(host)],
    ['pause', hypervisor.pause(host)],
    ['remove-devices', devices.removeDevicesStep(host)],
    ['destroy-domain', hypervisor.destroyDomain(host)],
    ['remove-tree', tree.removeTreeStep(host)],
    ['record-end', records.recordEnd(host)],
    ['dump-core', dumpCore(host)],
    ['note-loss', records.noteLoss(host)],
    ['repair', repairStep(host)],
    ['restore-vm', restoreVm(host)],
  ]);
}
