/** A hotplug script without a slash lies in Xen's own directory of them. */
export function scriptPath(script: string): string {
  return script.includes('/') ? script : `/etc/xen/scripts/${script}`;
}
