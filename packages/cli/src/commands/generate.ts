import { draws, type GenerateOptions, loadModel } from '@residual/model';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type NodeBackend, nodeBackends, rerunForWebGPU, startBackend } from '../machine/backends.js';
import { progressLine } from '../output.js';

interface Options {
  readonly model: string;
  readonly prompt?: string;
  readonly promptIds?: readonly number[];
  readonly maxNewTokens?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly backend: NodeBackend;
  readonly json?: boolean;
}

/** `residual generate`: continues a prompt, streaming the text or as one JSON object. */
export function generateCommand(exit: (code: number) => void): Command {
  return new Command('generate')
    .description('Continue a prompt with a published checkpoint. Settings left out follow its generation_config.json.')
    .requiredOption('--model <source>', 'folder, URL or Hugging Face id of the checkpoint')
    .addOption(
      new Option('--prompt <text>', 'text to continue; empty: from the beginning token').conflicts('promptIds'),
    )
    .option('--prompt-ids <ids>', 'token ids to continue, with commas between', ids)
    .option('--max-new-tokens <n>', 'how many tokens may follow', number)
    .option('--temperature <t>', '0 is greedy, 1 draws as the model says', number)
    .option('--top-k <k>', 'draw from the k likeliest tokens', number)
    .option('--top-p <p>', 'draw from the likeliest tokens that make up p', number)
    .option('--seed <s>', 'the same seed gives the same text; a new one each time if absent', number)
    .option('--stop <text...>', 'texts that end the generation')
    .addOption(new Option('--backend <name>', 'what computes').choices(nodeBackends).default('wasm'))
    .option('--json', 'print one object instead of text')
    .action(async (options: Options, command: Command) => {
      const again = options.backend === 'webgpu' ? await rerunForWebGPU(argsOf(command)) : undefined;
      exit(again ?? (await generate(options)));
    });
}

async function generate({
  model: source,
  prompt,
  promptIds,
  backend,
  json,
  seed: asked,
  ...given
}: Options): Promise<number> {
  await startBackend(backend);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  const progress = progressLine();
  try {
    const model = await loadModel(source, { onProgress: progress.update, signal: abort.signal });
    progress.end();
    try {
      const seed = asked ?? Math.floor(Math.random() * 2 ** 32);
      const settings: GenerateOptions = { ...given, signal: abort.signal };
      const tokens = model.tokensOf(promptIds ?? prompt ?? '');
      const begun = performance.now();
      const steps = model
        .generate(tokens, draws(settings, model.generationConfig) ? { ...settings, seed } : settings)
        [Symbol.asyncIterator]();
      if (!json && prompt) process.stdout.write(prompt);
      for (let step = await steps.next(); ; step = await steps.next()) {
        if (!step.done) {
          if (!json) process.stdout.write(step.value.text);
          continue;
        }
        const [row] = step.value;
        const seconds = (performance.now() - begun) / 1000;
        if (!json) process.stdout.write('\n');
        else
          console.log(
            JSON.stringify(
              resultOf(row!, { seconds, seed, backend, text: model.tokenizer?.decode(row!.tokens) ?? '' }),
            ),
          );
        return 0;
      }
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (abort.signal.aborted) return 130;
    throw error;
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
  }
}

function resultOf(
  row: {
    text: string;
    tokens: readonly number[];
    newTokens: readonly number[];
    promptLength: number;
    finishReason: string;
    logprob: number;
  },
  { text, seconds, seed, backend }: { text: string; seconds: number; seed: number; backend: string },
) {
  return {
    text,
    new_text: row.text,
    token_ids: row.tokens,
    new_token_ids: row.newTokens,
    prompt_tokens: row.promptLength,
    finish_reason: row.finishReason,
    logprob: row.logprob,
    seconds,
    tokens_per_second: row.newTokens.length / seconds,
    seed,
    backend,
  };
}

/** The arguments as they were typed, to run the command again. */
export function argsOf(command: Command): string[] {
  let top = command;
  while (top.parent) top = top.parent;
  return (top as Command & { rawArgs: string[] }).rawArgs; // commander's types leave it out
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('it must be a number.');
}

function ids(text: string): number[] {
  const values = text.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every(value => Number.isInteger(value) && value >= 0)) return values;
  throw new InvalidArgumentError('it must be whole numbers with commas between, such as 1,2,3.');
}
