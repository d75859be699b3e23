import { MessageType } from './wire.js';

/**
 * What becomes of a request whose connection was lost before its reply came:
 * - `repeat`: asking again changes nothing, so it is asked again on the next connection;
 * - `void`: what it was about ended with the connection, so it had no effect;
 * - `unknown`: it may have been carried out, so only its caller can know what to do.
 */
export type Fate = 'repeat' | 'void' | 'unknown';

/** What decides on the fate of a request. */
export interface LostRequest {
  readonly type: MessageType;
  readonly transactionId: number;
}

/** The fate of a request that was in flight. The rules are those of docs/decisions/0006. */
export function fateOf({ type, transactionId }: LostRequest): Fate {
  if (type === MessageType.TRANSACTION_END) return 'unknown';
  if (transactionId !== 0) return 'void';
  switch (type) {
    case MessageType.READ:
    case MessageType.DIRECTORY:
    case MessageType.DIRECTORY_PART:
    case MessageType.GET_PERMS:
    case MessageType.GET_DOMAIN_PATH:
    case MessageType.IS_DOMAIN_INTRODUCED:
    case MessageType.WATCH:
      return 'repeat';
    case MessageType.UNWATCH:
    case MessageType.RESET_WATCHES:
    case MessageType.TRANSACTION_START:
      return 'void';
    case MessageType.WRITE:
    case MessageType.MKDIR:
    case MessageType.RM:
    case MessageType.SET_PERMS:
    case MessageType.INTRODUCE:
    case MessageType.RELEASE:
    case MessageType.RESUME:
    case MessageType.SET_TARGET:
    case MessageType.CONTROL:
    // Never sent by a client.
    case MessageType.WATCH_EVENT:
    case MessageType.ERROR:
      return 'unknown';
  }
}

/** The words that tell a caller what its request's fate means. */
export const FATE_IN_WORDS: Readonly<Record<Fate, string>> = {
  repeat: '',
  void: ', it had no effect',
  unknown: ', whether it was carried out is unknown',
};
