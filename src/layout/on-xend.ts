import type { Key, keysOf } from './key.js';

/** What xend was to do with a domain when it started and stopped: nothing, for there is none. */
export function onXend<Facts>(xend: ReturnType<typeof keysOf<Facts>>): Key<Facts>[] {
  return [
    xend(
      'on_xend_start',
      ['ignore', 'start'],
      'what is done when the toolstack starts',
      () => 'ignore',
    ),
    xend(
      'on_xend_stop',
      ['ignore', 'shutdown', 'suspend'],
      'what is done when the toolstack stops',
      () => 'ignore',
    ),
  ];
}
