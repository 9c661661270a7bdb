/** A writer that knows nothing but obeys: letters by chance that are always an order as JSON: node menu.js 7 */
import { compileGrammar, constraint } from '@residual/grammar';

const schema = {
  type: 'object',
  properties: { dish: { enum: ['soup', 'pasta', 'salad'] }, count: { type: 'integer', minimum: 1, maximum: 20 } },
  required: ['dish', 'count'],
  additionalProperties: false,
};
const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789{}":, '];
const end = characters.length;
const obeyed = constraint(compileGrammar({ schema }), {
  tokens: characters.map(character => new TextEncoder().encode(character)),
  eosTokenIds: [end],
});

/** An order; the seed decides which. */
export function order(seed: number): string {
  const tokens: number[] = [];
  let state = seed;
  for (;;) {
    const mask = obeyed.mask({ tokens, promptLength: 0 }); // a bit for each token
    const allowed = [...Array(end + 1).keys()].filter(id => (mask[id >> 5]! >> (id & 31)) & 1);
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const token = allowed[(state >>> 16) % allowed.length]!;
    if (token === end) return tokens.map(id => characters[id]).join('');
    tokens.push(token);
  }
}

console.log(order(Number(process.argv[2] ?? 7)));
