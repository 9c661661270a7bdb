import { readFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { Config } from '@residual/families';
import type { Census } from '@residual/layers';
import { Command } from 'commander';
import { columns, print } from '../output.js';
import { presets } from '../presets.js';

/** `residual describe`: the parts and sizes of a checkpoint or a config, without loading weights. */
export function describeCommand(exit: (code: number) => void): Command {
  return new Command('describe')
    .argument('<source>', `folder, URL, Hugging Face id, config.json, or ${Object.keys(presets).join(', ')}`)
    .option('--parts', 'list the parts of every block, not only of the first')
    .option('--json', 'print one object instead of tables')
    .action(async (source: string, { json, parts }: { json?: boolean; parts?: boolean }) => {
      const [{ describe }, { describeSource }] = await Promise.all([
        import('@residual/layers'),
        import('@residual/model'),
      ]);
      const { family, composition } = await describeSource(
        presets[source] ?? (await configIn(source)) ?? folderOf(source),
      );
      const { model, maxPositions, depth } = composition;
      const description = describe(model, { keyLen: maxPositions });
      const { parameters, bytes, flopsPerToken, census } = description;
      if (json) {
        print(
          JSON.stringify({
            family: family.name,
            census: plainCensus(census),
            parameters,
            bytes,
            flops_per_token: flopsPerToken,
            max_positions: maxPositions,
            depth,
            parts: description.parts,
          }),
        );
      } else {
        const shown = description.parts.filter(({ path }) => parts || !/\.layers\.[1-9]\d*(\.|$)/.test(path));
        const rows = shown.map(({ path, name, shape, parameters: count }) => [
          path || '(whole)',
          name,
          shape ? `[${shape.join(', ')}]` : '',
          whole(count),
        ]);
        print(columns([['part', 'what', 'shape', 'parameters'], ...rows]));
        if (!parts && depth === 2) print('(block 1 as block 0; --parts lists it)');
        if (!parts && depth > 2) print(`(blocks 1 to ${depth - 1} as block 0; --parts lists them)`);
        print(`\n${summary({ parameters, bytes, flopsPerToken, maxPositions })}\n\n${censusTable(census, depth)}`);
      }
      exit(0);
    });
}

/** The config of a file such as config.json; undefined for another kind of source. */
async function configIn(path: string): Promise<Config | undefined> {
  if (!path.endsWith('.json') || /^https?:/.test(path)) return undefined;
  const text = await readFile(path, 'utf8').catch(cause => {
    throw new ResidualError('files', `describe: ${path} cannot be read: ${cause.message}`, { cause });
  });
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === 'object' && config !== null && !Array.isArray(config))
      return { model_type: undefined, ...config };
  } catch (cause) {
    throw new ResidualError('files', `describe: ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new ResidualError('files', `describe: ${path} holds no object of config fields`);
}

/** The folder of the URL of a config.json; any other source unchanged. */
function folderOf(source: string): string {
  return /^https?:/.test(source) ? source.replace(/\/config\.json$/, '/') : source;
}

function summary(facts: { parameters: number; bytes: number; flopsPerToken: number; maxPositions: number }): string {
  return columns([
    ['parameters', whole(facts.parameters)],
    ['bytes as 32-bit floats', whole(facts.bytes)],
    [`operations for a token that sees ${facts.maxPositions} keys`, whole(facts.flopsPerToken)],
  ]);
}

function censusTable(census: Census, depth: number): string {
  const { weights, matrices, valueMap, ...roles } = census;
  const rows = Object.entries(roles)
    .filter(([, count]) => count > 0)
    .map(([role, count]) => [role, whole(count)]);
  const total = `${whole(weights)} weights in ${whole(matrices)} matrices (often called layers) in ${depth} blocks (vectors and position tables not counted)`;
  const value =
    valueMap &&
    `value map of a head: ${whole(valueMap.full)} in full, ${whole(valueMap.factored)} factored into value-down and value-up`;
  return [columns([['matrices', 'weights'], ...rows]), total, ...(value ? [value] : [])].join('\n');
}

function plainCensus({ valueMap, ...counts }: Census) {
  return { ...counts, value_map: valueMap ?? null };
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}
