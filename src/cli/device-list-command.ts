import type { ApiClient } from '../client/api-client.js';
import { renderJson } from '../render/json.js';
import { BaseCommand } from './base-command.js';
import { aboutDomain } from './failure.js';

interface DeviceList<Device> {
  readonly kind: string;
  readonly header: string;
  ask(daemon: ApiClient, domain: string): Promise<readonly Device[]>;
  render(devices: readonly Device[]): string;
}

/** A command that lists the devices of one kind of several domains, one domain after the other. */
export abstract class DeviceListCommand extends BaseCommand {
  protected async listDevices<Device>(
    domains: readonly string[],
    { json }: { readonly json: boolean },
    { kind, header, ask, render }: DeviceList<Device>,
  ): Promise<void> {
    const found: Device[] = [];
    if (!json) this.print(header);
    for (const domain of domains) {
      const answer = this.ask((daemon) => ask(daemon, domain));
      const devices = await aboutDomain(this.ctor.id, domain, answer);
      if (!json) this.print(render(devices));
      found.push(...devices);
    }
    if (json) this.print(renderJson(kind, { items: found }));
  }
}
