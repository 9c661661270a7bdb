/** The JSON text of a value with one space after each comma and colon, as a schema's grammar writes it by default. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${spacedJson(each)}`)
    .join(', ')}}`;
}

/** The value with its properties in other orders, the given one first: at most `limit` values. */
export function* inAllOrders(value: unknown, limit = 500): Generator<unknown> {
  let count = 0;
  for (const each of orders(value)) {
    if (count++ >= limit) return;
    yield each;
  }
}

function* orders(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) yield* lists(value);
  else if (typeof value === 'object' && value !== null) {
    for (const entries of permutations(Object.entries(value)))
      for (const values of lists(entries.map(([, each]) => each)))
        yield Object.fromEntries(entries.map(([name], i) => [name, values[i]]));
  } else yield value;
}

function* lists(values: readonly unknown[]): Generator<unknown[]> {
  if (values.length === 0) yield [];
  else for (const first of orders(values[0])) for (const rest of lists(values.slice(1))) yield [first, ...rest];
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries())
    for (const rest of permutations(items.filter((_, j) => j !== i))) yield [item, ...rest];
}
