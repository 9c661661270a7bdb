/**
 * Compares all checkpoints in fixtures with their references, on the backends that are named (default: all four), and
 * writes the table into README.md: node scripts/parity-table.mjs [cpu wasm webgpu webgl]. It needs a build. Backends
 * that are not named keep their numbers. GPU backends compute what the numbers of the table need, because in software
 * each shape of a continuation is compiled by itself; --whole computes everything there too.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeBetween } from './lib/marked.mjs';
import { root } from './lib/run.mjs';

const all = ['cpu', 'wasm', 'webgpu', 'webgl'];
const words = process.argv.slice(2).filter(word => word !== '--whole');
const backends = words.length > 0 ? words : all;
const isWhole = process.argv.includes('--whole');
const marks = { begin: '<!-- parity: written by scripts/parity-table.mjs -->', end: '<!-- end of parity -->' };

const folders = ['fixtures/checkpoints', 'fixtures/architectures'].flatMap(parent =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => join(parent, name)),
);

/** Outputs that a GPU in software takes minutes for. */
const long = /^(greedy|beam|grad\.|grad_norm|after\.|loss)|padded|attentions\.|hidden_states\./;

/** A copy of the folders, in which the references lack such outputs. */
async function withoutLongOutputs() {
  const copy = mkdtempSync(join(tmpdir(), 'residual-parity-'));
  const { bytesSource, openSafetensors, writeSafetensors } = await import('../packages/safetensors/dist/index.js');
  for (const folder of folders) {
    mkdirSync(join(copy, folder), { recursive: true });
    for (const name of readdirSync(join(root, folder)))
      if (!name.startsWith('golden.')) linkOrCopy(join(root, folder, name), join(copy, folder, name));
    const stored = await openSafetensors(bytesSource(readFileSync(join(root, folder, 'golden.safetensors'))));
    const names = [...stored.tensors.keys()];
    const few = names.filter(name => !long.test(name));
    const kept = few.some(name => /logits|waveform|embeds|pool|last_hidden_state|scores/.test(name)) ? few : names;
    const tensors = new Map();
    for (const name of kept) tensors.set(name, await stored.read(name));
    writeFileSync(join(copy, folder, 'golden.safetensors'), writeSafetensors(tensors));
    const about = join(root, folder, 'golden.json');
    if (!existsSync(about)) continue;
    const { kind, architecture } = JSON.parse(readFileSync(about, 'utf8'));
    writeFileSync(join(copy, folder, 'golden.json'), JSON.stringify({ kind, architecture }));
  }
  return copy;
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to); // on another disk
  }
}

/** The checks of some folders, in a process of their own, by folder and output. */
function compare(backend, some, cwd) {
  const command = [join(root, 'packages/cli/bin/residual.js'), 'parity', '--json', '--backend', backend, ...some];
  let output;
  try {
    output = execFileSync(process.execPath, command, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  } catch (error) {
    output = error.stdout; // a check that fails has the exit code 1, and is counted below
  }
  const line = output.trim().split('\n').at(-1);
  if (!line) throw new Error(`parity ended without a result for ${some.join(' ')}`);
  const { checks } = JSON.parse(line);
  return some.length > 1 ? checks : checks.map(check => ({ ...check, name: `${some[0]}: ${check.name}` }));
}

/** The checks of each folder on a backend. */
async function checksOn(backend) {
  const isTrimmed = backend.startsWith('webg') && !isWhole;
  const cwd = isTrimmed ? await withoutLongOutputs() : root;
  try {
    const checks = [];
    for (let from = 0; from < folders.length; from += 16)
      checks.push(...compare(backend, folders.slice(from, from + 16), cwd));
    return new Map(folders.map(folder => [folder, checks.filter(({ name }) => name.startsWith(`${folder}: `))]));
  } finally {
    if (isTrimmed) rmSync(cwd, { recursive: true });
  }
}

/** What a row says of a backend: the largest difference of logits, or how many checks fail. */
function cellOf(checks) {
  if (checks.length === 0) throw new Error('a checkpoint has no outputs to compare');
  const failing = checks.filter(({ pass }) => !pass).length;
  if (failing > 0) return `${failing} differ`;
  const logits = checks.filter(({ name }) => /: (\w+_)?(logits|waveform)(_|$)/.test(name)); // of sound: its samples
  return logits.length === 0 ? 'agrees' : Math.max(...logits.map(({ max_abs }) => max_abs)).toExponential(1);
}

const kinds = {
  'hidden states': /: (encoder_last_|decoder_)?hidden_state/,
  attention: /attentions\./,
  'continuations, beams': /: beam/,
  continuations: /: greedy/,
  gradients: /: grad\./,
  'AdamW steps': /: after\./,
};

function besides(checks) {
  const found = Object.entries(kinds).filter(([, name]) => checks.some(check => name.test(check.name)));
  const names = found.map(([kind]) => kind);
  return names.filter(kind => kind !== 'continuations' || !names.includes('continuations, beams')).join(', ');
}

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const before = new Map(
  readme
    .slice(readme.indexOf(marks.begin), readme.indexOf(marks.end))
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
    .map(([name, outputs, besides, ...cells]) => [
      name,
      { outputs, besides, ...Object.fromEntries(all.map((backend, i) => [backend, cells[i]])) },
    ]),
);
const results = new Map();
for (const backend of backends) results.set(backend, await checksOn(backend));
/** The backend that computed every output, if there is one. */
const first = results.get(backends.find(backend => isWhole || !backend.startsWith('webg')));
const rows = folders
  .toSorted((a, b) => basename(a).localeCompare(basename(b)))
  .map(folder => {
    const name = `\`${basename(folder)}\``;
    const checks = first?.get(folder);
    const known = before.get(name);
    const cells = all.map(backend =>
      results.has(backend) ? cellOf(results.get(backend).get(folder)) : (known?.[backend] ?? ''),
    );
    const what = checks ? [`${checks.length}`, besides(checks)] : [known?.outputs ?? '', known?.besides ?? ''];
    return [name, ...what, ...cells];
  });
const count = rows.reduce((sum, [, outputs]) => sum + Number(outputs), 0);
const heads = ['checkpoint', 'outputs', 'logits and', ...all];
const lines = [heads, heads.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`);
const text = `
<details>
<summary>${folders.length} checkpoints, ${count} outputs: the largest difference of the logits on each backend</summary>

${lines.join('\n')}

</details>
`;
writeBetween(join(root, 'README.md'), marks, text);
console.log(`README.md: ${rows.length} rows, ${backends.join(', ')}`);
