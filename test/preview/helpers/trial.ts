import type { Change } from '../../../src/daemon/changes/change.js';
import { CHANGES } from '../../../src/daemon/changes/index.js';
import { stepsOf } from '../../../src/daemon/steps.js';
import { Toolstack } from '../../../src/daemon/toolstack.js';
import type { Host } from '../../../src/domain/index.js';
import type { ChangeName, Changes, PreviewLine, StoreChange } from '../../../src/model/index.js';
import { OperationQueue } from '../../../src/operations/index.js';
import type { TestGround } from '../../daemon/helpers/embedded.js';
import { recordingStore } from './recording-store.js';
import { snapshotOf } from './snapshot.js';

/** A request for a change, tried out and then made. */
export interface Trial {
  /** Everything that must not differ, before and after it was tried out. */
  readonly before: unknown;
  readonly after: unknown;
  readonly forecast: PreviewLine;
  /** What the toolstack itself changed in the store when the change was made. */
  readonly made: readonly StoreChange[];
}

export async function tryAndMake<Name extends ChangeName>(
  ground: TestGround,
  name: Name,
  asked: Changes[Name],
): Promise<Trial> {
  const { store, changes } = recordingStore(ground.store, await snapshotOf(ground.store));
  const toolstack = toolstackOn(ground, { ...ground.host, store });
  const before = await everything(ground, toolstack);
  const forecast = await previewOf(toolstack, name, asked);
  const after = await everything(ground, toolstack);
  await makeOn(toolstack, name, asked);
  return { before, after, forecast, made: await changes() };
}

/** Only makes a change. */
export function make<Name extends ChangeName>(
  ground: TestGround,
  name: Name,
  asked: Changes[Name],
): Promise<void> {
  return makeOn(toolstackOn(ground, ground.host), name, asked);
}

async function makeOn<Name extends ChangeName>(
  toolstack: Toolstack,
  name: Name,
  asked: Changes[Name],
): Promise<void> {
  const { request } = await begin(toolstack, name, asked);
  const { status, error } = await toolstack.queue.submit(request).finished;
  if (status !== 'succeeded') throw new Error(`the ${name} ${status}: ${JSON.stringify(error)}`);
}

/** Only tries a request out. */
export async function preview<Name extends ChangeName>(
  ground: TestGround,
  name: Name,
  asked: Changes[Name],
): Promise<PreviewLine> {
  return previewOf(toolstackOn(ground, ground.host), name, asked);
}

async function previewOf<Name extends ChangeName>(
  toolstack: Toolstack,
  name: Name,
  asked: Changes[Name],
): Promise<PreviewLine> {
  const { request } = await begin(toolstack, name, asked);
  return toolstack.preview(request);
}

function begin<Name extends ChangeName>(toolstack: Toolstack, name: Name, asked: Changes[Name]) {
  const change = CHANGES[name] as Change<Name> | undefined;
  if (change === undefined) throw new Error(`there is no change ${name}`);
  return change.begin(toolstack, change.schema.parse(asked));
}

function toolstackOn(ground: TestGround, host: Host): Toolstack {
  const { history } = ground;
  const queue = new OperationQueue({ journal: history.journal, handlers: stepsOf(host) });
  return new Toolstack(host, history, queue);
}

async function everything(ground: TestGround, { queue, history }: Toolstack): Promise<unknown> {
  const { queries } = history;
  return {
    ...(await ground.traces()),
    queue: queue.counts(),
    operations: queries.operations(),
    incarnations: queries.incarnations(),
    events: queries.events(),
    configs: queries.incarnations().map(({ uuid }) => history.records.config(uuid)),
  };
}
