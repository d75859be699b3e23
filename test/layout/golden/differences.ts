export interface Difference {
  readonly path: RegExp;
  readonly reason: string;
}

/** Values that may differ between a real domain's tree and ours, which nobody has answered yet. */
export const DIFFERENT_VALUES: readonly Difference[] = [
  { path: /^\/vm\/[^/]+\/start_time$/, reason: 'the time' },
  { path: /\/console\/tty$/, reason: 'xenconsoled opened another pty, or none yet' },
  { path: /\/(store|console)\/ring-ref$/, reason: 'the hypervisor gave other frames' },
  {
    path: /\/(device|backend)\/(vbd|vif)\/.*\/state$/,
    reason: 'drivers took the device further than Initialising',
  },
  { path: /\/backend\/vif\/.*\/hotplug-status$/, reason: 'the hotplug script ran' },
  { path: /\/control\/feature-(poweroff|reboot|suspend)$/, reason: 'the guest wrote what it can' },
];
