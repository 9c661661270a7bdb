import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { BombTarget, Limits, Outcome, Report } from './target.js';

/** Longer messages count as defects: nobody reads them. */
const maxMessageLength = 20_000;

/** The file descriptor for reports. */
const reportDescriptor = 3;

/**
 * Runs in its own thread, since the code under test does not yield, and kills the process when one input takes too long
 * or too much memory. It measures processor time, so that other load on the machine changes nothing; the time of an
 * input counts from the first look at it.
 */
const watchdogCode = `
const { workerData: { current, seconds, megabytes } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const end = (outcome, message) => {
  const megabytes = process.resourceUsage().maxRSS / 1024;
  writeSync(${reportDescriptor}, JSON.stringify({ isDying: true, outcome, message, megabytes }) + '\\n');
  process.kill(process.pid, 'SIGKILL');
};
let seen = { input: 0, start: 0 };
setInterval(() => {
  const input = Atomics.load(current, 0);
  if (input === 0) return;
  const { user, system } = process.cpuUsage();
  const now = (user + system) / 1e6;
  if (input !== seen.input) seen = { input, start: now };
  if (now - seen.start > seconds) end('hang', 'more than ' + seconds + ' s of processor time');
  const used = process.memoryUsage.rss() / 2 ** 20;
  if (used > megabytes) end('memory', Math.round(used) + ' MB; ' + Math.round(megabytes) + ' would fit');
}, 50);
`;

/** Writes a report for the parent process. */
export const report = (line: object): number => writeSync(reportDescriptor, `${JSON.stringify(line)}\n`);

/** Whether an error comes from one of our packages, which mark their errors. */
const isResidualError = (error: unknown) =>
  typeof error === 'object' && error !== null && ('@residual/error' in error || Symbol.for('residual.error') in error);

/** The outcome and the message of an error that an input caused. */
export function outcomeOf(error: unknown): [Outcome, string] {
  if (isResidualError(error)) {
    const { message } = error as Error;
    return [message.length > maxMessageLength ? 'long' : 'refused', message];
  }
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return ['raw', `${name}: ${message}${stack.split('\n', 3).slice(1).join('')}`];
}

/** Refuses single arrays above the limit. Untouched pages cost no memory on this system, but they do on others. */
function limitArrays(bytes: number): void {
  const refuse = (requested: number) => {
    throw new RangeError(`an array of ${requested} bytes; ${bytes} would fit`);
  };
  const typed = [
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ];
  for (const original of [ArrayBuffer, ...typed]) {
    const width = 'BYTES_PER_ELEMENT' in original ? original.BYTES_PER_ELEMENT : 1;
    // A function that takes the place of the class; a proxy of it would make each array several times slower.
    const construct = original as new (...args: unknown[]) => object;
    const limited = function (first: unknown, second: unknown, third: unknown): object {
      if (typeof first === 'number' && first * width > bytes) refuse(first * width);
      if (new.target === (limited as unknown)) return new construct(first, second, third);
      return Reflect.construct(construct, [first, second, third], new.target as never);
    };
    Object.defineProperties(limited, Object.getOwnPropertyDescriptors(original));
    Object.setPrototypeOf(limited, Object.getPrototypeOf(original));
    (globalThis as Record<string, unknown>)[original.name] = limited;
  }
}

/** Watches the inputs that this process reads. */
export interface Watchdog {
  /** An input begins. */
  readonly begin: () => void;
  /** It ended. */
  readonly end: () => void;
  /** Runs the collector when memory becomes scarce. */
  readonly collectGarbage: () => void;
}

/** Lines of a stack that a report shows; to collect more would take longer than reading a small file. */
const reportedLines = 3;

/** Starts to watch this process. */
export function startWatchdog({ seconds, megabytes }: Pick<Limits, 'seconds' | 'megabytes'>): Watchdog {
  const current = new Int32Array(new SharedArrayBuffer(4)); // the number of the input, 0 between two
  let inputs = 0;
  Error.stackTraceLimit = reportedLines;
  // The heap limit plus the process itself and the data of arrays.
  const maxMegabytes = process.memoryUsage.rss() / 2 ** 20 + megabytes + 128;
  new Worker(watchdogCode, { eval: true, workerData: { current, seconds, megabytes: maxMegabytes } }).unref();
  limitArrays(megabytes * 2 ** 20);
  const collectGarbage = () => {
    if (process.memoryUsage.rss() / 2 ** 20 > 0.75 * maxMegabytes) globalThis.gc?.();
  };
  const begin = () => Atomics.store(current, 0, ++inputs);
  const end = () => Atomics.store(current, 0, 0);
  return { begin, end, collectGarbage };
}

/** Reads the inputs of all targets, one after another, and reports on each. */
export async function readAll(targets: Readonly<Record<string, BombTarget<never>>>): Promise<void> {
  const limits = JSON.parse(process.argv[2]!) as Limits;
  const { only, from } = limits;
  const watchdog = startWatchdog(limits);
  let unhandled: unknown;
  process.on('unhandledRejection', error => {
    unhandled = error;
  });

  for (const [targetIndex, [target, { inputs, read }]] of Object.entries(targets).entries()) {
    if (targetIndex < from[0] || (only && !only.includes(target))) continue;
    let index = -1;
    for (const { name, make } of inputs()) {
      if (++index < from[1] && targetIndex === from[0]) continue;
      report({ at: [targetIndex, index], target, name } satisfies Report);
      const input = make();
      let [outcome, message]: [Outcome, string] = ['read', ''];
      unhandled = undefined;
      watchdog.begin();
      try {
        await read(input as never);
      } catch (error) {
        [outcome, message] = outcomeOf(error);
      }
      watchdog.end();
      if (unhandled !== undefined) [outcome, message] = ['raw', `not handled: ${outcomeOf(unhandled)[1]}`];
      const megabytes = process.resourceUsage().maxRSS / 1024;
      report({ outcome, message: message.slice(0, 500), megabytes } satisfies Report);
      watchdog.collectGarbage();
    }
  }
  process.exit(0);
}
