/** Generates text from a checkpoint and prints the probabilities of each token: node story.js . "Once upon a time" */
import '@residual/backend-wasm';
import { loadModel } from '@residual/model';

const [, , source, prompt = ''] = process.argv;
if (source === undefined) throw new Error('name a checkpoint: a folder, a URL, or an id such as owner/name');

const model = await loadModel(source, {
  onProgress: ({ stage, done, total }) => {
    if (done === total) console.error(`${stage}: ${total}`);
  },
});
const { tokenizer } = model;
const textOf = (id: number) => JSON.stringify(tokenizer ? tokenizer.decode([id], { skipSpecialTokens: false }) : id);
const percent = (probability: number) => `${(100 * probability).toFixed(1).padStart(5)} %`;

const settings = { temperature: 0.8, topP: 0.95, seed: 7, maxNewTokens: 40, topLogprobs: 3 };
let text = prompt;
for await (const { token, probability, logprob, topLogprobs, text: delta } of model.generate(prompt, settings)) {
  const likeliest = topLogprobs.map(choice => `${percent(Math.exp(choice.logprob))} ${textOf(choice.token)}`);
  console.log(
    `${textOf(token).padEnd(14)} sampled with ${percent(probability)}, ` +
      `the model says ${percent(Math.exp(logprob))}; likeliest ${likeliest.join(' ')}`,
  );
  text += delta;
}
console.log(`\n${text}`);
model.dispose();
