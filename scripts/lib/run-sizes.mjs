import { sizes } from './sizes.mjs';

const cell = value => (value ?? 'none').toLocaleString('en').padStart(12);

console.log(`${'page'.padEnd(22)}${cell('bytes')}${cell('budget')}`);
for (const { name, bytes, budget } of sizes()) {
  console.log(`${name.padEnd(22)}${cell(bytes)}${cell(budget)}${bytes > budget ? '  too large' : ''}`);
}
