import { type CompleteConfig, type DeviceAddress, parseBackEndPath } from '../layout/index.js';
import {
  DOMAIN_TYPES,
  type DomainType,
  type Domid,
  type JsonObject,
  parseDomid,
  ToolstackError,
  type Uuid,
} from '../model/index.js';
import type { DeviceConfig } from './plans/devices.js';

/*
 * Typed reading of what plans and finished steps have left in an operation's state. The state was
 * written by this program, so what is missing or odd is a fault of ours.
 */

export function textIn(state: JsonObject, key: string): string {
  const value = state[key];
  if (typeof value !== 'string') throw lacking(key);
  return value;
}

export function numberIn(state: JsonObject, key: string): number {
  const value = state[key];
  if (typeof value !== 'number') throw lacking(key);
  return value;
}

export function uuidIn(state: JsonObject): Uuid {
  return textIn(state, 'uuid') as Uuid;
}

/** Undefined where the step that makes the domain has not finished. */
export function maybeDomidIn(state: JsonObject, key: string): Domid | undefined {
  const value = state[key];
  return typeof value === 'number' ? parseDomid(String(value)) : undefined;
}

export function domidIn(state: JsonObject, key: string): Domid {
  const found = maybeDomidIn(state, key);
  if (found === undefined) throw lacking(key);
  return found;
}

/** The config was checked when it came in, and complete when the plan was made. */
export function configIn(state: JsonObject): CompleteConfig {
  const value = state.config;
  if (typeof value !== 'object' || value === null) throw lacking('config');
  return value as unknown as CompleteConfig;
}

/** The device that the plan is about, as a config describes it. */
export function deviceConfigIn(state: JsonObject, key = 'device'): DeviceConfig {
  const value = state[key];
  if (typeof value !== 'object' || value === null) throw lacking(key);
  return value as unknown as DeviceConfig;
}

export function domainTypeIn(state: JsonObject): DomainType {
  const type = DOMAIN_TYPES.find((known) => known === state.domainType);
  if (type === undefined) throw lacking('domainType');
  return type;
}

/** Devices that were listed in a step's arguments by the path of their back end. */
export function devicesIn(args: JsonObject): DeviceAddress[] {
  const paths = Array.isArray(args.devices) ? args.devices : [];
  return paths.flatMap((path) => (typeof path === 'string' ? (parseBackEndPath(path) ?? []) : []));
}

function lacking(key: string): ToolstackError {
  return new ToolstackError('internal', `the operation's state lacks "${key}"`);
}
