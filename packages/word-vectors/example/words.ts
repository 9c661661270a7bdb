// What an expression of words comes near to: node words.js "paris - france + italy"
import { arithmetic, wordVectors } from '@residual/word-vectors';
import { englishWords } from '@residual/word-vectors-en';

const vectors = await wordVectors(englishWords);
const { neighbours } = arithmetic(vectors, process.argv[2] ?? 'king - man + woman', { topN: 5 });
for (const { word, similarity } of neighbours) console.log(word.padEnd(20), similarity.toFixed(3));
