import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import { generationOnWasm, generationOnWebgl } from './generation.js';
import { cellsOf, type Line } from './lines.js';
import { shapes } from './shape.js';
import { table } from './table.js';
import { tokenizers } from './tokenizer/tokenizers.js';
import { trainingShapes } from './training/trainer.js';
import { trainingOnWasm } from './training/training.js';
import { translationOnWasm, translatorShape } from './translation/translation.js';
import { wordsOnWasm } from './words/words.js';

const parts = {
  wasm: generationOnWasm,
  webgl: generationOnWebgl,
  translation: translationOnWasm,
  train: trainingOnWasm,
  words: wordsOnWasm,
  tokenizer: tokenizers,
};

const program = new Command('bench')
  .description('Prints what everything costs, each line a ratio of times taken in turns in this one run.')
  .argument('[part...]', `what to measure: ${Object.keys(parts).join(', ')}; everything if absent`)
  .addOption(
    new Option('--shape <name>', 'one shape only').choices([
      ...Object.keys(shapes),
      translatorShape,
      ...Object.keys(trainingShapes),
    ]),
  )
  .option('--json', 'print one array of lines instead of tables')
  .parse();

const { shape, json } = program.opts<{ shape?: string; json?: boolean }>();
const unknown = program.args.find(name => !Object.hasOwn(parts, name));
if (unknown !== undefined) program.error(`bench: no part ${unknown}; there are ${Object.keys(parts).join(', ')}`);
const wanted = Object.entries(parts).filter(([name]) => program.args.length === 0 || program.args.includes(name));
if (!json) console.log(`${cpus()[0]?.model.trim()}, Node ${process.versions.node}; one thread, float32`);
const all: (Line & { part: string })[] = [];
for (const [part, measure] of wanted) {
  const lines = await measure(shape);
  all.push(...lines.map(line => ({ part, ...line })));
  if (!json && lines.length > 0) console.log(`\n${part}\n${table(cellsOf(lines))}`);
}
if (json) console.log(JSON.stringify(all, null, 2));
