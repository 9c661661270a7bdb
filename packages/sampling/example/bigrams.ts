/** A model of pairs of words, sampled: node bigrams.js 7 */
import { finishReason, sampler, stopStrings } from '@residual/sampling';

const text = ' The cat saw the rat. The rat ran to the mat. The dog sat on the mat. The cat ran to the dog. The';
const words = text.split(/(?=[ .])/); // " The", " cat", ..., "."
const vocab = [...new Set(words)];

/** Logits of the word after `word`: the log of how often each one followed in the text. */
function logitsAfter(word: string): Float32Array {
  const counts = new Float32Array(vocab.length);
  for (const [i, next] of words.slice(1).entries()) if (words[i] === word) counts[vocab.indexOf(next)]!++;
  return counts.map(Math.log);
}

/** A sentence that begins with "The". */
export function sentence(seed: number): string {
  const choose = sampler({ temperature: 0.8, topP: 0.95, seed });
  const stop = stopStrings(['.']);
  const tokens = [vocab.indexOf(' The')];
  const row = { tokens, promptLength: 1 };
  const reasonToEnd = finishReason({ maxNewTokens: 20 });
  let shown = 'The';
  while (!reasonToEnd(row)) {
    const { token } = choose.next(logitsAfter(vocab[tokens.at(-1)!]!), row);
    tokens.push(token);
    const step = stop.push(vocab[token]!);
    shown += step.text;
    if (step.stop) return `${shown}.`;
  }
  return `${shown + stop.end()} ...`;
}

console.log(sentence(Number(process.argv[2] ?? 7)));
