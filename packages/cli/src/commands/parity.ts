import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ResidualError } from '@residual/base';
import { Option } from 'commander';
import { type NodeBackend, nodeBackends } from '../machine/backends.js';
import {
  type ComparisonOptions,
  type ComparisonReport,
  checkpointTable,
  type FolderReport,
  reportsAsJson,
  summaryTable,
  tokenizerTable,
} from '../parity/report.js';
import type { CommandDefinition } from '../runtime/command.js';
import { type CommandContext, withContext } from '../runtime/context.js';
import { type FormName, weightsOption } from '../runtime/model.js';
import { inputFile, outputFile } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { print, printJson } from '../terminal/output.js';

interface Options {
  readonly backend: NodeBackend | 'webgl';
  readonly json?: boolean;
  readonly dump?: string;
  readonly golden?: string;
  readonly weights?: FormName;
  readonly unpacked?: boolean;
}

/** A folder with the references of its tokenizer, if that is what is compared. */
interface Task {
  readonly folder: string;
  readonly tokenizerReferences: string | undefined;
}

/** Where the repository keeps its checkpoints with references. */
const fixtureFolders = ['fixtures/checkpoints', 'fixtures/architectures'];
const ownFolders = `all in ${fixtureFolders.join(' and ')}, as one table`;

/** `residual parity`: compares checkpoints and tokenizers with the reference outputs in their folders. */
export const parityCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    const backend = new Option('--backend <name>', 'where to compute; webgl runs in a Chrome of this machine');
    command
      .argument(
        '[folder...]',
        `folders of checkpoints, of logits processors, or of tokenizers (default: ${ownFolders})`,
      )
      .addOption(backend.choices([...nodeBackends, 'webgl']).default('wasm'))
      .option(
        '--dump <file>',
        'write our outputs under the names of the reference; works without references too',
        outputFile,
      )
      .addOption(weightsOption())
      .option('--unpacked', 'compare packed weights with the same weights in float32, on the inputs of the references')
      .option('--golden <file>', 'references of a tokenizer (default: the golden.json in its folder)', inputFile);
    return addJsonOption(command, 'print one JSON object instead of tables');
  },
  run: async ({ command, args, options }) => {
    const isSummary = args[0].length === 0;
    const folders = isSummary ? await fixtures() : args[0];
    if (options.dump && folders.length > 1)
      throw new ResidualError('option', `parity: --dump takes one folder; here are ${folders.length}`);
    if (options.golden && folders.length > 1)
      throw new ResidualError('option', `parity: --golden is of one folder; here are ${folders.length}`);
    const tasks = await tasksOf(folders, options);
    const computes = tasks.some(({ tokenizerReferences }) => tokenizerReferences === undefined);
    const backend = computes && options.backend !== 'webgl' ? options.backend : undefined;
    return withContext(command, backend, context => compareAll(tasks, { ...options, isSummary }, context));
  },
};

async function tasksOf(folders: readonly string[], { golden, dump }: Options): Promise<Task[]> {
  const { tokenizerGolden } = await import('../tokenizer/parity.js');
  const tasks: Task[] = [];
  for (const folder of folders) {
    const tokenizerReferences = await tokenizerGolden(folder, golden);
    if (tokenizerReferences !== undefined && dump)
      throw new ResidualError(
        'option',
        `parity: --dump writes tensors; ${folder} is compared as a tokenizer, which has none`,
      );
    tasks.push({ folder, tokenizerReferences });
  }
  return tasks;
}

/** The checkpoints of the repository that this folder is. */
async function fixtures(): Promise<string[]> {
  const folders: string[] = [];
  for (const parent of fixtureFolders) {
    const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
    folders.push(...entries.filter(entry => entry.isDirectory()).map(({ name }) => join(parent, name)));
  }
  if (folders.length > 0) return folders.sort((a, b) => basename(a).localeCompare(basename(b)));
  throw new ResidualError(
    'files',
    'parity: name a folder to compare; without one, those of the repository are compared',
  );
}

async function compareAll(
  tasks: readonly Task[],
  options: Options & { readonly isSummary: boolean },
  { signal, progress }: CommandContext,
): Promise<number> {
  const { json, dump: file, isSummary } = options;
  const reports: FolderReport[] = [];
  for (const [i, { folder, tokenizerReferences }] of tasks.entries()) {
    signal.throwIfAborted();
    if (isSummary) progress.show(`${i + 1} of ${tasks.length}: ${folder}`);
    const { report, table } =
      tokenizerReferences === undefined
        ? await compareCheckpoint(folder, options, signal)
        : await compareTokenizer(folder, tokenizerReferences);
    reports.push({ ...report, folder });
    if (!json && (!isSummary || !report.pass)) print(table);
  }
  progress.end();
  if (isSummary && !json) print(summaryTable(reports));
  if (file) {
    await writeFile(file, reports[0]!.dump!);
    if (!json) print(`our own outputs are in ${file}`);
  }
  const pass = reports.every(isAccepted(file !== undefined));
  if (json) printJson(reportsAsJson(reports, pass));
  return pass ? 0 : 1;
}

interface Comparison {
  readonly report: ComparisonReport;
  readonly table: string;
}

async function compareCheckpoint(folder: string, options: Options, signal: AbortSignal): Promise<Comparison> {
  const { weights, unpacked = false } = options;
  const wantsDump = options.dump !== undefined;
  const isWebgl = options.backend === 'webgl';
  const compareOn = isWebgl ? (await import('../parity/in-browser.js')).parityInBrowser : parityHere;
  const report = await compareOn(folder, { wantsDump, weights, unpacked, signal });
  return { report, table: checkpointTable(folder, report) };
}

async function compareTokenizer(folder: string, references: string): Promise<Comparison> {
  const { tokenizerParity } = await import('../tokenizer/parity.js');
  const { pass, checks } = await tokenizerParity(folder, references);
  return { report: { pass, checks, skipped: [], inputsOnly: false }, table: tokenizerTable(folder, checks) };
}

async function parityHere(
  folder: string,
  { wantsDump, weights, unpacked, signal }: ComparisonOptions & { readonly signal: AbortSignal },
): Promise<ComparisonReport> {
  const { dump, packedParity, parity } = await import('@residual/model/parity');
  const compare = unpacked ? packedParity : parity;
  const { outputs, ...report } = await compare(folder, { signal, ...(weights && { weights }) });
  return { ...report, ...(wantsDump && { dump: dump(outputs) }) };
}

/** A report passes if everything that can be compared agrees; a dump of inputs only has nothing to compare. */
function isAccepted(wantsDump: boolean): (report: ComparisonReport) => boolean {
  return ({ pass, checks, inputsOnly }) => pass || (wantsDump && inputsOnly && checks.length === 0);
}
