/** Whether the visitor has asked for still pictures. */
export const prefersStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
