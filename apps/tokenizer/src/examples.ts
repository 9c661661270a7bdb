/** Texts that show how tokenizers behave, by description. */
export const examples: Readonly<Record<string, string>> = {
  story: 'Once upon a time, there was a fluffy blue creature who lived in the forest.',
  'emoji families': 'A family 👩‍👩‍👧‍👦, a wave 👋🏽, a flag 🏳️‍🌈 and a keycap 7️⃣.',
  'right to left': 'שלום עולם! مرحبا بالعالم، كيف حالك اليوم؟ 123',
  'combining marks': 'e\u0301 is two code points, é is one; Z\u0351\u036b\u0343a\u0300\u0323lgo, नमस्ते, ก็, 각.',
  code: 'function double(numbers) {\n\treturn numbers.map(n => 2 * n); // [1, 2] to [2, 4]\n}',
  'numbers and signs': '3.14159 × 1,000,000 = 3_141_590 … “quoted” — 50 % ≠ ½',
};
