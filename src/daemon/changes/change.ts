import { z } from 'zod';
import type { ChangeName, Changes, JsonObject, WarningLine } from '../../model/index.js';
import type { OperationRequest } from '../../operations/index.js';
import type { Toolstack } from '../toolstack.js';

/** One kind of change that users can ask for. */
export interface Change<Name extends ChangeName> {
  /** What a request must look like: nobody who can reach the socket is believed. */
  readonly schema: z.ZodType<Changes[Name]>;
  /**
   * Reads the request and gives what is to be queued. The plan is made when its turn has come.
   * @throws ToolstackError no-such-domain and what else is wrong with the request itself
   */
  begin(toolstack: Toolstack, request: Changes[Name]): Promise<Begun>;
}

export interface Begun {
  readonly request: OperationRequest;
  readonly warnings?: readonly WarningLine[];
  /** What was read of the request, in the JSON of libxl, where it wants to be told. */
  readonly config?: JsonObject;
}

/** A domain as users write it. */
export const reference = z.string().min(1).max(256);

/** What is in every request. */
export const asked = {
  requestedBy: z.string().max(4096),
  dryRun: z.boolean().exactOptional(),
};

/** What is in every request about one domain. */
export const aboutDomain = { ...asked, domain: reference };

/** What is in a request that describes a device. */
export const specification = {
  ...aboutDomain,
  specification: z.string().max(4096),
  cwd: z.string().max(4096),
};

/** What is in a request with a config. */
export const configText = {
  text: z.string(),
  file: z.string().max(4096),
  cwd: z.string().max(4096),
  overrides: z.array(z.string()),
  debug: z.boolean().exactOptional(),
};
