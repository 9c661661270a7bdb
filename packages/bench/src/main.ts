import { cpus } from 'node:os';
import { Command, Option } from 'commander';
import { generationOnWasm, generationOnWebgl } from './generation.js';
import { cellsOf, type Line } from './lines.js';
import { shapes } from './shape.js';
import { incrementalTable } from './table.js';
import { type TokenizerFilter, tokenizers } from './tokenizer/tokenizers.js';
import { trainingShapes } from './training/trainer.js';
import { trainingOnWasm } from './training/training.js';
import { translationOnWasm, translatorShape } from './translation/translation.js';
import { wordsOnWasm } from './words/words.js';

/** A part that yields all its lines at once. */
const atOnce = (measure: (shape?: string) => Promise<Line[]>) =>
  async function* ({ shape }: TokenizerFilter): AsyncGenerator<Line[]> {
    yield await measure(shape);
  };

const parts = {
  wasm: atOnce(generationOnWasm),
  webgl: atOnce(generationOnWebgl),
  translation: atOnce(translationOnWasm),
  train: atOnce(trainingOnWasm),
  words: atOnce(wordsOnWasm),
  tokenizer: tokenizers,
};

const program = new Command('bench')
  .description('Compares times and memory with other libraries in one run; each line is a ratio.')
  .argument('[part...]', `what to measure: ${Object.keys(parts).join(', ')}; everything if absent`)
  .addOption(
    new Option('--shape <name>', 'one shape only').choices([
      ...Object.keys(shapes),
      translatorShape,
      ...Object.keys(trainingShapes),
    ]),
  )
  .option('--kind <word>', 'of the part tokenizer: vocabularies whose name contains this word')
  .option('--text <word>', 'of the part tokenizer: texts whose name contains this word')
  .option('--json', 'print one array of lines instead of tables')
  .parse();

const { json, ...filter } = program.opts<TokenizerFilter & { json?: boolean }>();
const unknown = program.args.find(name => !Object.hasOwn(parts, name));
if (unknown !== undefined) program.error(`bench: no part ${unknown}; there are ${Object.keys(parts).join(', ')}`);
const selected = Object.entries(parts).filter(([name]) => program.args.length === 0 || program.args.includes(name));
if (!json) console.log(`${cpus()[0]?.model.trim()}, Node ${process.versions.node}; one thread, float32`);
const all: (Line & { part: string })[] = [];
for (const [part, measure] of selected) {
  const print = incrementalTable(part === 'tokenizer' ? [52] : []);
  let head = `\n${part}\n`;
  for await (const lines of measure(filter)) {
    all.push(...lines.map(line => ({ part, ...line })));
    if (json || lines.length === 0) continue;
    console.log(head + print(cellsOf(lines)));
    head = '';
  }
}
if (json) console.log(JSON.stringify(all, null, 2));
