import { byteLengthOf, type Dtype, maxRank, type TensorInfo } from './dtype.js';
import { explain, quote, refuse } from './errors.js';
import { type JsonReader, jsonReader } from './json.js';
import { type ReadOptions, readExactly, type Source } from './source.js';

/** The longest header that the reference implementation reads, in bytes. */
const maxHeaderBytes = 100_000_000;

/** Throws if a header is too long for the reference implementation. */
export function checkHeaderBytes(bytes: number): void {
  if (bytes > maxHeaderBytes) refuse(`the header has ${bytes} bytes; ${maxHeaderBytes} would fit`);
}

/**
 * A tensor and the location of its data: from byte `start` of the data section, which starts at byte `dataStart` of
 * `source`.
 */
export interface TensorEntry extends TensorInfo {
  readonly source: Source;
  readonly dataStart: number;
  readonly start: number;
}

/** A checked header, with tensors in the order of their data. */
export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/**
 * Reads and checks the header of a file: the tensors fill the file without gaps or overlaps, and each has the number of
 * bytes of its dtype and shape. Errors with code `format` otherwise.
 */
export async function readHeader(source: Source, options?: ReadOptions): Promise<Header> {
  const length = await readExactly(source, 0, 8, options);
  const headerBytes = Number(new DataView(length.buffer, length.byteOffset).getBigUint64(0, true));
  explain('format', 'openSafetensors', () => checkHeaderBytes(headerBytes));
  const header = await readExactly(source, 8, 8 + headerBytes, options);
  return explain('format', 'openSafetensors', () => parseHeader(header, source));
}

function parseHeader(bytes: Uint8Array, source: Source): Header {
  const json = jsonReader(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  const dataStart = 8 + bytes.length;
  const metadata: [string, string][] = [];
  const entries: [string, TensorEntry][] = [];
  json.object(name => {
    if (name === '__metadata__') json.object(key => metadata.push([key, json.string()]));
    else entries.push([name, readEntry(json, name, source, dataStart)]);
  });
  json.end();

  entries.sort(([, a], [, b]) => a.start - b.start || a.byteLength - b.byteLength);
  let end = 0;
  for (const [name, { start, byteLength }] of entries) {
    if (start !== end) refuse(`tensor ${quote(name)} begins at ${start}; ${end} would fit`);
    end += byteLength;
  }
  end += dataStart;
  if (end !== source.size) refuse(`the file has ${source.size} bytes; ${end} would fit`);
  return { metadata: Object.fromEntries(metadata), tensors: new Map(entries) };
}

function readEntry(json: JsonReader, name: string, source: Source, dataStart: number): TensorEntry {
  let dtype = '';
  let shape: number[] | undefined;
  let offsets: number[] = [];
  json.object(key => {
    if (key === 'dtype') dtype = json.string();
    else if (key === 'shape') shape = json.integers(maxRank);
    else if (key === 'data_offsets') offsets = json.integers(2);
    else refuse(`tensor ${quote(name)} has a field ${quote(key)}`);
  });
  const [start, end] = offsets;
  if (!shape || end === undefined) return refuse(`tensor ${quote(name)} has no shape or data_offsets`);
  const byteLength = byteLengthOf(name, dtype, shape);
  if (end - start! !== byteLength) {
    refuse(`tensor ${quote(name)} of ${dtype} [${shape}] has ${end - start!} bytes; ${byteLength} would fit`);
  }
  return { dtype: dtype as Dtype, shape, byteLength, source, dataStart, start: start! };
}
