import type { Chronicle, JsonObject, LifecycleEvent, Uuid } from '../model/index.js';

/** A chronicle that knows what the real one does, and forgets all that it is told with itself. */
export class PretendChronicle implements Chronicle {
  readonly #real: Pick<Chronicle, 'config'>;
  readonly #configs = new Map<Uuid, JsonObject>();

  constructor(real: Pick<Chronicle, 'config'>) {
    this.#real = real;
  }

  domainSeen(): void {
    return;
  }

  beginIncarnation(): number {
    return 1;
  }

  endIncarnation(): boolean {
    return true;
  }

  rollBackIncarnations(): void {
    return;
  }

  saveConfig(uuid: Uuid, config: JsonObject): void {
    this.#configs.set(uuid, config);
  }

  config(uuid: Uuid): JsonObject | undefined {
    return this.#configs.get(uuid) ?? this.#real.config(uuid);
  }

  appendEvent(event: Omit<LifecycleEvent, 'seq'>): LifecycleEvent {
    return { ...event, seq: 0 };
  }
}
