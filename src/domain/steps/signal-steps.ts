import { sysrqPath } from '../../layout/index.js';
import { ToolstackError, TRIGGERS, type Trigger } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { requireThere } from '../listing.js';
import { domidIn, numberIn, textIn, uuidIn } from '../step-state.js';

/** Acts on the domain as a button or a line of the hardware would. What was sent leaves no trace. */
export function sendTrigger(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const trigger = triggerIn(textIn(args, 'trigger'));
      await host.hypervisor.sendTrigger(domidIn(state, 'domid'), trigger, numberIn(args, 'vcpu'));
    },
    isDone: () => Promise.resolve(false),
  };
}

/** Hands the guest a magic system request, which it takes from the node (libxl_send_sysrq). */
export function sendSysrq(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const domid = domidIn(state, 'domid');
      await requireThere(host, domid, uuidIn(state));
      await host.store.write(sysrqPath(domid), textIn(args, 'letter'));
    },
    isDone: () => Promise.resolve(false),
  };
}

function triggerIn(text: string): Trigger {
  const trigger = TRIGGERS.find((one) => one === text);
  if (trigger === undefined) throw new ToolstackError('internal', `there is no trigger "${text}"`);
  return trigger;
}
