import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiClient } from '../client/api-client.js';
import {
  errorFromJson,
  type JsonObject,
  type ListedDomain,
  messageOf,
  type ReplyLine,
  ToolstackError,
} from '../model/index.js';
import { describeProgress } from '../render/progress.js';
import { renderMigration } from '../render/summary.js';
import { renderTree, renderTreesSideBySide } from '../render/tree.js';
import { findStateDir, type StateDir } from '../runtime/state-dir.js';
import { XenStoreClient } from '../xenstore/client.js';
import { heading, prompt, run, runQuietly, say } from './stage.js';
import { readTree, readTrees } from './store-trees.js';

const CONFIG = 'examples/busy.cfg';
const NAME = 'busy';
/** Slow enough for a reader to see rounds, fast enough for the guest's dirty rate to converge. */
const BANDWIDTH_KIB = 20 * 1024;

/**
 * The main job in one go, in a state directory of its own that is gone afterwards: create a
 * domain, look at it, move it while it works, ask what happened, destroy it.
 */
export async function demo(): Promise<void> {
  process.env.DOMOVOI_STATE_DIR = mkdtempSync(join(tmpdir(), 'domovoi-demo-'));
  const stateDir = findStateDir();
  const leave = (): void => void cleanUp(stateDir).finally(() => process.exit(130));
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    await perform(stateDir);
  } catch (error) {
    say(`\nThe demonstration failed: ${messageOf(error)}`);
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave);
    await cleanUp(stateDir);
  }
}

async function perform(stateDir: StateDir): Promise<void> {
  heading('A Xen host without Xen');
  say('The first command starts an embedded machine (a XenStore, a simulated hypervisor,');
  say('guests and back ends) and the toolstack daemon, here in a directory to throw away.');
  await run('list');

  heading('Create a domain from an xl.cfg');
  await run('create', CONFIG);
  await run('list');

  const store = await XenStoreClient.connect(stateDir.storeSocket);
  try {
    heading('Its tree, as xenstore-ls shows it too');
    const created = await findByName(stateDir);
    for (const root of [`/local/domain/${created.domid}`, `/vm/${created.uuid}`]) {
      const { entries } = await readTree(store, root);
      process.stdout.write(renderTree(root, entries));
    }

    heading('Move it, while it keeps writing to its memory');
    await migrate(stateDir, store, created);
    await run('list');
    say(`The UUID is still ${(await findByName(stateDir)).uuid}.`);

    heading('What happened to it?');
    await run('history', NAME);

    heading('Destroy it');
    await run('destroy', NAME);
    await run('list');
    say('What is left of it in XenStore:');
    const rest = await readTree(store, '/');
    const left = rest.entries.filter(({ path }) => !isOfTheHost(path));
    say(left.length === 0 ? 'nothing.' : renderTree('/', left));
  } finally {
    await store.close();
  }
}

/** Follows a migration, and looks at the store at the moment when both trees stand. */
async function migrate(
  stateDir: StateDir,
  store: XenStoreClient,
  source: ListedDomain,
): Promise<void> {
  prompt('migrate', NAME, 'localhost', `--bandwidth ${BANDWIDTH_KIB}`);
  const lines = await apiClient(stateDir.daemonSocket).change('migrate', {
    domain: NAME,
    destination: 'localhost',
    bandwidthKib: BANDWIDTH_KIB,
    requestedBy: 'the demonstration',
  });
  for await (const line of lines) {
    if (line.event === 'progress') say(describeProgress(line.progress));
    if (begins(line, 'precopy')) {
      await showBothTrees(stateDir, store, source);
    }
    if (begins(line, 'suspend')) say('the guest is asked to suspend');
    if (begins(line, 'go')) say('GO: from here on only the destination will run');
    if (line.event === 'finished') return report(source, line.state, line);
  }
  throw new ToolstackError('EIO', 'the daemon went away during the migration');
}

function report(
  source: ListedDomain,
  state: JsonObject,
  finished: Extract<ReplyLine, { event: 'finished' }>,
): void {
  if (finished.error !== undefined) throw errorFromJson(finished.error);
  process.stdout.write(renderMigration(NAME, source.uuid, state));
}

async function showBothTrees(
  stateDir: StateDir,
  store: XenStoreClient,
  source: ListedDomain,
): Promise<void> {
  const { domains } = await apiClient(stateDir.daemonSocket).ask('domains');
  const destination = domains.find(
    ({ uuid, domid }) => uuid === source.uuid && domid !== source.domid,
  );
  if (destination === undefined) return;
  const [left, right] = await readTrees(store, [
    `/local/domain/${source.domid}`,
    `/local/domain/${destination.domid}`,
  ]);
  if (left === undefined || right === undefined) return;
  say('The destination stands beside the source, complete, before the guest stops:');
  process.stdout.write(renderTreesSideBySide(left, right));
}

function begins(line: ReplyLine, step: string): boolean {
  return line.event === 'step' && line.status === 'started' && line.step.name === step;
}

async function findByName(stateDir: StateDir): Promise<ListedDomain> {
  const { domains } = await apiClient(stateDir.daemonSocket).ask('domains', { domain: NAME });
  const [domain] = domains;
  if (domain === undefined)
    throw new ToolstackError('no-such-domain', `there is no domain ${NAME}`);
  return domain;
}

/** What was there before the first domain. */
function isOfTheHost(path: string): boolean {
  if (path === '/local/domain') return true;
  if (path.startsWith('/local/domain/')) {
    return /^\/local\/domain\/0(\/(?!backend)|$)/.test(path);
  }
  return /^\/(tool|local)(\/|$)/.test(path) || /^\/vm(\/0{8}-|$)/.test(path);
}

async function cleanUp(stateDir: StateDir): Promise<void> {
  try {
    await runQuietly(['daemon', 'stop']);
    await runQuietly(['machine', 'stop']);
  } finally {
    rmSync(stateDir.root, { recursive: true, force: true });
  }
}
