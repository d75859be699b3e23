import { PassThrough, Readable } from 'node:stream';
import type {
  DomainPorts,
  DomainRings,
  Hypervisor,
  PrecopyDecision,
  PrecopyRound,
  SaveResult,
} from '../../../src/hypervisor/hypervisor.js';
import type { Domid } from '../../../src/model/index.js';
import { suspendGuest } from '../../machine/helpers/guest.js';
import type { ContractHost } from './hosts.js';

const NEVER = new AbortController().signal;

export interface SaveWish {
  readonly decide?: (round: PrecopyRound) => PrecopyDecision;
  readonly suspend?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Saves as a toolstack does: some rounds, then the guest is asked to suspend. */
export function save(
  host: ContractHost,
  domid: Domid,
  output: PassThrough,
  wish: SaveWish = {},
): Promise<SaveResult> {
  return host.hypervisor.saveDomain(
    domid,
    output,
    {
      onProgress: () => undefined,
      decide: wish.decide ?? (({ round }) => (round >= 3 ? 'stop-and-copy' : 'continue')),
      suspend: wish.suspend ?? (() => suspendGuest(host, domid)),
    },
    wish.signal ?? NEVER,
  );
}

/** Saves a domain into memory. */
export async function saveImage(host: ContractHost, domid: Domid): Promise<Buffer> {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  await save(host, domid, stream);
  return Buffer.concat(parts);
}

export function restore(
  hypervisor: Hypervisor,
  domid: Domid,
  input: Readable | Buffer,
  ports: DomainPorts,
  signal = NEVER,
): Promise<DomainRings> {
  const stream = Buffer.isBuffer(input) ? Readable.from(inPieces(input)) : input;
  return hypervisor.restoreDomain(domid, stream, ports, signal);
}

function* inPieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
}
