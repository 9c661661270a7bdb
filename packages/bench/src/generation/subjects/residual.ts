import { loadModel, type Model, type Step } from '@residual/model';
import type { CacheForm } from '@residual/tensor';
import type { Form } from '../subject-runner.js';
import { type Subject, sampling } from './subject.js';

/** This library with its public API, `loadModel` and `generate`, on the active backend. */
export function residual(weights: Form = 'f32', cache: CacheForm = 'f32'): Subject {
  let model: Model | undefined;
  let steps: AsyncIterator<Step, unknown> | undefined;
  const next = async () => {
    const { done, value } = await steps!.next();
    if (done) throw new Error('residual: the text ended early');
    return (value as Step).token;
  };
  return {
    load: async source => {
      model = await loadModel(source, source.endsWith('.gguf') ? {} : { weights });
    },
    prefill: async prompt => {
      await steps?.return?.();
      const options = { temperature: 0, eosTokenId: [], maxNewTokens: 1024, cache } as const;
      steps = model!.generate(prompt, options)[Symbol.asyncIterator]();
      return next();
    },
    step: next, // `generate` feeds the token that it chose last
    sample: async (prompt, count) => {
      await steps?.return?.();
      const { newTokens } = await model!
        .generate(prompt, { ...sampling, eosTokenId: [], maxNewTokens: count, cache })
        .result();
      return [...newTokens];
    },
  };
}
