import {
  type DevicePlaces,
  devicesPath,
  frontEndsPath,
  homePath,
  vmDevicesPath,
  vmPath,
} from '../layout/index.js';
import { DOM0, type DomainInfo, type Finding, type RepairCondition } from '../model/index.js';
import type { Scene } from './scene.js';
import type { SeenDevice } from './seen-devices.js';

/*
 * What is wrong with a device of which a part is missing, and what can be done about it.
 */

export function noFrontEnd({ info: { domid }, label, places }: SeenDevice): Finding {
  return {
    code: 'no-front-end',
    severity: 'error',
    path: places.front,
    domid,
    what: `the ${label} of domain ${domid} has a back end and no front end`,
    why: 'A guest may remove its own front end, and a toolstack that was killed while it detached too.',
    suggestion: 'Detach the device by force.',
  };
}

export function noBackEnd(scene: Scene, { info, label, places }: SeenDevice): Finding {
  const { domid, uuid } = info;
  const { record, front, back } = places;
  const finding: Finding = {
    code: 'no-back-end',
    severity: 'error',
    path: back,
    domid,
    what: `the ${label} of domain ${domid} has a front end and no back end`,
    why: 'Its driver domain has gone, or a toolstack was killed while it detached. The device is dead.',
  };
  if (!scene.isKnown(uuid)) {
    return { ...finding, suggestion: 'Detach the device with the toolstack that made the domain.' };
  }
  return {
    ...finding,
    repair: {
      edits: [
        { edit: 'remove', path: record, upTo: devicesPath(domid) },
        { edit: 'remove', path: front, upTo: frontEndsPath(domid) },
        ...pointersTo(scene, info, places),
      ],
      conditions: [
        { is: 'living', domid, uuid },
        { is: 'missing', path: back },
      ],
    },
  };
}

/** What points from /vm to a device goes with the last of it. */
function pointersTo({ tree }: Scene, { uuid, domid }: DomainInfo, places: DevicePlaces) {
  const path = `${vmDevicesPath(uuid)}${places.record.slice(devicesPath(domid).length)}`;
  if (tree.value(`${path}/frontend`) !== places.front) return [];
  return [{ edit: 'remove', path, upTo: vmPath(uuid) } as const];
}

export function staleRecord({ info: { domid, uuid }, label, places }: SeenDevice): Finding {
  const { record, front, back } = places;
  return {
    code: 'stale-record',
    severity: 'error',
    path: record,
    domid,
    what: `the ${label} of domain ${domid} is on record and has neither half`,
    why: 'A toolstack was killed while it detached the device. Its number cannot be used again.',
    repair: {
      edits: [{ edit: 'remove', path: record, upTo: devicesPath(domid) }],
      conditions: [
        { is: 'living', domid, uuid },
        { is: 'missing', path: front },
        { is: 'missing', path: back },
      ],
    },
  };
}

/** @param recorded the back end that the device has, by the toolstack's record */
export function loneBackEnd(
  scene: Scene,
  { info, label, backendDomid, places }: SeenDevice,
  recorded?: string,
): Finding {
  const { domid, uuid } = info;
  const { record, front, back } = places;
  const proof: readonly RepairCondition[] =
    recorded === undefined
      ? [
          { is: 'missing', path: `${record}/backend` },
          { is: 'missing', path: front },
        ]
      : [{ is: 'value', path: `${record}/backend`, value: recorded }];
  return {
    code: 'lone-back-end',
    severity: 'error',
    path: back,
    domid,
    what:
      recorded === undefined
        ? `domain ${domid} has no ${label}, but there is a back end for it`
        : `the ${label} of domain ${domid} has another back end, ${recorded}`,
    why: 'A toolstack was killed while it detached the device. The back end may hold on to a disk.',
    repair: {
      edits: [
        { edit: 'remove', path: back, upTo: homePath(backendDomid) },
        ...(recorded === undefined ? pointersTo(scene, info, places) : []),
      ],
      conditions: [{ is: 'living', domid, uuid }, ...proof],
    },
  };
}

/**
 * Only where the back end is in domain 0 can it be believed: a driver domain could make the
 * toolstack remember devices that nobody asked for.
 */
export function noRecord(
  scene: Scene,
  { info, label, backendDomid, places }: SeenDevice,
): Finding[] {
  const { domid, uuid } = info;
  const { record, front, back } = places;
  if (!scene.tree.has(devicesPath(domid))) return [];
  const finding: Finding = {
    code: 'no-record',
    severity: 'error',
    path: record,
    domid,
    what: `the toolstack has no record of the ${label} of domain ${domid}`,
    why: 'Without it the device is neither listed nor removed with its domain.',
  };
  if (backendDomid !== DOM0) {
    return [{ ...finding, suggestion: 'Detach the device and attach it again.' }];
  }
  const permissions = 'n0';
  const copies = scene.tree
    .children(back)
    .filter((key) => key !== 'frontend')
    .map((key) => ({
      edit: 'write' as const,
      path: `${record}/${key}`,
      value: key === 'state' ? '1' : (scene.tree.value(`${back}/${key}`) ?? ''),
      permissions,
    }));
  return [
    {
      ...finding,
      repair: {
        edits: [
          { edit: 'write', path: record, value: '', permissions },
          { edit: 'write', path: `${record}/frontend`, value: front, permissions },
          { edit: 'write', path: `${record}/backend`, value: back, permissions },
          ...copies,
        ],
        conditions: [
          { is: 'living', domid, uuid },
          { is: 'there', path: front },
          { is: 'there', path: back },
          { is: 'missing', path: `${record}/backend` },
        ],
      },
    },
  ];
}

/** The guest owns its front end and may write there what it likes; nobody goes by it. */
export function elsewhere(
  { tree }: Scene,
  { info: { domid }, label, places }: SeenDevice,
): Finding[] {
  const path = `${places.front}/backend`;
  if (tree.value(path) === places.back) return [];
  return [
    {
      code: 'front-end-elsewhere',
      severity: 'warning',
      path,
      domid,
      what: `the front end of the ${label} of domain ${domid} names another back end than its record`,
      why: 'The guest has written it. It has no effect but that the guest finds no back end.',
      suggestion: 'Have a look at the guest; detach and attach the device to set it right.',
    },
  ];
}
