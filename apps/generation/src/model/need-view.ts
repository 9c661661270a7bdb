import { bitsOf, byId, type LoadingView, type ModelOrigin, megabytes, on, type WeightChoice } from '@residual/appkit';
import type { SourceSize } from '@residual/model';
import { readControls } from '../controls.js';
import type { Session } from '../session.js';

/** The bytes that WebAssembly can address, of which texts and caches take some. */
const addressable = 2 ** 32;
const restBytes = 2 ** 28;

/**
 * Says what another model would take before it is loaded. Returns the function that loads it; if this device seems too
 * small, the visitor is asked first.
 */
export function needView(
  session: Session,
  view: LoadingView,
  load: (origin: ModelOrigin) => Promise<void>,
): (origin: ModelOrigin) => Promise<void> {
  const offer = (isOffered: boolean) => {
    for (const id of ['load-anyway', 'load-anyway-help']) byId(id).hidden = !isOffered;
  };
  let asked: ModelOrigin | undefined;
  let latest = new AbortController();
  on('load-anyway', 'click', () => {
    offer(false);
    return asked ? load(asked) : undefined;
  });
  const sizeOf = async (origin: ModelOrigin, weights: WeightChoice): Promise<SourceSize> => {
    latest.abort();
    const own = new AbortController();
    latest = own;
    view.start(() => own.abort());
    try {
      return await session.sizeOf(origin, weights, own.signal);
    } catch (error) {
      if (latest === own) byId('status').textContent = 'The model was not loaded.';
      throw error;
    } finally {
      if (latest === own) view.end();
    }
  };
  return async origin => {
    const { weights } = readControls();
    offer(false);
    byId('need').textContent = '';
    const size = await sizeOf(origin, weights);
    const missing = missingMemory(size.weightBytes, deviceMemory());
    byId('need').textContent = `${needSentence(size)} ${missing ?? ''}`.trim();
    if (missing === undefined) return load(origin);
    asked = origin;
    offer(true);
  };
}

/** The memory of this device in bytes, if the browser says it; browsers round it and say at most 8 GB. */
const deviceMemory = (): number | undefined => {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return deviceMemory === undefined ? undefined : deviceMemory * 2 ** 30;
};

/** What a model takes, as a sentence. */
export function needSentence({ parameters, fileBytes, weightBytes }: SourceSize): string {
  const millions = (parameters / 1e6).toFixed(parameters < 1e7 ? 1 : 0);
  return (
    `This model has ${millions} million weights: ${megabytes(fileBytes)} MB of files, and ` +
    `${megabytes(weightBytes)} MB of memory, ${bitsOf(weightBytes, parameters)} for each weight.`
  );
}

/** Why weights of this many bytes do not fit, as a sentence; undefined if they seem to. */
export function missingMemory(weightBytes: number, device: number | undefined): string | undefined {
  const needed = weightBytes + restBytes;
  if (needed > addressable) return 'A page can hold 4.3 GB at most: choose fewer bits for each weight.';
  if (device === undefined || device >= 8 * 2 ** 30 || needed <= device / 2) return undefined;
  return `This device has about ${(device / 2 ** 30).toFixed(1)} GB of memory, which is too little: choose fewer bits.`;
}
