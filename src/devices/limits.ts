/** How long others may take, in ms. The defaults are libxl's (libxl_internal.h). */
export interface DeviceLimits {
  /** For a back end to reach InitWait, and to close. */
  readonly backendMs: number;
  /** For a hotplug script. */
  readonly hotplugMs: number;
  /** For a console to be served. */
  readonly consoleMs: number;
}

export const DEFAULT_DEVICE_LIMITS: DeviceLimits = {
  backendMs: 10_000,
  hotplugMs: 40_000,
  consoleMs: 10_000,
};
