import { type Line, lineOf, rateLineOf } from '../comparison/line.js';
import type { Note } from '../comparison/notes.js';
import type { Measurement, Quantity } from './measure.js';
import { parseSubject, type SubjectName } from './subject-runner.js';

/** Goals that we set ourselves, by quantity and peer: the highest ratio that meets each. */
export type Goals = Readonly<Record<string, number>>;

/** What the lines of one part have in common. */
export interface LineOptions {
  readonly title: string;
  /** The name of our subject, `residual` if absent. */
  readonly ours?: SubjectName;
  readonly quantities: readonly Quantity[];
  readonly goals?: Goals;
  /** The prompt and the new tokens of a whole text. */
  readonly prompt: number;
  readonly textCount?: number;
  /** Where each load time and each peak is measured. */
  readonly place: 'process' | 'page';
}

const times: Readonly<Record<Quantity, { readonly what: string; readonly scale: number }>> = {
  decode: { what: 'decode, ms a token', scale: 1 },
  prefill: { what: 'prefill, ms', scale: 1 },
  text: { what: '', scale: 1e-3 },
  load: { what: 'load, s', scale: 1e-3 },
  peak: { what: 'peak memory, MB', scale: 1e-6 },
};

/** The lines of one part: each quantity compared with each peer. */
export function linesOf(measurements: ReadonlyMap<SubjectName, Measurement>, options: LineOptions): Line[] {
  const { title, ours = 'residual', quantities, goals = {}, prompt, textCount = 0, place } = options;
  const ourMeasurement = measurements.get(ours)!;
  const peers = [...measurements].filter(([name]) => name !== ours);
  return quantities.flatMap(quantity =>
    peers
      .filter(([peer]) => isMeasured(quantity, peer))
      .map(([peer, peerMeasurement]) => {
        const { what, scale } = times[quantity];
        const scaled = (values: readonly number[]) => values.map(value => value * scale);
        const line = {
          what: `${title}: ${what}`,
          ours: scaled(ourMeasurement[quantity]),
          peer,
          peers: scaled(peerMeasurement[quantity]),
          goal: goals[`${quantity} ${peer}`],
          notes: notesOf(quantity, peer, place),
        };
        if (quantity !== 'text') return lineOf(line);
        return rateLineOf({ ...line, what: `${title}: text of ${prompt} + ${textCount}, tokens a second` }, textCount);
      }),
  );
}

/**
 * Whether a quantity means something for a peer: the machine has only limits, llama.cpp has its own sampler, and this
 * library with another cache differs only in steps.
 */
function isMeasured(quantity: Quantity, peer: SubjectName): boolean {
  const { library, form } = parseSubject(peer);
  if (library === 'residual') return quantity === 'decode' || quantity === 'prefill';
  if (library === 'the machine') return quantity === 'decode' || (quantity === 'prefill' && form === 'f32');
  return (library !== 'llama.cpp' && library !== 'transformers.js') || quantity !== 'text';
}

function notesOf(quantity: Quantity, peer: SubjectName, place: 'process' | 'page'): Note[] {
  const { library } = parseSubject(peer);
  if (library === 'residual') return ['cache'];
  if (library === 'the machine') return [quantity === 'decode' ? 'onePass' : 'registers'];
  if (library === 'llama.cpp') return quantity === 'load' || quantity === 'peak' ? [place, 'mapped'] : ['native'];
  if (library === 'transformers.js') return quantity === 'load' || quantity === 'peak' ? [place] : ['endToEnd'];
  const disadvantage: Note = library === 'tfjs' ? 'plainOps' : 'plainAttention';
  if (quantity === 'load' || quantity === 'peak') return [place];
  return [quantity === 'text' ? 'sampler' : 'frontDoor', disadvantage];
}
