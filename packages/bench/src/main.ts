import { cpus } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Filter } from './comparison/filter.js';
import type { Line } from './comparison/line.js';
import { NoteList } from './comparison/notes.js';
import { LineTable } from './comparison/table.js';
import { concurrentOnWasm } from './concurrent/concurrent.js';
import { draftsOnWasm } from './drafts/drafts.js';
import { generationOnWasm, generationOnWebgl } from './generation/generation.js';
import { shapes } from './generation/shape.js';
import { ggufInLlamaCpp } from './gguf/gguf.js';
import { grammarOnWasm } from './grammar/grammar.js';
import { inspectOnWasm } from './inspect/inspect.js';
import { loadingOnWasm } from './loading/loading.js';
import { tokenizers } from './tokenizer/tokenizers.js';
import { trainingShapes } from './training/trainer.js';
import { trainingOnWasm } from './training/training.js';
import { translationOnWasm, translatorShape } from './translation/translation.js';
import { wordsOnWasm } from './words/words.js';

/** Each part yields lines as soon as they are measured. */
const parts: Readonly<Record<string, (filter: Filter) => AsyncGenerator<Line[]>>> = {
  wasm: generationOnWasm,
  webgl: ({ shape }) => generationOnWebgl(shape),
  translation: ({ shape }) => translationOnWasm(shape),
  train: ({ shape }) => trainingOnWasm(shape),
  words: ({ shape }) => wordsOnWasm(shape),
  inspect: ({ shape }) => inspectOnWasm(shape),
  concurrent: ({ shape }) => concurrentOnWasm(shape),
  drafts: ({ shape }) => draftsOnWasm(shape),
  grammar: () => grammarOnWasm(),
  gguf: () => ggufInLlamaCpp(),
  loading: ({ shape }) => loadingOnWasm(shape),
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
  .option('--kind <word>', 'of tokenizer: vocabularies, of wasm: titles that contain this word, such as int8')
  .option('--text <word>', 'of the part tokenizer: texts whose name contains this word')
  .option('--peer <word...>', 'of the part wasm: peers whose name contains one of the words, such as llama.cpp')
  .option('--json', 'print one array of lines instead of tables')
  .parse();

const { json, ...filter } = program.opts<Filter & { json?: boolean }>();
const unknown = program.args.find(name => !Object.hasOwn(parts, name));
if (unknown !== undefined) program.error(`bench: no part ${unknown}; there are ${Object.keys(parts).join(', ')}`);
const selected = Object.entries(parts).filter(([name]) => program.args.length === 0 || program.args.includes(name));
if (!json) {
  const cores = cpus();
  const threads = "one thread, unless a peer's name says two";
  console.log(
    `${cores.length} cores, ${cores[0]?.model.trim()}, Node ${process.versions.node}; float32 unless named; ${threads}`,
  );
}
const all: (Line & { part: string })[] = [];
try {
  await measureParts();
} catch (error) {
  if (error instanceof InvalidArgumentError) program.error(error.message);
  throw error;
}
if (json) console.log(JSON.stringify(all, null, 2));

/** Measures the selected parts, and prints the lines of each as they come. */
async function measureParts(): Promise<void> {
  for (const [part, measure] of selected) {
    const notes = new NoteList();
    const table = new LineTable(notes);
    let head = `\n${part}\n\n`;
    for await (const lines of measure(filter)) {
      all.push(...lines.map(line => ({ part, ...line })));
      if (json || lines.length === 0) continue;
      console.log(head + table.next(lines));
      head = '';
    }
    if (!json && head === '') console.log(`\n${notes}`);
  }
}
