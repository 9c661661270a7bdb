import { expect, test } from 'vitest';
import { joinBlocks } from './modules.js';

test('a block continues those above it, with its own imports', () => {
  const [only, ...others] = joinBlocks([
    "import { a, b as c } from 'x';\nconst one = a;",
    "import 'y';\nimport { a, type D } from 'x';\nconsole.log(one, c);",
  ]);
  expect(others).toEqual([]);
  expect(only!.split('\n').filter(line => line !== '')).toEqual([
    "import { a } from 'x';",
    "import { b as c } from 'x';",
    "import 'y';",
    "import { type D } from 'x';",
    'const one = a;',
    'console.log(one, c);',
  ]);
});

test('a block that declares a name again starts a new module', () => {
  expect(joinBlocks(['const { x, y: [z] } = f();', 'const z = 1;'])).toHaveLength(2);
  expect(joinBlocks(["import { x } from 'a';", "import { x } from 'b';"])).toHaveLength(2);
  expect(joinBlocks(["import { x } from 'a';", 'function x() {}'])).toHaveLength(2);
});
