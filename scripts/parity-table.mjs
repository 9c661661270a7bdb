/**
 * Compares all checkpoints in fixtures with their references, on the backends that are named (default: all four), and
 * writes the table into README.md: node scripts/parity-table.mjs [cpu wasm webgpu webgl]. It needs a build. Backends
 * that are not named keep their numbers.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const all = ['cpu', 'wasm', 'webgpu', 'webgl'];
const backends = process.argv.length > 2 ? process.argv.slice(2) : all;
const [begin, end] = ['<!-- parity: written by scripts/parity-table.mjs -->', '<!-- end of parity -->'];

const folders = ['fixtures/checkpoints', 'fixtures/architectures'].flatMap(parent =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => join(parent, name)),
);

/** The checks of each folder on a backend. */
function checksOn(backend) {
  const command = [join(root, 'packages/cli/bin/residual.js'), 'parity', '--json', '--backend', backend, ...folders];
  let output;
  try {
    output = execFileSync(process.execPath, command, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  } catch (error) {
    output = error.stdout; // a check that fails has the exit code 1, and is counted below
  }
  const { checks } = JSON.parse(output.trim().split('\n').at(-1));
  return new Map(folders.map(folder => [folder, checks.filter(({ name }) => name.startsWith(`${folder}: `))]));
}

/** What a row says of a backend: the largest difference of logits, or how many checks fail. */
function cellOf(checks) {
  const failing = checks.filter(({ pass }) => !pass).length;
  if (failing > 0) return `${failing} differ`;
  const logits = checks.filter(({ name }) => /: (\w+_)?logits(_|$)/.test(name));
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
    .slice(readme.indexOf(begin), readme.indexOf(end))
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
    .map(cells => [cells[0], Object.fromEntries(all.map((backend, i) => [backend, cells[3 + i]]))]),
);
const results = new Map(backends.map(backend => [backend, checksOn(backend)]));
const first = results.get(backends[0]);
const rows = folders
  .toSorted((a, b) => basename(a).localeCompare(basename(b)))
  .map(folder => {
    const name = `\`${basename(folder)}\``;
    const checks = first.get(folder);
    const cells = all.map(backend =>
      results.has(backend) ? cellOf(results.get(backend).get(folder)) : (before.get(name)?.[backend] ?? ''),
    );
    return [name, `${checks.length}`, besides(checks), ...cells];
  });
const count = [...first.values()].reduce((sum, checks) => sum + checks.length, 0);
const heads = ['checkpoint', 'outputs', 'logits and', ...all];
const lines = [heads, heads.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`);
const text = `${begin}
<details>
<summary>${folders.length} checkpoints, ${count} outputs: the largest difference of the logits on each backend</summary>

${lines.join('\n')}

</details>
${end}`;
const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
if (from < 0 || to < 0) throw new Error(`README.md lacks ${begin} or ${end}`);
writeFileSync(join(root, 'README.md'), readme.slice(0, from) + text + readme.slice(to + end.length));
console.log(`README.md: ${rows.length} rows, ${backends.join(', ')}`);
