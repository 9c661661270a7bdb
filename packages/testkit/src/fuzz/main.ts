import { parseArgs } from 'node:util';
import { runBombs } from '../bombs/run-bombs.js';
import { fileKinds } from './kinds.js';
import { runFuzz } from './run-fuzz.js';
import { defectLines, type FuzzRow, table } from './table.js';

const help = `pnpm fuzz [--minutes 5] [--inputs N] [--kind NAME] [--seed 1]

Reads hostile files of every kind: bombs (each number huge, each list long, each value deeply nested or of a wrong
type) and valid files with random changes, in processes with a heap of 256 MB and 5 s of processor time for each.
Prints a table, and each defect with its input's number.

  --minutes  how long in all; the kinds share it
  --inputs   how many inputs of each kind, however long it takes
  --kind     only kinds whose name contains this; may be given again
  --seed     which inputs: the same seed makes the same ones`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    inputs: { type: 'string' },
    kind: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
const positive = (name: string, text: string) => {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  console.error(`fuzz: --${name} must be a number above 0, it is ${text}`);
  process.exit(1);
};

if (values.help) {
  console.log(help);
  process.exit(0);
}
const inputs = values.inputs === undefined ? Number.MAX_SAFE_INTEGER : positive('inputs', values.inputs);
const minutes =
  values.minutes === undefined ? (values.inputs === undefined ? 5 : undefined) : positive('minutes', values.minutes);
const seed = positive('seed', values.seed);

const all = await fileKinds();
const kinds = all.filter(({ name }) => !values.kind || values.kind.some(kind => name.includes(kind)));
if (kinds.length === 0) {
  console.error(`fuzz: no kind has a name with ${values.kind}; there are ${all.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}
const end = minutes === undefined ? undefined : Date.now() + minutes * 60_000;
const rows: FuzzRow[] = [];
const showStatus = (text: string) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`);
for (const [index, { name, module, target, isFuzzed }] of kinds.entries()) {
  showStatus(`${name}: bombs`);
  const bombs = await runBombs(module, { only: [target] });
  const left = kinds.slice(index).filter(kind => kind.isFuzzed).length;
  const until = end === undefined ? {} : { until: Date.now() + Math.max(1000, (end - Date.now()) / Math.max(1, left)) };
  const onProgress = (done: number) => showStatus(`${name}: ${done.toLocaleString('en')} inputs`);
  const fuzzResults = isFuzzed ? await runFuzz(module, { target, inputs, seed, onProgress, ...until }) : undefined;
  rows.push({ kind: name, bombs, fuzzResults });
}
showStatus('');
console.log(table(rows));
const lines = defectLines(rows);
if (lines.length > 0) console.log(`\n${lines.join('\n')}`);
process.exitCode = lines.length > 0 ? 1 : 0;
