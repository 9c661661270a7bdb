/** Texts that show how tokenizers behave, by the label of their chip. */
export const examples: Readonly<Record<string, string>> = {
  English: 'Once upon a time, there was a fluffy blue creature who lived in the forest.',
  French: 'Il était une fois une petite créature bleue qui vivait au fond de la forêt.',
  Chinese: '从前,森林里住着一只毛茸茸的蓝色小动物。',
  Arabic: 'كان يا ما كان، كان هناك مخلوق أزرق يعيش في الغابة.',
  code: 'function double(numbers) {\n\treturn numbers.map(n => 2 * n); // [1, 2] to [2, 4]\n}',
  numbers: '3.14159 × 1,000,000 = 3,141,590, and 12345 + 54321 = 66666.',
  emoji: 'A family 👩‍👩‍👧‍👦, a wave 👋🏽, a flag 🏳️‍🌈 and a keycap 7️⃣.',
  'a name': 'Wolfgang Amadeus Mozart met Scheherazade in Ouagadougou.',
  accents: 'e\u0301 is two code points, é is one; Z\u0351\u036b\u0343a\u0300\u0323lgo, नमस्ते, ก็, 각.',
};
