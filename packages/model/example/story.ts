/** Writes from a checkpoint, and shows what each token might have been: node story.js . "Once upon a time" */
import '@residual/backend-wasm';
import { loadModel } from '@residual/model';

const [, , source, prompt = ''] = process.argv;
if (source === undefined) throw new Error('which checkpoint? A folder, a URL, or an id such as owner/name');

const model = await loadModel(source, {
  onProgress: ({ stage, done, total }) => {
    if (done === total) console.error(`${stage}: ${total}`);
  },
});
const { tokenizer } = model;
const shown = (id: number) => JSON.stringify(tokenizer ? tokenizer.decode([id], { skipSpecialTokens: false }) : id);
const percent = (share: number) => `${(100 * share).toFixed(1).padStart(5)} %`;

const settings = { temperature: 0.8, topP: 0.95, seed: 7, maxNewTokens: 40, topLogprobs: 3 };
let text = prompt;
for await (const { token, probability, logprob, topLogprobs, text: more } of model.generate(prompt, settings)) {
  const others = topLogprobs.map(choice => `${percent(Math.exp(choice.logprob))} ${shown(choice.token)}`);
  console.log(
    `${shown(token).padEnd(14)} drawn with ${percent(probability)}, ` +
      `the model says ${percent(Math.exp(logprob))}; likeliest ${others.join(' ')}`,
  );
  text += more;
}
console.log(`\n${text}`);
model.dispose();
