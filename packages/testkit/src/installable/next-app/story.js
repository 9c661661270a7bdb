import '@residual/backend-wasm';
import { loadModel } from '@residual/model';
import { stories } from '@residual/model-stories';
import { arithmetic, wordVectors } from '@residual/word-vectors';
import { englishWords } from '@residual/word-vectors-en';

/** What a model and a table of data packages give, as their READMEs load them. */
export async function story() {
  const model = await loadModel(stories);
  const { text } = await model.generate('Once upon a time', { temperature: 0, maxNewTokens: 8 }).result();
  model.dispose();
  const { neighbours } = arithmetic(await wordVectors(englishWords), 'king - man + woman');
  return { text, word: neighbours[0].word };
}
