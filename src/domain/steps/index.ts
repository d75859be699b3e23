import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { restoreVm } from './adopt-steps.js';
import * as control from './control-steps.js';
import * as devices from './device-steps.js';
import { dumpCore } from './dump-steps.js';
import * as hypervisor from './hypervisor-steps.js';
import { checkIdentity } from './identity.js';
import { changeMediumStep } from './medium-steps.js';
import * as memory from './memory-steps.js';
import * as names from './name-steps.js';
import * as plug from './plug-steps.js';
import * as records from './record-steps.js';
import { repairStep } from './repair-steps.js';
import * as runState from './run-state-steps.js';
import * as signals from './signal-steps.js';
import * as stop from './stop-steps.js';
import * as tree from './tree-steps.js';
import * as unplug from './unplug-steps.js';
import * as vcpus from './vcpu-steps.js';

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
    ['check-device', plug.checkDevice(host)],
    ['add-device', plug.addDeviceStep(host)],
    ['await-back-end', plug.awaitBackEndStep(host)],
    ['keep-device', plug.keepDeviceStep(host)],
    ['close-device', unplug.closeDevice(host)],
    ['remove-device', unplug.removeDeviceStep(host)],
    ['forget-device', unplug.forgetDeviceStep(host)],
    ['change-medium', changeMediumStep(host)],
    ['remove-devices', devices.removeDevicesStep(host)],
    ['destroy-domain', hypervisor.destroyDomain(host)],
    ['remove-tree', tree.removeTreeStep(host)],
    ['record-end', records.recordEnd(host)],
    ['dump-core', dumpCore(host)],
    ['decide', stop.decide()],
    ['hold-name', stop.holdName(host)],
    ['preserve', stop.preserve(host)],
    ['set-aside', stop.setAside(host)],
    ['soft-reset', stop.softReset(host)],
    ['keep-console', stop.keepConsole(host)],
    ['record-reset', stop.recordReset(host)],
    ['note-loss', records.noteLoss(host)],
    ['repair', repairStep(host)],
    ['restore-vm', restoreVm(host)],
    ['schedule', vcpus.scheduleStep(host)],
    ['pause-domain', runState.pauseDomain(host)],
    ['unpause-domain', runState.unpauseDomain(host)],
    ['resume-domain', runState.resumeDomain(host)],
    ['resume-store', runState.resumeStore(host)],
    ['note-run-state', runState.noteRunState(host)],
    ['suspend', control.suspend(host)],
    ['ask-guest', control.askGuestStep(host)],
    ['forget-request', control.forgetRequest(host)],
    ['claim-name', names.claimName(host)],
    ['rename', names.renameStep(host)],
    ['settle-name', names.settleName(host)],
    ['limit-memory', memory.limitMemory(host)],
    ['set-memory-target', memory.setMemoryTarget(host)],
    ['set-memory-maximum', memory.setMemoryMaximum(host)],
    ['set-vcpus', vcpus.setVcpus(host)],
    ['pin-vcpus', vcpus.pinVcpus(host)],
    ['set-scheduling', vcpus.setScheduling(host)],
    ['note-weight', vcpus.noteWeight(host)],
    ['send-trigger', signals.sendTrigger(host)],
    ['send-sysrq', signals.sendSysrq(host)],
    ['save-config', records.saveConfig(host)],
  ]);
}
