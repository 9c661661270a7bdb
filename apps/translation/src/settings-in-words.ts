import type { Settings } from './settings.js';

/** The settings of the translation in one line. */
export function settingsInWords({ mode, beams, lengthPenalty, off, backend }: Settings): string {
  const search = mode === 'greedy' ? 'greedy' : `${beams} beams, length penalty ${lengthPenalty}`;
  const without = off === '' ? '' : `, without ${off.includes(' ') ? 'heads' : 'head'} ${off.replaceAll(' ', ', ')}`;
  return `${search}, ${backend === 'auto' ? 'automatic backend' : backend}${without}`;
}
