/**
 * The words Domovoi is spoken in.
 *
 * - **domain**: a virtual machine, known for ever by its UUID.
 * - **domid**: the number under which a hypervisor runs a domain just now. It changes with every
 *   reboot, restore and migration, and numbers come round again.
 * - **incarnation**: one stay of a domain under one domid on one host, numbered by its epoch.
 * - **toolstack**: what creates, moves and destroys domains: this program, or xl.
 * - **machine**: the embedded Xen host: a simulated hypervisor with its guests and back ends.
 * - **back end / front end**: the two halves of a paravirtual device, one in the domain that owns
 *   the hardware, one in the guest. They meet in XenStore and go through XenBus states.
 * - **operation**: one change of a domain's life (create, destroy, migrate …), queued and journalled.
 * - **plan**: the operation as data: the list of its named steps.
 * - **step**: the unit that is journalled, undone, recovered, faulted and shown to the user.
 * - **pivot**: the step after which an operation is only ever finished, never undone.
 * - **attempt**: steps after the pivot that may fail, and are then undone without what precedes them.
 */
export * from './answers.js';
export * from './api.js';
export * from './audit.js';
export * from './changes.js';
export * from './chronicle.js';
export * from './devices.js';
export * from './domain.js';
export * from './errors.js';
export * from './explanation.js';
export * from './host-details.js';
export * from './ids.js';
export * from './json.js';
export * from './operation.js';
export * from './questions.js';
export * from './xenbus.js';
