/** When a key appears and goes. */
export const LIVES = {
  host: 'from the start of the host on, and stays',
  skeleton: "from the domain's creation until it is gone",
  details: 'once memory, vcpus and event channels are there, until the domain is gone',
  rings: "once the guest's memory stands, until the domain is gone",
  snapshot: 'written with the details and when the toolstack changes it; goes with the domain',
  running: 'written with the details and at each pause and unpause; goes with the domain',
  vm: 'from the first incarnation on this host until the last is gone',
  incarnation: 'while this incarnation is on this host',
  device: 'from attach to detach',
  hotplug: 'once the hotplug script has run, until detach',
  'back end ready': 'once the back end is in InitWait, until detach',
  connecting: 'once the front end has its ring, until it closes',
  connected: 'once both ends are connected, until detach',
  guest: 'when the guest likes, until the domain is gone',
  request: 'set while a request waits for the guest, which empties it to acknowledge',
  failure: 'when something has failed',
  'device model': 'while a device model runs for the domain',
  'run time': 'written and rewritten while the domain runs',
} as const;
export type Life = keyof typeof LIVES;
