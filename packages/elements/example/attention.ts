/** Shows the attention of one head over four tokens. Serve it with index.html by any bundler or dev server. */
import { defineAttention } from '@residual/elements';

defineAttention();
const attention = document.querySelector('residual-attention')!;
const weights = [1, 0, 0, 0, 0.4, 0.6, 0, 0, 0.1, 0.2, 0.7, 0, 0.05, 0.45, 0.4, 0.1];
attention.show(['a', ' fluffy', ' blue', ' creature'], { shape: [4, 4], data: weights });
console.log(attention.read(3, 1).weight);
