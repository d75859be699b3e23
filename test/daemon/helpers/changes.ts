import {
  type ChangeName,
  type Changes,
  type ErrorJson,
  type JsonObject,
  type ListedDomain,
  toToolstackError,
} from '../../../src/model/index.js';
import { finished, succeeded, type TestHost } from './embedded.js';

type Wanted<Name extends ChangeName> = Omit<Changes[Name], 'requestedBy'>;

/** Asks for a change that has to succeed, and gives the operation's state. */
export async function changed<Name extends ChangeName>(
  host: TestHost,
  name: Name,
  wanted: Wanted<Name>,
): Promise<JsonObject> {
  return succeeded(await host.api.change(name, request(wanted)));
}

/** Asks for a change that has to fail, before it begins or later, and gives the error. */
export async function refused<Name extends ChangeName>(
  host: TestHost,
  name: Name,
  wanted: Wanted<Name>,
): Promise<ErrorJson> {
  let reply: Awaited<ReturnType<TestHost['api']['change']>>;
  try {
    reply = await host.api.change(name, request(wanted));
  } catch (thrown) {
    return toToolstackError(thrown).toJSON();
  }
  const { status, error } = await finished(reply);
  if (error === undefined) throw new Error(`the ${name} ${status}`);
  return error;
}

/** A domain as the daemon lists it. */
export async function seen(host: TestHost, domain: string): Promise<ListedDomain> {
  const { domains } = await host.api.ask('domains', { domain, long: true });
  const [found] = domains;
  if (found === undefined) throw new Error(`there is no ${domain}`);
  return found;
}

function request<Name extends ChangeName>(wanted: Wanted<Name>): Changes[Name] {
  return { ...wanted, requestedBy: 'test' } as unknown as Changes[Name];
}
