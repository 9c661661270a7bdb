import { writeFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { Check } from '@residual/model/parity';
import { Command, Option } from 'commander';
import { type NodeBackend, nodeBackends, rerunForWebGPU, startBackend } from '../machine/backends.js';
import { columns, print } from '../output.js';
import { argsOf } from './generate.js';
import type { ComparisonReport } from './parity-in-browser.js';

interface Options {
  readonly backend: NodeBackend | 'webgl';
  readonly json?: boolean;
  readonly dump?: string;
  readonly golden?: string;
}

type FolderReport = ComparisonReport & { readonly folder: string };

/** `residual parity`: compares checkpoints and tokenizers with the reference outputs in their folders. */
export function parityCommand(exit: (code: number) => void): Command {
  return new Command('parity')
    .argument('<folder...>', 'folders of checkpoints, of logits processors, or of tokenizers')
    .addOption(
      new Option('--backend <name>', 'the backend; webgl runs in a Chrome of this machine')
        .choices([...nodeBackends, 'webgl'])
        .default('wasm'),
    )
    .option('--dump <file>', 'write our outputs under the names of the reference; works without references too')
    .option('--golden <file>', 'references of a tokenizer, instead of the golden.json in its folder')
    .option('--json', 'print one object instead of tables')
    .action(async (folders: string[], options: Options, command: Command) => {
      if (options.dump && folders.length > 1)
        throw new ResidualError('option', `parity: --dump takes one folder; here are ${folders.length}`);
      if (options.golden && folders.length > 1)
        throw new ResidualError('option', `parity: --golden is of one folder; here are ${folders.length}`);
      const again = options.backend === 'webgpu' ? await rerunForWebGPU(argsOf(command)) : undefined;
      exit(again ?? (await compareAll(folders, options)));
    });
}

async function compareAll(folders: readonly string[], options: Options): Promise<number> {
  const { backend, json, dump: file } = options;
  const reports: FolderReport[] = [];
  let isStarted = backend === 'webgl';
  for (const folder of folders) {
    const tokenizer = await compareTokenizer(folder, options);
    if (tokenizer) {
      reports.push(tokenizer);
      continue;
    }
    if (!isStarted) await startBackend(backend as NodeBackend);
    isStarted = true;
    const compareOn = backend === 'webgl' ? (await import('./parity-in-browser.js')).parityInBrowser : parityHere;
    const report = await compareOn(folder, file !== undefined);
    reports.push({ ...report, folder });
    if (!json) print(tableOf(folder, report));
  }
  if (file) {
    await writeFile(file, reports[0]!.dump!);
    if (!json) print(`our own outputs are in ${file}`);
  }
  const pass = reports.every(isAccepted(file !== undefined));
  if (json) print(JSON.stringify(plain(reports, pass)));
  return pass ? 0 : 1;
}

/** The report on a folder with a tokenizer and its references; undefined for any other folder. */
async function compareTokenizer(folder: string, { golden, dump, json }: Options): Promise<FolderReport | undefined> {
  const { tokenizerGolden, tokenizerParity, tokenizerTable } = await import('../tokenizer-parity.js');
  const references = await tokenizerGolden(folder, golden);
  if (references === undefined) return undefined;
  if (dump)
    throw new ResidualError(
      'option',
      `parity: --dump writes tensors; ${folder} is compared as a tokenizer, which has none`,
    );
  const report = await tokenizerParity(folder, references);
  if (!json) print(tokenizerTable(folder, report));
  return { ...report, folder, skipped: [], inputsOnly: false };
}

async function parityHere(folder: string, wantsDump: boolean): Promise<ComparisonReport> {
  const { dump, parity } = await import('@residual/model/parity');
  const { outputs, ...report } = await parity(folder);
  return { ...report, ...(wantsDump && { dump: dump(outputs) }) };
}

/** A report passes if everything that can be compared agrees; a dump of inputs only has nothing to compare. */
function isAccepted(wantsDump: boolean): (report: ComparisonReport) => boolean {
  return ({ pass, checks, inputsOnly }) => pass || (wantsDump && inputsOnly && checks.length === 0);
}

function plain(reports: readonly FolderReport[], pass: boolean) {
  const several = reports.length > 1;
  const named = (folder: string, name: string) => (several ? `${folder}: ${name}` : name);
  return {
    pass,
    checks: reports.flatMap(({ folder, checks }) =>
      checks.map(({ name, maxAbsolute, maxRelative, tolerance, pass: agrees, note }) => ({
        name: named(folder, name),
        max_abs: finite(maxAbsolute),
        max_rel: finite(maxRelative),
        tolerance,
        pass: agrees,
        ...(note && { note }),
      })),
    ),
    skipped: reports.flatMap(({ folder, skipped }) =>
      skipped.map(({ name, reason }) => ({ name: named(folder, name), reason })),
    ),
  };
}

function tableOf(folder: string, { checks, skipped }: ComparisonReport): string {
  if (checks.length === 0 && skipped.length === 0) return `${folder}\nnothing to compare with: inputs only\n`;
  const row = ({ name, maxAbsolute, maxRelative, tolerance, pass, note }: Check) => [
    name,
    maxAbsolute.toExponential(1),
    maxRelative.toExponential(1),
    tolerance.toExponential(1),
    pass ? 'agrees' : `DIFFERS${note ? `: ${note}` : ''}`,
  ];
  const table = columns([['name', 'largest difference', 'of the largest entry', 'tolerance', ''], ...checks.map(row)]);
  const left =
    skipped.length > 0 ? `\nnot compared: ${skipped.map(({ name, reason }) => `${name} (${reason})`).join(', ')}` : '';
  const failed = checks.filter(({ pass }) => !pass).length;
  return `${folder}\n${table}${left}\n${checks.length - failed} of ${checks.length} agree\n`;
}

/** JSON has no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
