import { readFileSync } from 'node:fs';

/**
 * The largest resident set of this process so far, in bytes. On Linux it is `VmHWM`, which belongs to the program that
 * runs: `ru_maxrss`, which `process.resourceUsage()` reads, begins with the peak of the parent process (getrusage(2),
 * proc_pid_status(5)).
 */
export function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error('bench: /proc/self/status has no VmHWM');
  return Number(kilobytes) * 1024;
}
