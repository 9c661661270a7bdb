import { readFileSync } from 'node:fs';

/**
 * The largest resident set of this process so far, in bytes. On Linux it is `VmHWM`, which belongs to the program that
 * runs: `ru_maxrss`, which `process.resourceUsage()` reads, begins with the peak of the parent process (getrusage(2),
 * proc_pid_status(5)).
 */
export function peakMemory(): number {
  return process.platform === 'linux' ? peakOf('self') : process.resourceUsage().maxRSS * 1024;
}

/** The largest of the resident sets that other processes have had, in bytes. Linux only. */
export const peakOfProcesses = (numbers: readonly number[]): number => Math.max(...numbers.map(peakOf));

function peakOf(process: number | 'self'): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error(`bench: /proc/${process}/status has no VmHWM`);
  return Number(kilobytes) * 1024;
}
